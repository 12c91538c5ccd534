"""The sample cases: a zone, a question asked with RD=0, and what at least three of BIND, NSD, Knot DNS and PowerDNS answer."""

import dataclasses
import pathlib

FILE = pathlib.Path(__file__).resolve().parent / "testdata" / "sample_cases.txt"


@dataclasses.dataclass
class Case:
    """Records are texts of one line. `authority` is None where the servers need not agree on it."""

    number: str
    zone: list = dataclasses.field(default_factory=list)
    qname: str = ""
    qtype: str = ""
    rcode: str = ""
    authoritative: bool = False
    answer: list = dataclasses.field(default_factory=list)
    authority: list = None

    def apex(self):
        return next(record.split()[0] for record in self.zone if record.split()[3] == "SOA")


def _read_line(line, cases):
    word, _, rest = line.partition(" ")
    if word == "case":
        cases.append(Case(rest))
        return
    case = cases[-1]
    if word == "ask":
        case.qname, case.qtype = rest.split()
    elif word == "rcode":
        case.rcode, _, flag = rest.partition(" ")
        case.authoritative = flag == "aa"
    elif word == "authority-matters":
        case.authority = []
    elif word in ("zone", "answer", "authority"):
        getattr(case, word).append(rest)
    else:
        raise ValueError(f"cannot read: {line}")


def read():
    """All cases of the file."""
    cases = []
    for line in FILE.read_text().splitlines():
        if line and not line.startswith("#"):
            _read_line(line, cases)
    return cases
