"""Random rdata in presentation form for every rrtype that a zone may hold.

Types that one of the servers has no presentation form for (LOC, CERT; MB, MG, MR, PX as TYPEnnn) are written by RFC 3597,
which all servers read.
"""

import ipaddress

import names


def quoted(octets):
    """A character string (RFC 1035 section 5.1)."""
    return '"' + "".join(chr(o) if 32 <= o <= 126 and o not in b'"\\;' else f"\\{o:03d}" for o in octets) + '"'


def generic(octets):
    """RFC 3597 section 5."""
    return f"\\# {len(octets)} {octets.hex()}".rstrip()


def octets(rng, low, high):
    return rng.randbytes(rng.randint(low, high))


def a(rng, name):
    return str(ipaddress.IPv4Address(rng.getrandbits(32)))


def aaaa(rng, name):
    return str(ipaddress.IPv6Address(rng.getrandbits(128)))


def target(rng, name):
    return names.to_text(name())


def txt(rng, name):
    return " ".join(quoted(octets(rng, 0, 40)) for _ in range(rng.randint(1, 3)))


def big_txt(rng, name):
    return quoted(octets(rng, 60, 120))


def u16(rng):
    return rng.randint(0, 65535)


def preferred(rng, name):
    return f"{u16(rng)} {target(rng, name)}"


def two_names(rng, name):
    return f"{target(rng, name)} {target(rng, name)}"


def wire_target(rng, name):
    return generic(names.to_wire(names.lower(name())))


def px(rng, name):
    return generic(u16(rng).to_bytes(2, "big") + names.to_wire(names.lower(name())) + names.to_wire(names.lower(name())))


def srv(rng, name):
    return f"{u16(rng)} {u16(rng)} {u16(rng)} {target(rng, name)}"


def caa(rng, name):
    return f'{rng.choice((0, 128))} {rng.choice(("issue", "issuewild", "iodef"))} "ca{rng.randint(0, 999)}.example"'


def naptr(rng, name):
    return f'{u16(rng)} {u16(rng)} "{rng.choice("sauSAU")}" "SIP+D2U" "" {target(rng, name)}'


def hinfo(rng, name):
    return f"{quoted(octets(rng, 1, 10))} {quoted(octets(rng, 1, 10))}"


def sshfp(rng, name):
    return f"{rng.randint(1, 4)} 2 {rng.randbytes(32).hex()}"


def tlsa(rng, name):
    return f"{rng.randint(0, 3)} {rng.randint(0, 1)} 1 {rng.randbytes(32).hex()}"


def svcb(rng, name):
    if rng.random() < 0.3:
        return f"0 {target(rng, name)}"
    params = [f"port={u16(rng)}", 'alpn="h2,h3"', f"ipv4hint={a(rng, name)}", f"ipv6hint={aaaa(rng, name)}"]
    chosen = [param for param in params if rng.random() < 0.5]
    return " ".join([str(rng.randint(1, 65535)), rng.choice((".", target(rng, name))), *chosen])


def loc(rng, name):
    place = [2**31 + rng.randint(-limit, limit) for limit in (90 * 3600000, 180 * 3600000)]
    return generic(bytes([0, 0x12, 0x16, 0x13]) + b"".join(p.to_bytes(4, "big") for p in place)
                   + rng.randint(0, 2**31).to_bytes(4, "big"))


def cert(rng, name):
    return generic(bytes([0, 1, 0, 1, 8]) + octets(rng, 1, 60))


def unknown(rng, name):
    return generic(octets(rng, 0, 40))


def uri(rng, name):
    return f'{u16(rng)} {u16(rng)} "https://host{rng.randint(0, 999)}.example/path"'


def ds(rng, name):
    return f"{u16(rng)} 13 2 {rng.randbytes(32).hex()}"


# What any node may have beside other types, by rrtype.
MAKERS = {
    "A": a, "AAAA": aaaa, "MX": preferred, "TXT": txt, "SRV": srv, "PTR": target, "CAA": caa, "NAPTR": naptr,
    "SSHFP": sshfp, "TLSA": tlsa, "SMIMEA": tlsa, "SVCB": svcb, "HTTPS": svcb, "LOC": loc, "HINFO": hinfo,
    "RP": two_names, "AFSDB": preferred, "RT": preferred, "KX": preferred, "MINFO": two_names, "URI": uri, "SPF": txt,
    "CERT": cert, "TYPE7": wire_target, "TYPE8": wire_target, "TYPE9": wire_target, "TYPE26": px, "TYPE65280": unknown,
    "TYPE4711": unknown,
}
# What most nodes of real zones have.
COMMON = ("A", "AAAA", "TXT", "MX", "SRV", "CAA", "HTTPS")
