"""The data plane side by side: every server asked the same, one after the other, several times around.

Each server runs alone on one core; dnsperf and the upstream server have the other. A round starts each server afresh, asks
it for names of a zone, for names in its cache, and for names that it must forward, and stops it. The table has the medians
over the rounds.
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
import processes
import report

Sizes = collections.namedtuple("Sizes", "zone_names cached_names misses seconds paced_seconds")
FULL = Sizes(zone_names=10000, cached_names=10000, misses=400000, seconds=4, paced_seconds=2)
SMOKE = Sizes(zone_names=100, cached_names=100, misses=2000, seconds=1, paced_seconds=0)
# One figure of one round: CPU in microseconds per query, queries per second, delays in milliseconds.
Figure = collections.namedtuple("Figure", "cpu rate p50 p99")
ATTEMPTS_MAX = 3
TITLES = {peers.ZONE: "Zone answers", peers.CACHED: "Cache hits", peers.MISSED: "Forwarded misses"}


def ask(server, port, kind, directory, sizes):
    """One measured load of one kind, and a paced one for the delays."""
    name = f"{server.name}, {kind}"
    queries = directory / f"{kind}.queries"
    passes = None
    if kind == peers.MISSED:
        passes = 1
    else:
        dnsperf.run(port, queries, passes=1).check(f"{name}, first pass", lost_max=0.05)
    begin = server.cpu_seconds()
    load = dnsperf.run(port, queries, seconds=sizes.seconds, passes=passes)
    cpu = server.cpu_seconds() - begin
    load.check(name)
    p50 = p99 = 0.0
    if sizes.paced_seconds:
        paced_queries = directory / "paced-missed.queries" if kind == peers.MISSED else queries
        paced = dnsperf.run(port, paced_queries, seconds=sizes.paced_seconds, passes=passes,
                            rate=dnsperf.PACED_RATE, verbose=True)
        paced.check(f"{name}, paced")
        p50, p99 = paced.delay(0.5) * 1e3, paced.delay(0.99) * 1e3
    return Figure(cpu / load.completed * 1e6, load.completed / load.seconds, p50, p99)


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


def run_once(peer, upstream_port, sizes, directory):
    """One server's part of a round: its figures by kind, and its memory."""
    home = directory / peer.program
    home.mkdir(exist_ok=True)
    dns_data.write_zone(home / "zone.zone", sizes.zone_names)
    port = processes.free_port()
    command = peer.command(home, port, upstream_port, sizes)
    with processes.Server(peer.name, command, home, environment=peer.environment) as server:
        server.wait_until(lambda: answers(port))
        figures = {}
        for kind in peer.kinds:
            figures[kind] = figure = ask(server, port, kind, directory, sizes)
            print(f"  {peer.name:14} {kind:7} {figure.cpu:7.2f} us CPU  {figure.rate:9.0f}/s  "
                  f"p50 {figure.p50:.2f} ms  p99 {figure.p99:.2f} ms", flush=True)
        return figures, server.resident_mib()


def run_round(peer, upstream_port, sizes, directory, figures, memory):
    """Again from the start when queries were lost: on a busy machine the kernel drops some, whoever serves."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            seen, mib = run_once(peer, upstream_port, sizes, directory)
            break
        except processes.Failed as failed:
            if attempt == ATTEMPTS_MAX:
                raise
            print(f"  again: {failed}", flush=True)
    for kind, figure in seen.items():
        figures[peer.name, kind].append(figure)
    memory[peer.name].append(mib)


def medians(figures):
    return Figure(*(dnsperf.median([getattr(f, field) for f in figures]) for field in Figure._fields))


def rows_of(kind, chosen, figures, memory):
    echo = medians(figures[peers.NullEcho.name, peers.ZONE]).cpu
    rows = []
    for peer in chosen:
        # The limit is the same for every kind.
        mine = figures.get((peer.name, peers.ZONE if peer.name == peers.NullEcho.name else kind))
        if not mine:
            continue
        middle = medians(mine)
        cpus = [f.cpu for f in mine]
        rows.append((middle.cpu, [
            peer.name, f"{middle.cpu:.2f}", f"{min(cpus):.2f} to {max(cpus):.2f}", f"{middle.cpu / echo:.2f}",
            f"{middle.rate:,.0f}", f"{middle.p50:.2f}", f"{middle.p99:.2f}", f"{dnsperf.median(memory[peer.name]):.0f}"]))
    return [row for _, row in sorted(rows)]


def write_page(chosen, left_out, figures, memory, sizes, rounds, other_work):
    text = [f"Machine: {report.machine()} {other_work}", "",
            f"{rounds} rounds, medians. Zone: {sizes.zone_names:,} names. Cache: {sizes.cached_names:,} names, warm. Misses: "
            f"names that nobody asked before, answered by one Knot DNS with a wildcard. CPU and rate: {dnsperf.CLIENTS} "
            f"client ports, {dnsperf.OUTSTANDING} queries under way, {sizes.seconds} s; p50 and p99: the same at a fixed "
            f"{dnsperf.PACED_RATE:,} queries a second. Memory: resident, after all that the server was asked.", ""]
    header = ["server", "µs CPU per query", "least to most", "to the null echo", "queries a second", "p50 ms", "p99 ms",
              "MiB"]
    for kind in peers.KINDS:
        text += [f"### {TITLES[kind]}", "", report.table(header, rows_of(kind, chosen, figures, memory)), ""]
    versions = ", ".join(f"{peer.name} {peer.version()}" for peer in chosen if peer.name != peers.NullEcho.name)
    text += [f"Versions: {versions}."]
    text += [f"Left out: {peer.name}, since {peer.why_not}." for peer in left_out]
    report.replace("data plane", "\n".join(text))


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
    return parser.parse_args()


def main():
    given = arguments()
    sizes = SMOKE if given.smoke else FULL
    rounds = 1 if given.smoke else given.rounds
    chosen, left_out = choose([n for n in given.only.split(",") if n], given.build.resolve())
    for peer in left_out:
        print(f"left out: {peer.name}: {peer.why_not}", flush=True)
    figures, memory = collections.defaultdict(list), collections.defaultdict(list)
    other_work = report.other_work()
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nave-bench-")))
        # Servers that give up root's rights must still reach what is theirs.
        os.chmod(directory, 0o755)
        dns_data.write_queries(directory, sizes.zone_names, sizes.cached_names, sizes.misses)
        home = directory / "upstream"
        home.mkdir()
        upstream_port = processes.free_port()
        upstream = stack.enter_context(processes.Server(
            "upstream", peers.upstream_command(home, upstream_port), home, core=processes.CLIENT_CORE))
        upstream.wait_until(lambda: answers(upstream_port))
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            for peer in chosen:
                run_round(peer, upstream_port, sizes, directory, figures, memory)
    if not given.smoke and not given.no_page:
        write_page(chosen, left_out, figures, memory, sizes, rounds, other_work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
