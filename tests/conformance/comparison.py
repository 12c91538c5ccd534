"""One question's replies from the three servers, and in what they differ."""

import dataclasses

import names
import reply

MIN_PAYLOAD = 512
MAX_PAYLOAD = 1232  # What all three send at most.
# After so many CNAMEs BIND is told to give up: more than Nave follows.
BIND_RESTARTS = 24
PEERS = ("knot", "bind")
ADDRESS_TYPES = {"A": 1, "AAAA": 28}
FIELDS = ("rcode", "aa", "answer", "authority")


@dataclasses.dataclass
class Seen:
    """What one server said: `first` by UDP, `full` by TCP where that was truncated."""

    first: reply.Reply
    full: reply.Reply

    @classmethod
    def read(cls, query, replies):
        by_udp, by_tcp = replies
        first = reply.parse(by_udp, query)
        return cls(first, reply.parse(by_tcp, query) if by_tcp else first)


class Case:
    """`zone`: the one that answers. `seen`: server -> Seen. `differs`: peer -> the fields in which Nave's reply is not the
    peer's, or is wrong by itself."""

    def __init__(self, question, zone, seen):
        self.question = question
        self.zone = zone
        self.seen = seen
        self.nave, self.knot, self.bind = seen["nave"].full, seen["knot"].full, seen["bind"].full
        self.differs = {peer: self._fields(seen["nave"], seen[peer]) for peer in PEERS}

    def limit(self):
        return min(max(self.question.payload, MIN_PAYLOAD), MAX_PAYLOAD)

    def straddles(self):
        """True if the full reply of one server fits into a datagram and another's does not."""
        return len({seen.full.size > self.limit() for seen in self.seen.values()}) > 1

    def _fields(self, nave, peer):
        fields = {field for field in FIELDS if getattr(nave.full, field) != getattr(peer.full, field)}
        if nave.first.tc != peer.first.tc and not self.straddles():
            fields.add("tc")
        if nave.full.is_referral() and peer.full.is_referral() and nave.full.additional != peer.full.additional:
            fields.add("glue")
        if nave.full.is_referral() and not self.has_glue_of_zone(nave):
            fields.add("glue that the zone has")
        if nave.first.faults or nave.full.faults:
            fields.add("faults")
        if nave.first.tc and not self.is_cut_between_rrsets(nave):
            fields.add("part of an RRset")
        return fields

    def has_glue_of_zone(self, nave):
        """RFC 9471 section 3.1: without TC all glue from below the cut is there, by the zone's data."""
        servers = {wire_name(rdata) for rrset in nave.full.authority for _, rdata in rrset.records
                   if is_below_cut(rdata, nave.full)}
        expected = {(owner, rrtype) for owner, rrtype in self.zone.rrsets if owner in servers and rrtype in ADDRESS_TYPES}
        for full in (nave.first, nave.full):
            there = {(wire_name(rrset.owner), rrset.rrtype) for rrset in full.additional}
            if not full.tc and any((owner, ADDRESS_TYPES[rrtype]) not in there for owner, rrtype in expected):
                return False
        return True

    @staticmethod
    def is_cut_between_rrsets(seen):
        """RFC 2181 section 9: of a truncated reply each RRset of answer and authority is whole."""
        return set(seen.first.answer) | seen.first.authority <= set(seen.full.answer) | seen.full.authority

    def differing(self):
        return [peer for peer in PEERS if self.differs[peer]]

    def __str__(self):
        lines = [f"{self.question} in zone {names.to_text(self.zone.apex)}"]
        for server, seen in self.seen.items():
            fields = ", ".join(sorted(self.differs.get(server, ())))
            lines.append(f"  {server}" + (f" (Nave's differs in: {fields})" if fields else ""))
            lines += describe(seen)
        return "\n".join(lines)


def chain_end(answer):
    """Where the last CNAME of an answer leads, in wire form; None where there is none."""
    targets = [rdata for rrset in answer if rrset.rrtype == reply.CNAME for _, rdata in rrset.records]
    return targets[-1] if targets else None


def is_cut(authority):
    return bool(authority) and all(rrset.rrtype == reply.NS for rrset in authority)


def is_below_cut(owner, referral):
    """True for an address that is in-domain glue of the referral (RFC 9471 section 2)."""
    name = wire_name(owner)
    cuts = [wire_name(rrset.owner) for rrset in referral.authority if rrset.rrtype == reply.NS]
    return any(name == cut or names.is_below(name, cut) for cut in cuts)


def describe(seen):
    full = seen.full
    lines = [f"    rcode {full.rcode}{' AA' if full.aa else ''}{' TC by UDP' if seen.first.tc else ''}, {full.size} octets"]
    for title in ("answer", "authority", "additional"):
        for rrset in sorted(getattr(full, title), key=lambda r: r.owner) if title != "answer" else full.answer:
            lines.append(f"    {title}: {wire_text(rrset.owner)} {rrset.rrtype}: "
                         + ", ".join(f"{ttl} {rdata_text(rrset.rrtype, rdata)}" for ttl, rdata in sorted(rrset.records)[:4])
                         + (f" and {len(rrset.records) - 4} more" if len(rrset.records) > 4 else ""))
    return lines + [f"    fault: {fault}" for fault in full.faults]


def wire_name(wire):
    """The labels of a name in wire form."""
    labels, at = [], 0
    while wire[at]:
        labels.append(wire[at + 1:at + 1 + wire[at]])
        at += 1 + wire[at]
    return tuple(labels)


def wire_text(wire):
    return names.to_text(wire_name(wire))


def rdata_text(rrtype, rdata):
    return wire_text(rdata) if rrtype in (reply.NS, reply.CNAME, reply.DNAME) else rdata[:40].hex()
