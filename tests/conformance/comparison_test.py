"""nave-resolver beside Knot DNS and BIND: random zones, random questions, and every difference explained or none.

README.md says how to run it at length.
"""

import argparse
import collections
import contextlib
import copy
import pathlib
import random
import signal
import sys
import tempfile
import time

import comparison
import explained
import names
import question_generator
import servers
import zone_generator

# Questions whose replies are held at once.
BATCH = 5000
SHOWN = 20
# From so many zones on every explanation must have been needed.
FULL_RUN_ZONES = 1000


class Run:
    """Counts of a run, and the differences without an explanation."""

    def __init__(self):
        self.asked = 0
        self.truncated = 0
        self.equal = 0
        self.explained = collections.Counter()
        self.unexplained = []

    def add(self, case):
        self.asked += 1
        self.truncated += case.seen["nave"].first.tc
        if not case.differing():
            self.equal += 1
            return
        explanations = explained.explain(case)
        self.explained.update(explanations)
        if not explanations:
            self.unexplained.append(case)

    def report(self):
        explained_count = self.asked - self.equal - len(self.unexplained)
        print(f"{self.asked} questions, {self.truncated} of them answered by TCP: {self.equal} answers equal both peers', "
              f"{explained_count} differ and are explained, {len(self.unexplained)} differ and are not")
        for explanation in explained.ALL:
            print(f"{self.explained[explanation]:7} {explanation}")
        for case in self.unexplained[:SHOWN]:
            print(f"NOT EXPLAINED: {case}")

    def failures(self, zone_count):
        found = [f"{len(self.unexplained)} differences without an explanation"] if self.unexplained else []
        if zone_count >= FULL_RUN_ZONES:
            found += [f"an explanation that nothing needed: {explanation}"
                      for explanation in explained.ALL if not self.explained[explanation]]
        return found


def with_mistakes(rng, zones):
    """Copies of the zones, each with one TTL that is off by one second."""
    copies = copy.deepcopy(zones)
    for zone in copies:
        key = rng.choice(list(zone.rrsets))
        owner, ttl, rdatas = zone.rrsets[key]
        zone.rrsets[key] = (owner, ttl ^ 1, rdatas)
    return copies


def zone_of(question, zones, by_apex):
    """The zone that answers: the one with the longest suffix of the name, or the one that the question was made for."""
    qname = names.lower(question.qname)
    return next((by_apex[qname[start:]] for start in range(len(qname)) if qname[start:] in by_apex), zones[question.zone])


def compare(questions, zones, clients, run):
    by_apex = {zone.apex: zone for zone in zones}
    for start in range(0, len(questions), BATCH):
        batch = questions[start:start + BATCH]
        replies = {name: client.ask(batch) for name, client in clients.items()}
        for number, question in enumerate(batch):
            query = question.wire(number)
            seen = {name: comparison.Seen.read(query, replies[name][number]) for name in replies}
            run.add(comparison.Case(question, zone_of(question, zones, by_apex), seen))


def serve_and_compare(zones, zones_of_nave, questions):
    run = Run()
    with tempfile.TemporaryDirectory(prefix="nave-comparison-") as directory, contextlib.ExitStack() as stack:
        for number, zone in enumerate(zones):
            (pathlib.Path(directory) / f"{number}.zone").write_text(zone.file_text())
        clients = {}
        for server in [kind(pathlib.Path(directory)) for kind in servers.KINDS]:
            served = zones_of_nave if isinstance(server, servers.Nave) else zones
            clients[server.name] = stack.enter_context(server.serving(served))
        compare(questions, zones, clients, run)
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--zones", type=int, default=60)
    parser.add_argument("--questions", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--canary", action="store_true", help="let Nave's zones have a mistake each, which must be found")
    options = parser.parse_args()
    # The servers are stopped in any case.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    rng = random.Random(options.seed)
    zones = zone_generator.make_zones(rng, options.zones)
    questions = question_generator.make_questions(rng, zones, options.questions)
    print(f"seed {options.seed}: {len(zones)} zones, {sum(len(zone.rrsets) for zone in zones)} RRsets")
    started = time.monotonic()
    if options.canary:
        run = serve_and_compare(zones, with_mistakes(rng, zones), questions)
        found = len({case.zone.apex for case in run.unexplained})
        print(f"mistakes found in {found} of {len(zones)} zones")
        return 0 if found > len(zones) / 2 else 1
    run = serve_and_compare(zones, zones, questions)
    run.report()
    print(f"{time.monotonic() - started:.0f} s")
    failures = run.failures(len(zones))
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
