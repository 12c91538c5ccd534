"""The data plane side by side: every server asked the same, one after the other, several times around.

All servers are up, and those that are not asked sleep. Each has one core; dnsperf and the upstream server have the other. For
each kind of question every server is asked once in each round, in another order each time: what else happens on the machine
falls on all alike, and a ratio is of what was measured within the same minute. Each round has new processes: where in memory one
happens to lie makes a tenth of its CPU, for as long as it lives. The tables have the medians over the rounds; below them stands
which of the project's promises they keep.
"""

import argparse
import collections
import contextlib
import itertools
import os
import pathlib
import random
import sys
import tempfile

import dns_data
import dnsperf
import peers
import plot
import processes
import promises
import report

Sizes = collections.namedtuple("Sizes", "zone_names cached_names misses seconds paced_seconds")
FULL = Sizes(zone_names=10000, cached_names=10000, misses=180000, seconds=3, paced_seconds=2)
SMOKE = Sizes(zone_names=100, cached_names=100, misses=2000, seconds=1, paced_seconds=0)
# One figure of one round: CPU in microseconds per query, queries per second, delays in milliseconds at a fixed rate and at
# half of the server's own; of a peer also that of nave-resolver at half of the peer's rate, else zero.
Figure = collections.namedtuple("Figure", "cpu rate p50 p99 half_p50 half_p99 beside_p99", defaults=[0.0])
# One server that takes part.
Running = collections.namedtuple("Running", "peer server port")
ATTEMPTS_MAX = 3
# After the first time around: a server with several caches has a name in all of them when several have asked for it.
WARM_PASSES = 8
# Misses last: they fill the caches.
ORDER = (peers.ZONE, peers.ZONE_TCP, peers.CACHED, peers.CACHED_TCP, peers.MISSED)
TITLES = {peers.ZONE: "Zone answers", peers.CACHED: "Cache hits", peers.MISSED: "Forwarded misses",
          peers.ZONE_TCP: "Zone answers over TCP", peers.CACHED_TCP: "Cache hits over TCP"}


def delays(name, port, queries, rate, sizes, **options):
    """p50 and p99 at this rate, in milliseconds."""
    if not sizes.paced_seconds:
        return 0.0, 0.0
    with processes.awake():
        load = dnsperf.run(port, queries, seconds=sizes.paced_seconds, rate=int(rate), verbose=True, **options)
    load.check(name)
    return load.delay(0.5) * 1e3, load.delay(0.99) * 1e3


def ask(running, kind, directory, sizes):
    """One measured load of one kind, and two paced ones for the delays."""
    name = f"{running.peer.name}, {kind}"
    begin = running.server.cpu_seconds()
    load = dnsperf.run(running.port, queries_of(running.peer, kind, directory), seconds=sizes.seconds,
                       **options_of(running.peer, kind))
    cpu = running.server.cpu_seconds() - begin
    load.check(name)
    rate = load.completed / load.seconds
    p50, p99 = delays(f"{name}, paced", running.port, queries_of(running.peer, kind, directory, "paced-"),
                      dnsperf.PACED_RATE, sizes, **options_of(running.peer, kind))
    return Figure(cpu / load.completed * 1e6, rate, p50, p99, *half_delays(running, kind, directory, rate, sizes))


def half_delays(running, kind, directory, rate, sizes):
    """p50 and p99 at half of this rate."""
    return delays(f"{running.peer.name}, {kind}, at half of a rate", running.port,
                  queries_of(running.peer, kind, directory, "half-"), rate / 2, sizes, **options_of(running.peer, kind))


def are_misses(peer, kind):
    """Whether each of its names may be asked once only."""
    return kind == peers.MISSED and not peer.echoes


def options_of(peer, kind):
    return {"tcp": kind in peers.TCP_KINDS, "passes": 1 if are_misses(peer, kind) else None}


def queries_of(peer, kind, directory, pace=""):
    """The list of this kind; of misses, each `pace` has a list of its own."""
    base = peers.ZONE if peer.echoes else kind.split()[0]
    return directory / f"{pace if are_misses(peer, kind) else ''}{base}.queries"


def answers(port):
    """Whether a server answers at `port`."""
    with tempfile.NamedTemporaryFile("w", suffix=".queries") as queries:
        queries.write(f"h0.{dns_data.ZONE} A\nready.{dns_data.FORWARDED} A\n")
        queries.flush()
        try:
            load = dnsperf.run(port, queries.name, passes=1)
        except processes.Failed:
            return False
        return load.completed >= 1 and "NOERROR" in load.codes


def start(peer, stack, upstream_port, sizes, directory):
    """The server, up and answering until `stack` ends."""
    home = directory / peer.name.replace(" ", "-")
    home.mkdir(exist_ok=True)
    dns_data.write_zone(home / "zone.zone", sizes.zone_names)
    port = processes.free_port()
    command = peer.command(home, port, upstream_port, sizes)
    server = stack.enter_context(processes.Server(peer.name, command, home, core=peer.core, environment=peer.environment))
    server.wait_until(lambda: answers(port))
    return Running(peer, server, port)


def try_often(action):
    """What the action returns, unless it fails each time: on a busy machine the kernel drops some queries, whoever serves."""
    for _ in range(ATTEMPTS_MAX - 1):
        try:
            return action()
        except processes.Failed as failed:
            print(f"  again: {failed}", flush=True)
    return action()


def warm_up(running, kind, directory):
    """Queries per second the first time around; afterwards the server has answered all there is several times."""
    queries, tcp = queries_of(running.peer, kind, directory), kind in peers.TCP_KINDS
    load = dnsperf.run(running.port, queries, passes=1, tcp=tcp)
    load.check(f"{running.peer.name}, {kind}, first pass", lost_max=0.05)
    dnsperf.run(running.port, queries, passes=WARM_PASSES, tcp=tcp)
    return load.completed / load.seconds


class Run:
    """What all rounds have measured. Figures are by a server's name and a kind."""

    def __init__(self, directory, upstream_port, sizes):
        self.directory, self.upstream_port, self.sizes = directory, upstream_port, sizes
        self.figures = collections.defaultdict(list)
        self.first_rates = collections.defaultdict(list)
        # MiB of each server at the end of a round.
        self.memory = collections.defaultdict(list)
        # Who goes on without a kind, and why: the page says so. Ours end the run instead.
        self.lost = {}
        self._serials = itertools.count()

    def round(self, chosen, title):
        with contextlib.ExitStack() as stack:
            home = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="round-", dir=self.directory)))
            os.chmod(home, 0o755)
            servers = [start(peer, stack, self.upstream_port, self.sizes, home) for peer in chosen]
            for kind in ORDER:
                print(f"{kind}, {title}", flush=True)
                self._ask_all(kind, servers)
            for running in servers:
                self.memory[running.peer.name].append(running.server.resident_mib())

    def _ask_all(self, kind, servers):
        taking = [running for running in servers if kind in running.peer.kinds]
        ours = next((running for running in taking if running.peer.name == peers.Nave.name), None)
        if kind != peers.MISSED:
            for running in taking:
                rate = self._try(running, kind, lambda: warm_up(running, kind, self.directory))
                self.first_rates[running.peer.name, kind] += [rate] if rate else []
        for running in random.sample(taking, len(taking)):
            figure = self._try(running, kind, lambda: self._measure(running, kind, ours))
            if figure is None:
                continue
            self.figures[running.peer.name, kind].append(figure)
            print(f"  {running.peer.name:26} {kind:15} {figure.cpu:7.2f} us CPU  {figure.rate:9.0f}/s  "
                  f"p99 {figure.p99:.2f} ms, at half {figure.half_p99:.2f} ms", flush=True)

    def _measure(self, running, kind, ours):
        # Others each time, or those of a try that failed would not be misses any more.
        if kind == peers.MISSED:
            dns_data.write_missed_queries(self.directory, next(self._serials), self.sizes.misses)
        figure = ask(running, kind, self.directory, self.sizes)
        if ours is None or running.peer.name in promises.OURS + promises.LIMITS or kind in peers.TCP_KINDS:
            return figure
        beside = half_delays(ours, kind, self.directory, figure.rate, self.sizes)
        return figure._replace(beside_p99=beside[1])

    def _try(self, running, kind, action):
        """What the action returns; None if it failed each time, now or before."""
        place = running.peer.name, kind
        if place in self.lost:
            return None
        try:
            return try_often(action)
        except processes.Failed as failed:
            if running.peer.name in promises.OURS:
                raise
            self.lost[place] = str(failed)
            self.figures.pop(place, None)
            return None


def medians(figures):
    return Figure(*(dnsperf.median([getattr(f, field) for f in figures]) for field in Figure._fields))


def rows_of(kind, chosen, run):
    figures, first_rates, memory = run.figures, run.first_rates, run.memory
    echo = figures.get((peers.NullEcho.name, peers.ZONE if kind in peers.TCP_KINDS else kind))
    rows = []
    for peer in chosen:
        mine = figures.get((peer.name, kind))
        if not mine:
            continue
        middle = medians(mine)
        cpus = [f.cpu for f in mine]
        ratio = f"{promises.ratio(mine, echo, 'cpu'):.2f}" if echo else "-"
        first = dnsperf.median(first_rates.get((peer.name, kind)))
        rows.append((middle.cpu, [
            peer.name, f"{middle.cpu:.2f}", f"{min(cpus):.2f} to {max(cpus):.2f}", ratio, f"{middle.rate:,.0f}",
            f"{first:,.0f}" if first else "-", f"{middle.p50:.2f}", f"{middle.p99:.2f}", f"{middle.half_p50:.2f}",
            f"{middle.half_p99:.2f}", f"{middle.beside_p99:.2f}" if middle.beside_p99 else "-", f"{dnsperf.median(memory[peer.name]):.0f}"]))
    return [row for _, row in sorted(rows)]


def write_page(chosen, left_out, run, rounds, other_work):
    sizes = run.sizes
    with processes.awake() as kept_awake:
        awake = "The processors were kept from sleeping meanwhile. " if kept_awake else ""
    text = [f"Machine: {report.machine()} {other_work}", "",
            f"{rounds} rounds, each with new processes; medians; ratios are medians of those within a round. Zone: {sizes.zone_names:,} names. Cache: {sizes.cached_names:,} names, warm; the first "
            "time around they are not there yet. Misses: names of unequal length that nobody asked before, answered by one Knot DNS with a "
            f"wildcard. CPU and rate: {dnsperf.CLIENTS} client ports, {dnsperf.OUTSTANDING} queries under way, over TCP "
            f"{dnsperf.CLIENTS} connections with one each, all with EDNS, {sizes.seconds} s; p50 and p99: the same at a fixed {dnsperf.PACED_RATE:,} queries a second, "
            "and at half of the server's own rate, which nave-resolver is asked then, too. "
            f"{awake}Memory: resident, after all that the server was asked. dnsdist, dnsmasq "
            "and bare c-ares ask the upstream server from one port or few, all others from many.", "",
            f"![CPU per query beside the null echo]({plot.FILE.name})", ""]
    header = ["server", "µs CPU per query", "least to most", "to the null echo", "queries a second", "first time",
              "p50 ms", "p99 ms", "p50 ms at half", "p99 ms at half", "nave-resolver's then", "MiB"]
    for kind in peers.KINDS:
        rows = rows_of(kind, chosen, run)
        if rows:
            text += [f"### {TITLES[kind]}", "", report.table(header, rows), ""]
    text += ["### Promises", "", report.table(promises.HEADER, promises.rows(promises.check(run.figures, medians))), ""]
    versions = ", ".join(f"{peer.name} {peer.version()}" for peer in chosen
                         if peer.version() and peer.name not in promises.OURS[1:])
    text += [f"Versions: {versions}."]
    text += [f"Left out: {peer.name}, since {peer.why_not}." for peer in left_out]
    text += [f"Without figures of a kind: {why}." for why in run.lost.values()]
    report.replace("data plane", "\n".join(text))


def started_upstream(stack):
    """A directory for the run, and the port of the server that all of them forward to; both until `stack` ends."""
    directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nave-bench-")))
    # Servers that give up root's rights must still reach what is theirs.
    os.chmod(directory, 0o755)
    home = directory / "upstream"
    home.mkdir()
    port = processes.free_port()
    upstream = stack.enter_context(processes.Server(
        "upstream", peers.upstream_command(home, port), home, core=processes.CLIENT_CORE))
    upstream.wait_until(lambda: answers(port))
    return directory, port


def choose(names, build):
    every = [peer(build) for peer in peers.PEERS]
    if names:
        every = [peer for peer in every if peer.program in names]
    return [p for p in every if not p.why_not], [p for p in every if p.why_not]


def arguments():
    parser = argparse.ArgumentParser(description="Runs nave-resolver and its peers side by side.")
    parser.add_argument("--build", type=pathlib.Path, default=report.ROOT / "build", help="where it was built")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="programs, such as null_echo,nave-resolver,named")
    parser.add_argument("--smoke", action="store_true", help="one short round, to see that the run works")
    parser.add_argument("--no-page", action="store_true", help="leave docs/performance.md as it is")
    parser.add_argument("--check", action="store_true", help="end with 1 if a promise is not kept")
    return parser.parse_args()


def main():
    given = arguments()
    sizes = SMOKE if given.smoke else FULL
    rounds = 1 if given.smoke else given.rounds
    chosen, left_out = choose([n for n in given.only.split(",") if n], given.build.resolve())
    for peer in left_out:
        print(f"left out: {peer.name}: {peer.why_not}", flush=True)
    other_work = report.other_work()
    with contextlib.ExitStack() as stack:
        directory, upstream_port = started_upstream(stack)
        dns_data.write_queries(directory, sizes.zone_names, sizes.cached_names)
        run = Run(directory, upstream_port, sizes)
        for number in range(rounds):
            run.round(chosen, f"round {number + 1} of {rounds}")
    if not given.smoke and not given.no_page:
        write_page(chosen, left_out, run, rounds, other_work)
        plot.write(run.figures, [peer.name for peer in chosen])
    checked = promises.check(run.figures, medians)
    for row in promises.rows(checked):
        print("  ".join(row), flush=True)
    return 1 if given.check and not all(promise.kept for promise in checked) else 0


if __name__ == "__main__":
    sys.exit(main())
