"""What a zone's record and a cached answer take of memory, side by side, and how long a server takes to start with the zone.

Each server is started with a zone of one name, then with one of many, then asked for many names that it forwards and caches.
What resident memory grew by, divided by how many there are, is the cost of one: the tables, what the allocator keeps, and
what the server makes of it for its own ends (nave-resolver keeps whole packets beside replies) included.
"""

import argparse
import collections
import contextlib
import pathlib
import sys
import time

import data_plane
import dns_data
import dnsperf
import peers
import processes
import report

Sizes = collections.namedtuple("Sizes", "records answers cached_names zone_names seconds settle_seconds")
FULL = Sizes(records=500000, answers=200000, cached_names=200000, zone_names=1, seconds=2, settle_seconds=6)
SMOKE = Sizes(records=2000, answers=1000, cached_names=1000, zone_names=1, seconds=1, settle_seconds=0.1)
Cost = collections.namedtuple("Cost", "record answer start_seconds")
# Beside the ones that hold no data.
LEFT_OUT = (peers.NullEcho, peers.BareCares, peers.NaveTwoWorkers, peers.NaveLarge)
# Asked at a rate that every server takes, so that none loses any.
RATE = 8000
LOST_MAX = 0.02
# Between two questions whether a server is there.
PROBE_SECONDS = 0.02
# Memory has settled when it changes by less than this share within `settle_seconds`; it is not waited for longer than this.
SETTLED, SETTLE_SECONDS_MAX = 0.005, 40


@contextlib.contextmanager
def started(peer, upstream_port, directory, sizes, names):
    """The server with a zone of so many names, its port, and the seconds until it answered."""
    home = directory / f"{peer.name.replace(' ', '-')}-{names}"
    home.mkdir(exist_ok=True)
    dns_data.write_zone(home / "zone.zone", names)
    port = processes.free_port()
    command = peer.command(home, port, upstream_port, sizes._replace(zone_names=names))
    begin = time.monotonic()
    with processes.Server(peer.name, command, home, environment=peer.environment) as server:
        asked = f"h0.{dns_data.ZONE}" if peers.ZONE in peer.kinds else f"ready.{dns_data.FORWARDED}"
        server.wait_until(lambda: dnsperf.is_answered(port, asked, PROBE_SECONDS))
        yield server, port, time.monotonic() - begin


def settled_mib(server, sizes):
    """Resident memory once it stays as it is: what was freed is given back in time."""
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    last = server.resident_mib()
    while time.monotonic() < deadline:
        time.sleep(sizes.settle_seconds)
        now = server.resident_mib()
        if abs(now - last) < SETTLED * now:
            return now
        last = now
    return last


def cost_of(peer, upstream_port, directory, sizes):
    record = seconds = answer = None
    with started(peer, upstream_port, directory, sizes, 1) as (server, port, _):
        empty = settled_mib(server, sizes)
        if peers.CACHED in peer.kinds:
            load = dnsperf.run(port, directory / "answers.queries", passes=1, rate=RATE, seconds=sizes.answers / RATE + 5)
            load.check(f"{peer.name}, cached answers", lost_max=LOST_MAX)
            answer = (settled_mib(server, sizes) - empty) * 2**20 / load.completed
    if peers.ZONE in peer.kinds:
        with started(peer, upstream_port, directory, sizes, sizes.records) as (server, _, seconds):
            record = (settled_mib(server, sizes) - empty) * 2**20 / sizes.records
    return Cost(record, answer, seconds)


def text_of(value, form="{:,.0f}"):
    return "-" if value is None else form.format(value)


def arguments():
    parser = argparse.ArgumentParser(description="What records and cached answers take of memory.")
    parser.add_argument("--build", type=pathlib.Path, default=report.ROOT / "build", help="where it was built")
    parser.add_argument("--only", default="", help="programs, such as nave-resolver,unbound")
    parser.add_argument("--smoke", action="store_true", help="small, to see that the run works")
    parser.add_argument("--no-page", action="store_true", help="leave docs/performance.md as it is")
    return parser.parse_args()


def main():
    given = arguments()
    sizes = SMOKE if given.smoke else FULL
    chosen, _ = data_plane.choose([n for n in given.only.split(",") if n], given.build.resolve())
    chosen = [peer for peer in chosen if type(peer) not in LEFT_OUT]
    rows = []
    other_work = report.other_work()
    with contextlib.ExitStack() as stack:
        directory, upstream_port = data_plane.started_upstream(stack)
        (directory / "answers.queries").write_text(
            "".join(f"a{i:x}.{dns_data.FORWARDED} A\n" for i in range(sizes.answers)))
        for peer in chosen:
            cost = cost_of(peer, upstream_port, directory, sizes)
            rows.append([peer.name, text_of(cost.record), text_of(cost.answer), text_of(cost.start_seconds, "{:.2f}")])
            print("  ".join(rows[-1]), flush=True)
    header = ["server", "octets a record", "octets a cached answer", "start with the records, s"]
    if not given.smoke and not given.no_page:
        text = [f"Machine: {report.machine()} {other_work}", "",
                f"A zone of {sizes.records:,} A records, each of another name; {sizes.answers:,} cached answers, each of one A "
                "record. Resident memory, by what it grew.", "", report.table(header, rows)]
        report.replace("memory", "\n".join(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
