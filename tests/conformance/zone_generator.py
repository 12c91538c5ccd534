"""Random zones full of what a lookup can go wrong about (RFC 1034, 2181, 4592, 6672, 8020, 9471); one seed, one result.

Not made, because a peer refuses to load it: NS at a wildcard (BIND), data below a DNAME and NS beside a DNAME (Knot DNS),
an apex NS of the zone without an address (BIND), CNAME beside other data and a second CNAME or DNAME (both).
"""

import dataclasses

import names
import rdata_generator

# Octets that must be escaped or that parsers take for something else.
ODD_LABELS = (b"a.b", b"back\\slash", b"sp ace", b'quo"te', b"semi;colon", b"@", b"$ORIGIN", b"(paren)", b"\0", b"\xff\xfe",
              b"UPPER", b"MiXeD", b"_sip", b"-", b"0", b"x" * 63, b"a*", b"**", b"tab\there", b"new\nline", b"[]{}", b"`^")
WORDS = (b"a", b"b", b"c", b"d", b"www", b"mail", b"ns", b"ns1", b"app", b"db", b"dev", b"prod", b"eu", b"x", b"y")
OUTSIDE = (names.from_text("ns.outside.test"), names.from_text("a.b.elsewhere.test"), names.from_text("Host.OUTSIDE.test"))
LONG = tuple(b"l" * 60 for _ in range(3))


@dataclasses.dataclass
class Zone:
    """`rrsets`: (owner in lower case, type) -> (owner, TTL, [rdata])."""

    apex: tuple
    rrsets: dict = dataclasses.field(default_factory=dict)
    cuts: list = dataclasses.field(default_factory=list)
    dnames: list = dataclasses.field(default_factory=list)
    wildcards: list = dataclasses.field(default_factory=list)

    def owners(self):
        return list({owner: None for owner, _ in self.rrsets})

    def types_at(self, owner):
        return [rrtype for at, rrtype in self.rrsets if at == owner]

    def file_text(self):
        """The zone as a file (RFC 1035 section 5.1)."""
        return "".join(f"{names.to_text(owner)} {ttl} IN {rrtype} {rdata}\n"
                       for (_, rrtype), (owner, ttl, rdatas) in self.rrsets.items() for rdata in rdatas)

    def snapshot(self, name):
        """The zone in the form of a snapshot file."""
        rrsets = [{"owner": names.to_text(owner), "type": rrtype, "ttl": ttl, "rdata": rdatas}
                  for (_, rrtype), (owner, ttl, rdatas) in self.rrsets.items()]
        return {"name": name, "apex": names.to_text(self.apex), "rrsets": rrsets}


class ZoneGenerator:
    """Makes one zone. `others`: apexes of zones that targets may point into."""

    def __init__(self, rng, apex, others):
        self.rng = rng
        self.zone = Zone(names.lower(apex))
        self.apex = self.zone.apex
        self.others = others

    def make(self):
        self.add_apex()
        if self.rng.random() < 0.04:
            # Below a DNAME at the apex there is nothing (RFC 6672 section 2.4).
            self.add_dname(self.apex)
            return self.zone
        for step, most in ((self.add_host, 12), (self.add_wildcard, 4), (self.add_delegation, 4), (self.add_dname, 3),
                           (self.add_cname, 8), (self.add_wildcard_cname, 2), (self.add_chain, 1), (self.add_large, 1)):
            for _ in range(self.rng.randint(most // 4, most)):
                step()
        return self.zone

    # Names.
    def label(self):
        draw = self.rng.random()
        if draw < 0.15:
            return self.rng.choice(ODD_LABELS)
        if draw < 0.6:
            return self.rng.choice(WORDS)
        return bytes(self.rng.choice(b"abcdefghijklmnopqrstuvwxyz") for _ in range(self.rng.randint(1, 8)))

    def child_of(self, parent, most=3):
        return tuple(self.label() for _ in range(self.rng.randint(1, most))) + parent

    def new_owner(self, most=3):
        """A name that is free for any data; its parent is the apex or any name that is there."""
        while True:
            owner = self.child_of(self.rng.choice([self.apex, *self.zone.owners()]), most)
            if self.rng.random() < 0.05:
                owner = (b"*",) + owner[1:]
            if self.is_free(owner):
                return owner

    def is_free(self, owner):
        low = names.lower(owner)
        if not names.fits(owner) or self.zone.types_at(low):
            return False
        above = names.ancestors(low, self.apex)
        return not any(closed in above for closed in self.zone.dnames + self.zone.cuts)

    def any_name(self):
        """What a target may be: there, near what is there, in another zone, or nowhere."""
        there = self.rng.choice([self.apex, *self.zone.owners()])
        draw = self.rng.random()
        if draw < 0.5:
            name = there
        elif draw < 0.75:
            name = self.child_of(there, 2)
        elif draw < 0.85 and self.others:
            name = self.child_of(self.rng.choice(self.others), 1)
        else:
            name = self.rng.choice(OUTSIDE)
        name = names.random_case(self.rng, name) if self.rng.random() < 0.2 else name
        return name if names.fits(name) else self.apex

    # Data.
    def put(self, owner, rrtype, rdatas):
        key = (names.lower(owner), rrtype)
        if key not in self.zone.rrsets:
            ttl = self.rng.choice((0, 1, 60, 300, 3600, 86400, self.rng.randint(0, 2**31 - 1)))
            unique = {rdata.lower(): rdata for rdata in rdatas}
            self.zone.rrsets[key] = (owner, ttl, list(unique.values()))

    def put_random(self, owner, rrtype, count=None):
        make = rdata_generator.MAKERS[rrtype]
        count = count or self.rng.choice((1, 1, 1, 2, 3))
        self.put(owner, rrtype, [make(self.rng, self.any_name) for _ in range(count)])

    def put_some(self, owner):
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            from_all = self.rng.random() < 0.5
            types = list(rdata_generator.MAKERS) if from_all else rdata_generator.COMMON
            self.put_random(owner, self.rng.choice(types))

    def add_apex(self):
        minimum = self.rng.choice((0, 30, 300, 86400))
        name = names.to_text((b"ns",) + self.apex)
        self.put(self.apex, "SOA", [f"{name} {names.to_text(self.child_of(self.apex, 1))} 1 3600 600 604800 {minimum}"])
        self.put(self.apex, "NS", [names.to_text(server) for server in self.rng.sample(OUTSIDE, self.rng.randint(1, 2))])
        if self.rng.random() < 0.5:
            self.put_some(self.apex)

    def add_host(self):
        owner = self.new_owner()
        self.put_some(owner)
        if self.rng.random() < 0.08 and owner[0] != b"*":
            # A name server of the zone itself, with an address.
            self.put_random(owner, "A")
            self.zone.rrsets[self.apex, "NS"][2].append(names.to_text(owner))

    def add_wildcard(self):
        owner = (b"*",) + self.child_of(self.rng.choice([self.apex, *self.zone.owners()]), 2)[self.rng.randint(0, 1):]
        if self.is_free(owner):
            self.put_some(owner)
            self.zone.wildcards.append(names.lower(owner))

    def add_wildcard_cname(self):
        owner = (b"*",) + self.rng.choice([self.apex, *self.zone.owners()])
        if self.is_free(owner):
            self.put(owner, "CNAME", [names.to_text(self.any_name())])
            self.zone.wildcards.append(names.lower(owner))

    def has_below(self, owner):
        low = names.lower(owner)
        return any(names.is_below(at, low) for at in self.zone.owners())

    def add_delegation(self):
        owner = self.new_owner(2)
        if owner[0] == b"*":
            return
        self.zone.cuts.append(names.lower(owner))
        servers = [self.server_of(owner) for _ in range(self.rng.choice((1, 2, 2, 3)))]
        self.put(owner, "NS", [names.to_text(server) for server in servers])
        if self.rng.random() < 0.3:
            self.put(owner, "DS", [rdata_generator.ds(self.rng, None) for _ in range(self.rng.randint(1, 2))])
        if self.rng.random() < 0.3:
            # Hidden by the cut (RFC 2181 section 6.1).
            hidden = self.child_of(owner, 2) if self.rng.random() < 0.7 else owner
            if names.fits(hidden):
                self.put_some(hidden)

    def server_of(self, owner):
        """A name server of a cut: below it with or without glue, below another cut, of the zone, or elsewhere."""
        draw = self.rng.random()
        if draw < 0.5:
            server = self.child_of(owner, 2)
        elif draw < 0.7:
            server = self.child_of(self.rng.choice(self.zone.cuts), 1)
        elif draw < 0.75:
            return self.any_name()
        elif draw < 0.8 and self.zone.wildcards:
            return self.child_of(self.rng.choice(self.zone.wildcards)[1:], 1)
        else:
            return self.rng.choice(OUTSIDE)
        if not names.fits(server):
            return self.rng.choice(OUTSIDE)
        low = names.lower(server)
        if self.rng.random() < 0.75 and "CNAME" not in self.zone.types_at(low):
            for rrtype in self.rng.choice((("A",), ("AAAA",), ("A", "AAAA"))):
                self.put_random(server, rrtype, self.rng.choice((1, 1, 2, 14)))
        return server

    def add_dname(self, owner=None):
        owner = owner or self.new_owner(2)
        if self.rng.random() < 0.1 and owner != self.apex:
            owner = (b"*",) + owner[1:]
        is_taken = self.has_below(owner) or self.zone.types_at(names.lower(owner))
        if is_taken and owner != self.apex:
            return
        draw = self.rng.random()
        to = self.any_name()
        if draw < 0.1:
            # Its own descendant: the chain grows until the name is too long (RFC 6672 section 2.2).
            to = (b"d" * self.rng.choice((1, 40)),) + owner
        elif draw < 0.2:
            to = LONG + names.from_text("outside.test")
        self.zone.dnames.append(names.lower(owner))
        if owner[0] == b"*":
            self.zone.wildcards.append(names.lower(owner))
        self.put(owner, "DNAME", [names.to_text(to if names.fits(to) else OUTSIDE[0])])
        if self.rng.random() < 0.4 and owner != self.apex:
            self.put_some(owner)

    def add_cname(self):
        owner = self.new_owner()
        special = self.zone.cuts + self.zone.dnames + [wildcard[1:] for wildcard in self.zone.wildcards]
        to = self.any_name()
        if special and self.rng.random() < 0.4:
            to = self.child_of(self.rng.choice(special), 2)
        self.put(owner, "CNAME", [names.to_text(to if names.fits(to) else self.apex)])

    def add_chain(self):
        """CNAMEs in a row, which end somewhere or lead back."""
        owners = []
        for _ in range(self.rng.choice((2, 3, 5, 8, 14))):
            owner = self.new_owner(1)
            self.put(owner, "CNAME", [names.to_text(owner)])
            owners.append(owner)
        last = self.rng.choice(owners) if self.rng.random() < 0.4 else self.any_name()
        for owner, to in zip(owners, owners[1:] + [last]):
            self.zone.rrsets[names.lower(owner), "CNAME"][2][:] = [names.to_text(to)]

    def add_large(self):
        """An RRset that only TCP, or a large payload, carries."""
        owner = self.new_owner()
        if self.rng.random() < 0.5:
            self.put(owner, "TXT", [rdata_generator.big_txt(self.rng, None) for _ in range(self.rng.randint(4, 60))])
        else:
            self.put_random(owner, self.rng.choice(("A", "AAAA", "MX", "SRV")), self.rng.randint(20, 150))


def make_zones(rng, count):
    """Zones with distinct apexes, some of them children of others, delegated there or not."""
    zones, apexes, children = [], [], []
    while len(zones) < count:
        apex = names.from_text(f"zone{len(zones)}.test")
        if children and rng.random() < 0.15:
            apex = children.pop()
        elif rng.random() < 0.1:
            apex = (rng.choice(ODD_LABELS),) + apex
        zone = ZoneGenerator(rng, apex, apexes[-20:]).make()
        zones.append(zone)
        apexes.append(zone.apex)
        if zone.cuts and rng.random() < 0.3 and len(zone.apex) < 8:
            children.append(rng.choice(zone.cuts))
        elif rng.random() < 0.02 and len(zone.apex) < 8 and zone.apex not in zone.dnames:
            children.append((b"undelegated",) + zone.apex)
    return zones
