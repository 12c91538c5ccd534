"""The zone and the queries of the data plane's run: the same for every server."""

import random
import string
import struct

ZONE = "zone.example."
FORWARDED = "forward.example."
# Names that are asked again and again, below the forwarded domain.
CACHED_LABEL = "c"
TTL_SECONDS = 3600
LETTERS = string.ascii_lowercase


def write_zone(path, names):
    """The private zone that every server with zones serves."""
    lines = [f"$ORIGIN {ZONE}", f"$TTL {TTL_SECONDS}",
             "@ SOA ns.zone.example. hostmaster.zone.example. 1 3600 600 604800 60", "@ NS ns", "ns A 192.0.2.1"]
    lines += [f"h{i} A 198.51.{i // 250 % 100}.{i % 250 + 1}" for i in range(names)]
    path.write_text("\n".join(lines) + "\n")


def write_forwarded_zone(path, ttl=TTL_SECONDS):
    """What the upstream server answers: any name below the forwarded domain has one address."""
    path.write_text("\n".join([
        f"$ORIGIN {FORWARDED}", f"$TTL {ttl}",
        "@ SOA ns.forward.example. hostmaster.forward.example. 1 3600 600 604800 60", "@ NS ns", "ns A 192.0.2.2",
        "* A 203.0.113.7"]) + "\n")


def snapshot(port, upstream_ports, zone_names):
    """The same zone and rule, with as many targets, as a snapshot of nave-resolver."""
    view = "accounts/bench/vpcs/main"
    rrsets = [{"owner": f"h{i}.{ZONE}", "type": "A", "ttl": TTL_SECONDS,
               "rdata": [f"198.51.{i // 250 % 100}.{i % 250 + 1}"]} for i in range(zone_names)]
    rrsets.append({"owner": ZONE, "type": "SOA", "ttl": TTL_SECONDS,
                   "rdata": ["ns.zone.example. hostmaster.zone.example. 1 3600 600 604800 60"]})
    rrsets.append({"owner": ZONE, "type": "NS", "ttl": TTL_SECONDS, "rdata": ["ns.zone.example."]})
    rrsets.append({"owner": f"ns.{ZONE}", "type": "A", "ttl": TTL_SECONDS, "rdata": ["192.0.2.1"]})
    return {"revision": "1",
            "listeners": [{"address": f"127.0.0.1:{port}", "views": [view]}],
            "views": [{"name": view, "networks": ["10.0.0.0/8"], "zones": ["accounts/bench/zones/zone"],
                       "rules": ["accounts/bench/rules/forward"]}],
            "zones": [{"name": "accounts/bench/zones/zone", "apex": ZONE, "rrsets": rrsets}],
            "rules": [{"name": "accounts/bench/rules/forward", "domainName": FORWARDED, "kind": "FORWARD",
                       "targets": [{"address": "127.0.0.1", "port": upstream} for upstream in upstream_ports]}]}


def query(name):
    """The message that asks for the name's address, with RD and without EDNS."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.rstrip(".").split("."))
    return struct.pack("!6H", 1, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", 1, 1)


def _write(path, names):
    path.write_text("".join(f"{name} A\n" for name in names))


def _missed_names(letter, number, count):
    """Of unequal length, as names are: a server that sends those of one length together finds no more of them than elsewhere."""
    length = random.Random(ord(letter)).randint
    return [f"{LETTERS[:length(0, len(LETTERS))]}{letter}{number}-{i:x}.{FORWARDED}" for i in range(count)]


def write_queries(directory, zone_names, cached_names):
    """The query lists, in dnsperf's form; in an order that no server's memory likes better than another's."""
    shuffle = random.Random(1).shuffle
    zone = [f"h{i}.{ZONE}" for i in range(zone_names)]
    cached = [f"{CACHED_LABEL}{i}.{FORWARDED}" for i in range(cached_names)]
    shuffle(zone)
    shuffle(cached)
    _write(directory / "zone.queries", zone)
    _write(directory / "cached.queries", cached)


def write_missed_queries(directory, number, misses):
    """The lists with this number, each name in one of them once: nothing that is asked was asked before."""
    for kind, letter in (("missed", "m"), ("paced-missed", "p"), ("half-missed", "q")):
        _write(directory / f"{kind}.queries", _missed_names(letter, number, misses))
