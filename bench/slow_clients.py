"""Slow and half-open TCP clients beside a steady load over UDP: what they take from those who ask.

Each round runs nave-resolver twice, alone and with the slow clients, and asks it over UDP at a fixed rate. The slow clients
are a process on the other core, with dnsperf, from many addresses, and come back whenever they are closed. All the
while one honest client asks over TCP. The run fails if the median p99 over UDP with them is more than twice the one without,
or if the honest client got no answer.
"""

import argparse
import collections
import os
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import dns_data
import dnsperf
import peers
import processes
import report

Sizes = collections.namedtuple("Sizes", "zone_names clients seconds rounds")
FULL = Sizes(zone_names=10000, clients=1000, seconds=8, rounds=5)
SMOKE = Sizes(zone_names=100, clients=40, seconds=1, rounds=1)
Round = collections.namedtuple("Round", "p50 p99 mib connections ended refused honest failed")
P99_RATIO_MAX = 2.0
# Clients of one address: below the limit of nave-resolver, so that it is the limit in all that they strain.
PER_ADDRESS = 50
TURNS = 50
# They come back when they are closed, a little later: so many are open at any time.
OPEN_SHARE_MIN = 0.5
SETTLE_SECONDS = 2
HONEST_TIMEOUT = 2.0
HONEST_PAUSE = 0.05
# What one that never reads asks before it waits.
UNREAD_QUERIES = 4000
# As little as the kernel grants.
UNREAD_BUFFER = 2048


def message(name):
    body = dns_data.query(name)
    return struct.pack("!H", len(body)) + body


class SlowClient:
    """One connection of a kind; `step` is called once a second while it is open."""

    KINDS = ("silent", "octet a second", "half a message", "never reads")

    def __init__(self, number, port):
        self.kind = self.KINDS[number % len(self.KINDS)]
        self.source = f"127.1.{number // PER_ADDRESS % 250}.1"
        self.port = port
        self.query = message(f"h{number % 100}.{dns_data.ZONE}")
        self.socket = None

    def connect(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        if self.kind == "never reads":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD_BUFFER)
        self.sent = 0
        try:
            self.socket.bind((self.source, 0))
            self.socket.connect_ex((processes.ADDRESS, self.port))
        except OSError:
            self.close()

    def close(self):
        self.socket.close()
        self.socket = None

    def what_to_send(self):
        if self.kind == "octet a second":
            return self.query[self.sent % len(self.query):][:1]
        if self.kind == "half a message":
            return b"" if self.sent else self.query[:len(self.query) // 2]
        if self.kind == "never reads":
            return b"" if self.sent else self.query * UNREAD_QUERIES
        return b""

    def step(self):
        """Connects again if it was closed."""
        if self.socket is None:
            return self.connect()
        try:
            data = self.what_to_send()
            if data:
                self.sent += self.socket.send(data)
            # One that never reads learns of its end by its next octet; the others by theirs.
            if self.kind != "never reads" and self.socket.recv(512) == b"":
                self.close()
            elif self.kind == "never reads" and not data:
                self.socket.send(self.query[:1])
        except BlockingIOError:
            pass
        except OSError:
            self.close()
        return None


def run_slow_clients(count, port):
    """A process of its own: goes around all clients once a second, evenly, until it is stopped."""
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    clients = [SlowClient(number, port) for number in range(count)]
    turn = 0
    while True:
        begin = time.monotonic()
        for client in clients[turn % TURNS::TURNS]:
            client.step()
        turn += 1
        time.sleep(max(0.0, 1.0 / TURNS - (time.monotonic() - begin)))


class HonestClient(threading.Thread):
    """Asks over a new TCP connection, again and again, and counts."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.answered = self.failed = 0
        self.ending = threading.Event()

    def run(self):
        while not self.ending.wait(HONEST_PAUSE):
            try:
                with socket.create_connection((processes.ADDRESS, self.port), HONEST_TIMEOUT) as connection:
                    connection.sendall(message(f"h1.{dns_data.ZONE}"))
                    self.answered += len(connection.recv(512)) > 2
            except OSError:
                self.failed += 1

    def finish(self):
        self.ending.set()
        self.join()


def read_metrics(port):
    text = urllib.request.urlopen(f"http://{processes.ADDRESS}:{port}/metrics", timeout=5).read().decode()
    return collections.defaultdict(float, {name: float(value) for name, value in re.findall(r"^(\S+) (\S+)$", text, re.M)})


def measure(peer, directory, sizes, slow):
    """One half of a round."""
    port, metrics_port = processes.free_port(), processes.free_port()
    command = peer.command(directory, port, processes.free_port(), sizes)
    command += ["--metrics-address", f"{processes.ADDRESS}:{metrics_port}"]
    with processes.Server(peer.name, command, directory) as server:
        server.wait_until(lambda: dnsperf.is_answered(port, f"h0.{dns_data.ZONE}"))
        crowd = None
        if slow:
            crowd = subprocess.Popen(processes.on_core(processes.CLIENT_CORE, [
                sys.executable, "-B", __file__, "--as-clients", sizes.clients, "--port", port]))
        honest = HonestClient(port)
        try:
            dnsperf.run(port, directory / "zone.queries", passes=1).check(peer.name, lost_max=0.05)
            time.sleep(SETTLE_SECONDS)
            honest.start()
            load = dnsperf.run(port, directory / "zone.queries", seconds=sizes.seconds, rate=dnsperf.PACED_RATE, verbose=True)
            honest.finish()
            load.check(peer.name)
            # The workers tell their figures once a second.
            time.sleep(1.2)
            seen = read_metrics(metrics_port)
            mib = server.resident_mib()
        finally:
            if crowd is not None:
                crowd.kill()
                crowd.wait()
    if slow and seen["nave_resolver_tcp_connections"] < OPEN_SHARE_MIN * sizes.clients:
        raise processes.Failed("the slow clients got too little of their core to strain anything")
    ended = {re.search(r'why="(\w+)"', name).group(1): int(value) for name, value in seen.items()
             if name.startswith("nave_resolver_tcp_ended_total") and value > 0}
    refused = int(sum(value for name, value in seen.items() if name.startswith("nave_resolver_tcp_refused_total")))
    return Round(load.delay(0.5) * 1e3, load.delay(0.99) * 1e3, mib, int(seen["nave_resolver_tcp_connections"]), ended,
                 refused, honest.answered, honest.failed)


def median(rounds, field):
    return dnsperf.median([getattr(one, field) for one in rounds])


def row(name, rounds):
    ended = collections.Counter()
    for one in rounds:
        ended.update(one.ended)
    reasons = ", ".join(f"{why.replace('_', ' ')} {count:,}" for why, count in ended.most_common())
    return [name, f"{median(rounds, 'p50'):.2f}", f"{median(rounds, 'p99'):.2f}", f"{median(rounds, 'mib'):.0f}",
            f"{median(rounds, 'connections'):.0f}", reasons, str(sum(one.refused for one in rounds)),
            f"{sum(one.honest for one in rounds):,} of {sum(one.honest + one.failed for one in rounds):,}"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=report.ROOT / "build", help="where it was built")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--clients", type=int)
    parser.add_argument("--smoke", action="store_true", help="one short round, to see that the run works")
    parser.add_argument("--no-page", action="store_true", help="leave docs/performance.md as it is")
    parser.add_argument("--as-clients", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    given = arguments()
    if given.as_clients:
        return run_slow_clients(given.as_clients, given.port)
    sizes = SMOKE if given.smoke else FULL
    sizes = sizes._replace(rounds=given.rounds or sizes.rounds, clients=given.clients or sizes.clients)
    peer = peers.Nave(given.build.resolve())
    if peer.why_not:
        raise SystemExit(f"{peer.name}: {peer.why_not}")
    alone, beside = [], []
    other_work = report.other_work()
    with tempfile.TemporaryDirectory(prefix="nave-bench-") as name:
        directory = pathlib.Path(name)
        dns_data.write_queries(directory, sizes.zone_names, 1)
        for number in range(sizes.rounds):
            for rounds, slow in ((alone, False), (beside, True)):
                rounds.append(one := measure(peer, directory, sizes, slow))
                print(f"round {number + 1} of {sizes.rounds}, {sizes.clients if slow else 0} slow clients: p50 {one.p50:.2f} ms  "
                      f"p99 {one.p99:.2f} ms  {one.mib:.1f} MiB  {one.connections} open  honest {one.honest} answered, "
                      f"{one.failed} not  ended {one.ended}", flush=True)
    header = ["slow clients", "UDP p50 ms", "UDP p99 ms", "MiB", "TCP open", "TCP ended, by why", "TCP refused",
              "honest TCP queries answered"]
    table = report.table(header, [row("none", alone), row(f"{sizes.clients:,}", beside)])
    ratio = median(beside, "p99") / max(median(alone, "p99"), 1e-9)
    print(f"{table}\np99 with them to p99 without: {ratio:.2f}")
    if given.smoke:
        return 0
    if not given.no_page:
        report.replace("slow clients", "\n".join([
            f"Machine: {report.machine()} {other_work}", "",
            f"{sizes.rounds} rounds, medians; counts are of all rounds. {dnsperf.PACED_RATE:,} queries a second over UDP for "
            f"{sizes.seconds} s, from a zone of {sizes.zone_names:,} names. p99 with the slow clients is {ratio:.2f} of p99 "
            "without.", "", table]))
    failed = sum(one.failed for one in beside)
    return int(ratio > P99_RATIO_MAX or failed > 0)


if __name__ == "__main__":
    sys.exit(main())
