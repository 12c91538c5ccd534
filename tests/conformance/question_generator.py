"""Random questions at and around everything that a zone has."""

import dataclasses
import struct

import names
import rdata_generator

NUMBERS = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "TYPE7": 7, "TYPE8": 8, "TYPE9": 9, "PTR": 12, "HINFO": 13, "MINFO": 14, "MX": 15,
    "TXT": 16, "RP": 17, "AFSDB": 18, "RT": 21, "TYPE26": 26, "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35, "KX": 36, "CERT": 37,
    "DNAME": 39, "DS": 43, "SSHFP": 44, "TLSA": 52, "SMIMEA": 53, "SVCB": 64, "HTTPS": 65, "SPF": 99, "ANY": 255, "URI": 256,
    "CAA": 257, "TYPE4711": 4711, "TYPE65280": 65280,
}
POINTED = ("NS", "DS", "SOA", "CNAME", "DNAME", "ANY", "A", "A", "AAAA", "TXT", "MX", "TYPE65280")
# 0: without EDNS. The others are what the client says it takes.
PAYLOADS = (0, 0, 0, 512, 1232, 1232, 4096)


@dataclasses.dataclass(frozen=True)
class Question:
    """Asked in class IN with RD=0."""

    zone: int  # Which zone it was made for.
    qname: tuple
    qtype: str
    payload: int

    def wire(self, number):
        """The message with this id."""
        header = struct.pack("!6H", number, 0, 1, 0, 0, 1 if self.payload else 0)
        opt = b"\0" + struct.pack("!HHIH", 41, self.payload, 0, 0) if self.payload else b""
        return header + names.to_wire(self.qname) + struct.pack("!HH", NUMBERS[self.qtype], 1) + opt

    def __str__(self):
        return f"{names.to_text(self.qname)} {self.qtype}, " + (f"payload {self.payload}" if self.payload else "no EDNS")


class QuestionGenerator:
    """Questions for one zone."""

    def __init__(self, rng, number, zone):
        self.rng = rng
        self.number = number
        self.zone = zone
        self.owners = zone.owners()
        self.there = list({name: None for owner in self.owners for name in [owner, *names.ancestors(owner, zone.apex)]})
        self.targets = zone.cuts + zone.dnames + [wildcard[1:] for wildcard in zone.wildcards]

    def label(self):
        return self.rng.choice((b"a", b"www", b"nope", b"*", b"x" * 40, bytes([self.rng.randint(0, 255)]),
                                self.rng.choice(self.owners)[0] if self.rng.choice(self.owners) else b"a"))

    def below(self, name, most=3):
        return tuple(self.label() for _ in range(self.rng.randint(1, most))) + name

    def long_below(self, name):
        """A name of nearly the greatest length, for which a DNAME may have no room (RFC 6672 section 2.2)."""
        while len(names.to_wire(name)) + 20 < names.MAX_WIRE:
            name = (b"z" * self.rng.randint(10, 19),) + name
        return name

    def qname(self):
        draw = self.rng.random()
        if draw < 0.4:
            return self.rng.choice(self.owners)
        if draw < 0.5:
            return self.rng.choice(self.there)
        if draw < 0.65:
            return self.below(self.rng.choice(self.there))
        if draw < 0.72:
            # A sibling.
            return (self.label(),) + self.rng.choice(self.owners)[1:]
        if draw < 0.75:
            return (b"*",) + self.rng.choice(self.there)
        if draw < 0.95 and self.targets:
            name = self.below(self.rng.choice(self.targets))
            return self.long_below(name) if self.rng.random() < 0.05 else name
        if draw < 0.96:
            # Above the apex: another zone's, or nobody's.
            return self.zone.apex[1:]
        return self.below(self.zone.apex)

    def make(self):
        qname = self.qname()
        while not names.fits(qname):
            qname = self.qname()
        types = self.zone.types_at(qname)
        draw = self.rng.random()
        if types and draw < 0.4:
            qtype = self.rng.choice(types)
        elif draw < 0.8:
            qtype = self.rng.choice(POINTED)
        else:
            qtype = self.rng.choice(list(rdata_generator.MAKERS))
        if self.rng.random() < 0.3:
            qname = names.random_case(self.rng, qname)
        return Question(self.number, qname, qtype, self.rng.choice(PAYLOADS))


def make_questions(rng, zones, count):
    """`count` questions, as many for each zone as for another."""
    generators = [QuestionGenerator(rng, number, zone) for number, zone in enumerate(zones)]
    return [generators[index % len(generators)].make() for index in range(count)]
