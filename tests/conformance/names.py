"""Domain names as tuples of labels, each of bytes; the root is the empty tuple."""

MAX_WIRE = 255
MAX_LABEL = 63
PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*/")
# Without the bracket: BIND reads a bit-string label there.
BACKSLASHED = frozenset(b'.\\";@$()`^{}')


def label_to_text(label):
    """Presentation form (RFC 1035 section 5.1): what is odd comes behind a backslash or as three digits."""
    return "".join(chr(o) if o in PLAIN else f"\\{chr(o)}" if o in BACKSLASHED else f"\\{o:03d}" for o in label)


def to_text(name):
    return "".join(label_to_text(label) + "." for label in name) or "."


def to_plain_text(name):
    """Presentation form that a configuration file takes too: no octet but letters, digits and three-digit escapes."""
    return "".join("".join(chr(o) if chr(o).isalnum() and o < 128 else f"\\{o:03d}" for o in label) + "." for label in name)


def to_wire(name):
    return b"".join(bytes([len(label)]) + label for label in name) + b"\0"


def from_text(text):
    """Only for plain texts: no escapes."""
    return tuple(label.encode() for label in text.rstrip(".").split(".") if label)


def fits(name):
    return len(to_wire(name)) <= MAX_WIRE and all(0 < len(label) <= MAX_LABEL for label in name)


def lower(name):
    return tuple(label.lower() for label in name)


def is_below(name, ancestor):
    """True for a name strictly below; both in lower case."""
    return len(name) > len(ancestor) and name[len(name) - len(ancestor):] == ancestor


def ancestors(name, apex):
    """The names above `name` down from its parent to `apex`, both ends included."""
    return [name[count:] for count in range(1, len(name) - len(apex) + 1)]


def random_case(rng, name):
    return tuple(bytes(o ^ 0x20 if chr(o).isalpha() and o < 128 and rng.random() < 0.5 else o for o in label)
                 for label in name)
