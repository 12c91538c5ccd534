"""The differences that have a reason: what a peer does otherwise, the RFC's section, and how to tell.

Each explains the whole of the difference to one peer. Where both peers differ from Nave, both explanations must be of the kind
that may stand `alone`: else Nave's reply equals at least one of the two. What explains nothing in a full run fails it.
"""

import dataclasses
import typing

import comparison
import names
import question_generator
import reply

NOERROR, SERVFAIL, YXDOMAIN = 0, 2, 6
# Knot DNS ends an answer after so many CNAMEs.
KNOT_CNAMES = 5


@dataclasses.dataclass(frozen=True)
class Explanation:
    peer: str
    title: str
    reason: str
    alone: bool
    # Of the case, Nave's full reply and the peer's.
    predicate: typing.Callable

    def explains(self, case, peer):
        return self.predicate(case, case.nave, peer)

    def __str__(self):
        return f"{self.peer}: {self.title} ({self.reason})"


def cnames(answer):
    return sum(rrset.rrtype == reply.CNAME for rrset in answer)


def is_start(answer, longer):
    return longer[:len(answer)] == answer


def same_but(nave, peer, *fields):
    """Equal in rcode, AA, answer and authority, those of `fields` not regarded."""
    return all(getattr(nave, field) == getattr(peer, field) for field in comparison.FIELDS if field not in fields)


def has_other_any(case, nave, peer):
    """Both end in RRsets of one and the same owner, Nave's in one, which may have been in the chain."""
    if case.question.qtype != "ANY" or not same_but(nave, peer, "answer") or not nave.answer:
        return False
    if is_start(nave.answer, peer.answer):
        return {rrset.owner for rrset in peer.answer[len(nave.answer):]} <= {rrset.owner for rrset in nave.answer}
    chain, last = nave.answer[:-1], nave.answer[-1]
    rest = peer.answer[len(chain):]
    return (is_whole(case, last) and is_start(chain, peer.answer) and bool(rest)
            and {rrset.owner for rrset in rest} == {last.owner})


def is_whole(case, rrset):
    """The zone has this RRset with as many records, at its owner or at a wildcard."""
    owner = comparison.wire_name(rrset.owner)
    return any(question_generator.NUMBERS.get(rrtype) == rrset.rrtype and len(rdatas) == len(rrset.records)
               for (at, rrtype), (_, _, rdatas) in case.zone.rrsets.items() if at == owner or at[0] == b"*")


def ends_chain_sooner(case, nave, peer):
    return (cnames(peer.answer) == KNOT_CNAMES and peer.rcode == NOERROR and nave.aa == peer.aa
            and is_start(peer.answer, nave.answer))


def fails_at_restarts(case, nave, peer):
    return (peer.rcode == SERVFAIL and cnames(peer.answer) >= comparison.BIND_RESTARTS and nave.aa == peer.aa
            and (is_start(peer.answer, nave.answer) or is_start(nave.answer, peer.answer)))


def fails_at_loop(case, nave, peer):
    """Both answer the same chain, once round."""
    ends = [comparison.chain_end(full.answer) for full in (nave, peer)]
    return (peer.rcode == SERVFAIL and nave.rcode == NOERROR and same_but(nave, peer, "rcode") and ends[0] == ends[1]
            and any(rrset.owner == ends[0] and rrset.rrtype == reply.CNAME for rrset in nave.answer))


def adds_cut(case, nave, peer):
    return (bool(nave.answer) and same_but(nave, peer, "authority") and not nave.authority
            and comparison.is_cut(peer.authority))


def stops_at_dname_for_any(case, nave, peer):
    return (case.question.qtype == "ANY" and peer.rcode == NOERROR and not peer.authority and reply.DNAME in peer.chain()
            and nave.aa == peer.aa and is_start(peer.answer, nave.answer))


def wildcard_dnames(answer):
    """By their records; the first is what a chain went through, another one may be what was asked for."""
    return {rrset.records: rrset for rrset in reversed(answer)
            if rrset.rrtype == reply.DNAME and rrset.owner.startswith(b"\1*")}


def with_wildcard_owners(nave, peer):
    """The peer's reply with Nave's owners for the DNAMEs of wildcards, each once."""
    ours = wildcard_dnames(nave.answer)
    answer = [rrset if rrset in nave.answer or rrset.rrtype != reply.DNAME else ours.get(rrset.records, rrset)
              for rrset in peer.answer]
    return dataclasses.replace(peer, answer=tuple(dict.fromkeys(answer)))


def ends_at_wildcard(case, nave, peer):
    return bool(wildcard_dnames(nave.answer)) and is_start(peer.answer, nave.answer) and peer.rcode == NOERROR


def goes_on_behind_too_long_name(case, nave, peer):
    return nave.rcode == YXDOMAIN and nave.chain()[-1] == reply.DNAME and is_start(nave.answer, peer.answer)


def most(rrset):
    """The most octets of an RRset in a message: its owner compressed nowhere."""
    return sum(len(rrset.owner) + 10 + len(rdata) for _, rdata in rrset.records)


def addresses_size(case, referral):
    """The most octets that the addresses of a referral's name servers take, by the zone's data."""
    servers = {comparison.wire_name(rdata) for rrset in referral.authority for _, rdata in rrset.records}
    sizes = {"A": 4, "AAAA": 16}
    return sum(len(rdatas) * (len(names.to_wire(owner)) + 10 + sizes[rrtype])
               for (owner, rrtype), (_, _, rdatas) in case.zone.rrsets.items() if owner in servers and rrtype in sizes)


def has_too_little_room(case, full):
    """The addresses of all name servers do not fit into the server's reply."""
    bare = full.size - sum(sum(12 + len(rdata) for _, rdata in rrset.records) for rrset in full.additional)
    return bare + addresses_size(case, full) > case.limit()


def split(nave, peer):
    """What one has in the additional section and the other has not: (in-domain glue, other addresses)."""
    differing = nave.additional ^ peer.additional
    in_domain = {rrset for rrset in differing if comparison.is_below_cut(rrset.owner, nave)}
    return in_domain, differing - in_domain


def lacks_addresses_of_hosts(case, nave, peer):
    """What is missing is no glue at all: no cut is above it."""
    in_domain, others = split(nave, peer)
    owners = [comparison.wire_name(rrset.owner) for rrset in others]
    is_glue = any(owner == cut or names.is_below(owner, cut) for owner in owners for cut in case.zone.cuts)
    return same_but(nave, peer) and bool(others) and others <= nave.additional and not in_domain and not is_glue


def has_addresses_from_wildcard(case, nave, peer):
    return same_but(nave, peer) and nave.additional < peer.additional and all(
        comparison.wire_name(rrset.owner) not in case.zone.owners() for rrset in peer.additional - nave.additional)


def has_other_room(case, nave, peer):
    """Not all fits, and the in-domain glue is the same."""
    in_domain, others = split(nave, peer)
    return same_but(nave, peer) and bool(others) and not in_domain and has_too_little_room(case, peer)


def omits_glue_without_tc(case, nave, peer):
    """Not all fits, the peer has less in-domain glue, and does not say so."""
    in_domain, _ = split(nave, peer)
    return (same_but(nave, peer) and bool(in_domain) and in_domain <= nave.additional
            and has_too_little_room(case, peer) and not case.seen["bind"].first.tc)


def omits_soa_without_tc(case, nave, peer):
    return (same_but(nave, peer, "authority") and not peer.authority and not case.seen["knot"].first.tc
            and peer.size + sum(map(most, nave.authority)) > case.limit())


EXPLANATIONS = (
    Explanation("knot", "another RRset answers ANY", "RFC 8482 section 4.1: any of the name's RRsets will do", True,
                has_other_any),
    Explanation("bind", "other RRsets answer ANY", "RFC 8482 section 4.1; all of them by TCP", True, has_other_any),
    Explanation("bind", "ANY does not follow the CNAME of a DNAME", "RFC 6672 section 3.2 step 3c goes on", True,
                stops_at_dname_for_any),
    Explanation("knot", f"ends a chain after {KNOT_CNAMES} CNAMEs", "RFC 1034 section 3.6.2 sets no bound", True,
                ends_chain_sooner),
    Explanation("bind", f"SERVFAIL with the chain after {comparison.BIND_RESTARTS} CNAMEs",
                "RFC 1034 section 3.6.2 sets no bound", True, fails_at_restarts),
    Explanation("bind", "SERVFAIL with a chain that loops", "RFC 1034 section 3.6.2: a loop is the client's to see", True,
                fails_at_loop),
    Explanation("knot", "NS of the zone at the end of a chain, where a child zone has the name",
                "RFC 1034 section 4.3.2 step 2 chooses the zone anew", True, adds_cut),
    Explanation("knot", "ends a chain that comes to the DNAME of a wildcard again", "RFC 1034 section 3.6.2 sets no bound", True,
                ends_at_wildcard),
    Explanation("knot", "looks for the target of a DNAME that makes too long a name", "RFC 6672 section 2.2: YXDOMAIN",
                False, goes_on_behind_too_long_name),
    Explanation("bind", "no addresses of name servers that are hosts of the zone itself", "RFC 9471 section 2: they are no glue",
                True, lacks_addresses_of_hosts),
    Explanation("knot", "addresses of name servers made from wildcards", "RFC 9471 section 3.2 does not ask for them", True,
                has_addresses_from_wildcard),
    Explanation("knot", "other room for addresses of name servers that are not below the cut",
                "RFC 9471 section 3.2: no TC", True, has_other_room),
    Explanation("bind", "other room for addresses of name servers that are not below the cut",
                "RFC 9471 section 3.2: no TC", True, has_other_room),
    Explanation("knot", "SOA that does not fit is left out without TC", "RFC 2181 section 9: TC", True, omits_soa_without_tc),
    Explanation("bind", "in-domain glue that does not fit is left out without TC", "RFC 9471 section 3.1: TC", True,
                omits_glue_without_tc),
)
# Beside the others: what a reply of Knot DNS is freed of before they look at it.
WILDCARD_OWNER = Explanation("knot", "a DNAME of a wildcard has the qname for owner, for names below the asterisk itself",
                             "RFC 6672 section 3.3: the owner is the asterisk's", True, None)
ALL = (*EXPLANATIONS, WILDCARD_OWNER)


def explain(case):
    """The explanations of a case's differences, all that the peers need; nothing if one is not explained."""
    found = []
    for peer in case.differing():
        full = getattr(case, peer)
        if peer == "knot" and with_wildcard_owners(case.nave, full) != full:
            found.append(WILDCARD_OWNER)
            full = with_wildcard_owners(case.nave, full)
            if same_but(case.nave, full):
                continue
        explanation = next((e for e in EXPLANATIONS if e.peer == peer and e.explains(case, full)), None)
        if explanation is None or (len(case.differing()) > 1 and not explanation.alone):
            return []
        found.append(explanation)
    return found
