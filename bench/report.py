"""Writes the tables of a run into docs/performance.md, each between two marks; what stands outside them is left alone."""

import pathlib
import platform
import re

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"


def machine():
    """What the figures depend on, as one sentence. No names, no paths."""
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", cpuinfo)
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())
    cores = cpuinfo.count("\nprocessor") + cpuinfo.startswith("processor")
    system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text())
    kernel = re.match(r"[\d.]+", platform.release()).group()
    return (f"{cores} cores ({re.sub(r'[(]R[)]|[(]TM[)]', '', model.group(1)) if model else 'unknown'}), "
            f"{int(memory.group(1)) / 2**20:.0f} GiB of memory, Linux {kernel}, "
            f"{system.group(1) if system else 'unknown system'}, built with the preset `release`.")


def other_work():
    """How much else the machine does, before a run begins; as a sentence for its end."""
    busy = float(pathlib.Path("/proc/loadavg").read_text().split()[0])
    if busy < 0.5:
        return "Nothing else ran on the machine."
    return (f"Other programs ran on both cores meanwhile (load {busy:.1f} before the run): they take from the rates and add "
            "to the delays of all alike; CPU per query or call hardly changes.")


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def replace(section, text):
    """Puts `text` between the marks of `section`."""
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    page = PAGE.read_text()
    if begin not in page or end not in page:
        raise SystemExit(f"{PAGE.name} lacks the marks of '{section}'")
    head, rest = page.split(begin, 1)
    tail = rest.split(end, 1)[1]
    PAGE.write_text(f"{head}{begin}\n{text.strip()}\n{end}{tail}")
