"""The data plane side by side: every server asked the same, one after the other, several times around.

Each server runs alone on one core; dnsperf and the upstream server have the other. A round starts each server afresh, asks
it for names of a zone, for names in its cache, and for names that it must forward, over UDP and over TCP, and stops it. The
tables have the medians over the rounds; below them stands which of the project's promises they keep.
"""

import argparse
import collections
import contextlib
import os
import pathlib
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
FULL = Sizes(zone_names=10000, cached_names=10000, misses=400000, seconds=4, paced_seconds=2)
SMOKE = Sizes(zone_names=100, cached_names=100, misses=2000, seconds=1, paced_seconds=0)
# One figure of one round: CPU in microseconds per query, queries per second, those of the first time around, delays in
# milliseconds at a fixed rate and at half of the server's own.
Figure = collections.namedtuple("Figure", "cpu rate first_rate p50 p99 half_p50 half_p99")
ATTEMPTS_MAX = 3
TITLES = {peers.ZONE: "Zone answers", peers.CACHED: "Cache hits", peers.MISSED: "Forwarded misses",
          peers.ZONE_TCP: "Zone answers over TCP", peers.CACHED_TCP: "Cache hits over TCP"}


def delays(name, port, queries, rate, sizes, **options):
    """p50 and p99 at this rate, in milliseconds."""
    if not sizes.paced_seconds:
        return 0.0, 0.0
    load = dnsperf.run(port, queries, seconds=sizes.paced_seconds, rate=int(rate), verbose=True, **options)
    load.check(name)
    return load.delay(0.5) * 1e3, load.delay(0.99) * 1e3


def ask(server, port, kind, directory, sizes):
    """One measured load of one kind, and two paced ones for the delays."""
    name = f"{server.name}, {kind}"
    base = kind.split()[0]
    misses = kind == peers.MISSED
    options = {"tcp": kind in (peers.ZONE_TCP, peers.CACHED_TCP), "passes": 1 if misses else None}
    queries = directory / f"{base}.queries"
    first_rate = 0.0
    if not misses:
        first = dnsperf.run(port, queries, passes=1, tcp=options["tcp"])
        first.check(f"{name}, first pass", lost_max=0.05)
        first_rate = first.completed / first.seconds
    begin = server.cpu_seconds()
    load = dnsperf.run(port, queries, seconds=sizes.seconds, **options)
    cpu = server.cpu_seconds() - begin
    load.check(name)
    rate = load.completed / load.seconds
    p50, p99 = delays(f"{name}, paced", port, directory / "paced-missed.queries" if misses else queries,
                      dnsperf.PACED_RATE, sizes, **options)
    half_p50, half_p99 = delays(f"{name}, at half of its rate", port,
                                directory / "half-missed.queries" if misses else queries, rate / 2, sizes, **options)
    return Figure(cpu / load.completed * 1e6, rate, first_rate, p50, p99, half_p50, half_p99)


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


class KindFailed(processes.Failed):
    """A server did not do what it must for this kind."""

    def __init__(self, kind, why):
        super().__init__(why)
        self.kind = kind


def run_once(peer, kinds, upstream_port, sizes, directory):
    """One server's part of a round: its figures by kind, and its memory."""
    home = directory / peer.name.replace(" ", "-")
    home.mkdir(exist_ok=True)
    dns_data.write_zone(home / "zone.zone", sizes.zone_names)
    port = processes.free_port()
    command = peer.command(home, port, upstream_port, sizes)
    with processes.Server(peer.name, command, home, core=peer.core, environment=peer.environment) as server:
        server.wait_until(lambda: answers(port))
        figures = {}
        for kind in kinds:
            try:
                figures[kind] = figure = ask(server, port, kind, directory, sizes)
            except processes.Failed as failed:
                raise KindFailed(kind, str(failed)) from failed
            print(f"  {peer.name:26} {kind:15} {figure.cpu:7.2f} us CPU  {figure.rate:9.0f}/s  "
                  f"p99 {figure.p99:.2f} ms, at half {figure.half_p99:.2f} ms", flush=True)
        return figures, server.resident_mib()


def run_round(peer, upstream_port, sizes, directory, figures, memory, lost):
    """Again from the start when queries were lost: on a busy machine the kernel drops some, whoever serves. A peer that loses
    them each time goes on without that kind, and the page says so."""
    kinds, attempts = list(peer.kinds), collections.Counter()
    while kinds:
        try:
            seen, mib = run_once(peer, kinds, upstream_port, sizes, directory)
            break
        except KindFailed as failed:
            attempts[failed.kind] += 1
            print(f"  again: {failed}", flush=True)
            if attempts[failed.kind] < ATTEMPTS_MAX:
                continue
            if peer.name in promises.OURS:
                raise
            kinds.remove(failed.kind)
            lost.append(str(failed))
    else:
        return
    for kind, figure in seen.items():
        figures[peer.name, kind].append(figure)
    memory[peer.name].append(mib)


def medians(figures):
    return Figure(*(dnsperf.median([getattr(f, field) for f in figures]) for field in Figure._fields))


def rows_of(kind, chosen, figures, memory):
    echo = figures.get((peers.NullEcho.name, peers.ZONE))
    rows = []
    for peer in chosen:
        # The limit is the same for every kind over UDP.
        is_limit = peer.name == peers.NullEcho.name and "TCP" not in kind
        mine = figures.get((peer.name, peers.ZONE if is_limit else kind))
        if not mine:
            continue
        middle = medians(mine)
        cpus = [f.cpu for f in mine]
        ratio = f"{middle.cpu / medians(echo).cpu:.2f}" if echo else "-"
        first = f"{middle.first_rate:,.0f}" if middle.first_rate else "-"
        rows.append((middle.cpu, [
            peer.name, f"{middle.cpu:.2f}", f"{min(cpus):.2f} to {max(cpus):.2f}", ratio, f"{middle.rate:,.0f}", first,
            f"{middle.p50:.2f}", f"{middle.p99:.2f}", f"{middle.half_p50:.2f}", f"{middle.half_p99:.2f}",
            f"{dnsperf.median(memory[peer.name]):.0f}"]))
    return [row for _, row in sorted(rows)]


def write_page(chosen, left_out, figures, memory, lost, sizes, rounds, other_work):
    text = [f"Machine: {report.machine()} {other_work}", "",
            f"{rounds} rounds, medians. Zone: {sizes.zone_names:,} names. Cache: {sizes.cached_names:,} names, warm; the first "
            "time around they are not there yet. Misses: names of unequal length that nobody asked before, answered by one Knot DNS with a "
            f"wildcard. CPU and rate: {dnsperf.CLIENTS} client ports, {dnsperf.OUTSTANDING} queries under way, over TCP "
            f"{dnsperf.CLIENTS} connections with one each, all with EDNS, {sizes.seconds} s; p50 and p99: the same at a fixed {dnsperf.PACED_RATE:,} queries a second, "
            "and at half of the server's own rate. Memory: resident, after all that the server was asked. dnsdist, dnsmasq "
            "and bare c-ares ask the upstream server from one port or few, all others from many.", "",
            f"![CPU per query beside the null echo]({plot.FILE.name})", ""]
    header = ["server", "µs CPU per query", "least to most", "to the null echo", "queries a second", "first time",
              "p50 ms", "p99 ms", "p50 ms at half", "p99 ms at half", "MiB"]
    for kind in peers.KINDS:
        rows = rows_of(kind, chosen, figures, memory)
        if rows:
            text += [f"### {TITLES[kind]}", "", report.table(header, rows), ""]
    text += ["### Promises", "", report.table(promises.HEADER, promises.rows(promises.check(figures, medians))), ""]
    versions = ", ".join(f"{peer.name} {peer.version()}" for peer in chosen
                         if peer.version() and peer.name not in promises.OURS[1:])
    text += [f"Versions: {versions}."]
    text += [f"Left out: {peer.name}, since {peer.why_not}." for peer in left_out]
    text += [f"A round was not counted: {why}." for why in lost]
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
    figures, memory, lost = collections.defaultdict(list), collections.defaultdict(list), []
    other_work = report.other_work()
    with contextlib.ExitStack() as stack:
        directory, upstream_port = started_upstream(stack)
        dns_data.write_queries(directory, sizes.zone_names, sizes.cached_names, sizes.misses)
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            for peer in chosen:
                run_round(peer, upstream_port, sizes, directory, figures, memory, lost)
    if not given.smoke and not given.no_page:
        write_page(chosen, left_out, figures, memory, lost, sizes, rounds, other_work)
        plot.write(figures, medians, [peer.name for peer in chosen])
    checked = promises.check(figures, medians)
    for row in promises.rows(checked):
        print("  ".join(row), flush=True)
    return 1 if given.check and not all(promise.kept for promise in checked) else 0


if __name__ == "__main__":
    sys.exit(main())
