"""A reply, read for comparison: names in lower case, RRsets as sets, the answer's RRsets in order. Independent of lib/dns."""

import dataclasses
import struct

OPT = 41
NS, CNAME, DNAME = 2, 5, 39
# The rdata of types that hold names: octets before (`s`: a character string), then `n` for each name. The rest is octets.
# Compressed on the wire may be only the types of RFC 1035 (RFC 3597 section 4).
COMPRESSIBLE = {2: "n", 5: "n", 6: "nn", 7: "n", 8: "n", 9: "n", 12: "n", 14: "nn", 15: "2n"}
PLAIN = {17: "nn", 18: "2n", 21: "2n", 26: "2nn", 33: "6n", 35: "4sssn", 36: "2n", 39: "n", 64: "2n", 65: "2n"}


class Malformed(Exception):
    """The message is not one."""


@dataclasses.dataclass(frozen=True)
class RRset:
    owner: bytes  # Wire form.
    rrtype: int
    records: frozenset  # (TTL, rdata).


@dataclasses.dataclass(frozen=True)
class Reply:
    size: int
    rcode: int
    aa: bool
    tc: bool
    answer: tuple  # RRsets in the order in which their owners first come.
    authority: frozenset
    additional: frozenset  # Without OPT.
    faults: tuple  # What no good message has.

    def chain(self):
        """The types of the answer in order."""
        return [rrset.rrtype for rrset in self.answer]

    def is_referral(self):
        return not self.aa and any(rrset.rrtype == NS for rrset in self.authority)


class _Reader:
    def __init__(self, wire):
        self.wire = wire
        self.at = 12
        self.faults = []

    def name(self, compressible=True):
        """The name here in lower case; `at` moves behind it."""
        labels, at, end = [], self.at, None
        while True:
            length = self.wire[at]
            if length >= 0xC0:
                if not compressible:
                    self.faults.append("compressed name in a type that allows none")
                end = end or at + 2
                to = (length & 0x3F) << 8 | self.wire[at + 1]
                if to >= at:
                    raise Malformed("a pointer that leads forward")
                at = to
                continue
            labels.append(self.wire[at:at + length + 1])
            at += length + 1
            if length == 0:
                self.at = end or at
                return b"".join(labels).lower()

    def rdata(self, rrtype, end):
        compressible = rrtype in COMPRESSIBLE
        layout = COMPRESSIBLE.get(rrtype) or PLAIN.get(rrtype, "")
        parts = []
        for field in layout:
            if field == "n":
                parts.append(self.name(compressible))
                continue
            size = self.wire[self.at] + 1 if field == "s" else int(field)
            parts.append(self.wire[self.at:self.at + size])
            self.at += size
        if self.at > end:
            raise Malformed("rdata that is longer than its length")
        parts.append(self.wire[self.at:end])
        self.at = end
        return b"".join(parts)

    def record(self):
        owner = self.name()
        rrtype, rrclass, ttl, size = struct.unpack_from("!HHIH", self.wire, self.at)
        self.at += 10
        if rrtype != OPT and rrclass != 1:
            self.faults.append(f"class {rrclass}")
        return owner, rrtype, ttl, self.rdata(rrtype, self.at + size)

    def section(self, count, title):
        rrsets = {}
        for _ in range(count):
            owner, rrtype, ttl, rdata = self.record()
            if rrtype == OPT:
                continue
            records = rrsets.setdefault((owner, rrtype), [])
            if (ttl, rdata) in records:
                self.faults.append(f"a record twice in the {title} section")
            records.append((ttl, rdata))
        # BIND puts the RRsets of one owner together: so are all here, in the order of the owners.
        first = {owner: place for place, (owner, _) in reversed(list(enumerate(rrsets)))}
        return tuple(RRset(owner, rrtype, frozenset(records))
                     for (owner, rrtype), records in sorted(rrsets.items(), key=lambda item: first[item[0][0]]))


def parse(wire, query):
    """The reply to `query`. Malformed, or what is wrong is in `faults`."""
    try:
        _, flags, questions, answers, authorities, additionals = struct.unpack_from("!6H", wire)
        reader = _Reader(wire)
        question = _question(query)
        if questions != 1 or wire[12:12 + len(question)] != question:
            reader.faults.append("the question is not repeated octet by octet")
        reader.at = 12 + len(question)
        sections = [reader.section(count, title) for count, title in
                    ((answers, "answer"), (authorities, "authority"), (additionals, "additional"))]
        if reader.at != len(wire):
            reader.faults.append("octets behind the last record")
        if flags >> 15 != 1 or flags >> 11 & 15 or wire[:2] != query[:2]:
            reader.faults.append("QR, the opcode or the id is wrong")
        return Reply(len(wire), flags & 15, bool(flags & 0x400), bool(flags & 0x200), sections[0], frozenset(sections[1]),
                     frozenset(sections[2]), tuple(sorted(set(reader.faults))))
    except (IndexError, struct.error) as error:
        raise Malformed(f"{error}: {wire.hex()}") from error


def _question(query):
    """The question section of a query, whose name is not compressed."""
    at = 12
    while query[at]:
        at += query[at] + 1
    return query[12:at + 5]
