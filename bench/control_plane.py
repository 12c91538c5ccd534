"""The control plane side by side: durable mutations and reads by 1, 64 and 1,000 callers, naved beside etcd.

Each server has one core, the callers the other. Both speak gRPC over TLS with the same certificate, and both have every
mutation on disk before they answer. A null method of each server, gRPC's health check, is the limit: what a call costs when
nothing is done.
"""

import argparse
import collections
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import dnsperf
import peers
import processes
import report

Sizes = collections.namedtuple("Sizes", "callers seconds warm_up")
FULL = Sizes(callers=(1, 64, 1000), seconds=4, warm_up=1)
SMOKE = Sizes(callers=(1, 8), seconds=0.2, warm_up=0.1)
CONNECTIONS_MAX = 16
NAVED, ETCD = "naved", "etcd"
# What is measured: title, and the kind of call at each server.
WORKS = (
    ("null method", {NAVED: "health-check", ETCD: "health-check"}),
    ("read of one entry", {NAVED: "get-vpc", ETCD: "etcd-range"}),
    ("durable mutation of one entry", {NAVED: "update-vpc", ETCD: "etcd-put"}),
    ("durable mutation, all in one zone", {NAVED: "update-record-one-zone"}),
)
MANIFEST = """\
kind: Organization
name: organization
spec: {display_name: Bench}
---
kind: Account
name: accounts/bench
spec: {display_name: Bench}
---
kind: NamespaceGrant
name: namespaceGrants/bench
spec: {suffix: zone.example.com., grantee: accounts/bench}
---
kind: Zone
name: accounts/bench/zones/zone
spec: {domain_name: zone.example.com.}
"""


class Target:
    """A running server, and how a load reaches it."""

    def __init__(self, name, server, address, ca, token, load):
        self.name = name
        self.server = server
        self.address = address
        self.ca = ca
        self.token = token
        self.load = load

    def run(self, kind, callers, seconds, *options):
        command = [self.load, "--server", self.address, "--ca", self.ca, "--kind", kind, "--callers", callers,
                   "--connections", min(callers, CONNECTIONS_MAX), "--seconds", seconds,
                   "--server-pid", self.server.child.pid, *options]
        if self.token:
            command += ["--token", self.token]
        done = subprocess.run(processes.on_core(processes.CLIENT_CORE, command), capture_output=True, text=True,
                              timeout=seconds + 180)
        if done.returncode != 0:
            raise processes.Failed(f"{self.name}, {kind}: {done.stderr[-1000:]}")
        result = json.loads(done.stdout)
        result["error"] = done.stderr.strip()
        return result


@contextlib.contextmanager
def naved(build, directory, entries):
    """naved with an account, VPCs and a zone with records."""
    port = processes.free_port()
    data = directory / "naved"
    command = [processes.built(build, "naved"), "--data-dir", data, "--listen", f"127.0.0.1:{port}", "--log-level", "warning"]
    with processes.Server(NAVED, command, directory) as server:
        server.wait_until(lambda: "naved: serving on" in server.output())
        context = data / "admin.context.yaml"
        manifest = directory / "bench.yaml"
        manifest.write_text(MANIFEST)
        done = subprocess.run([processes.built(build, "nave"), "--config", context, "apply", "--yes", "--no-wait",
                               "-f", manifest], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise processes.Failed(f"nave apply: {done.stdout}{done.stderr}")
        token = re.search(r'token: "(.*)"', context.read_text()).group(1)
        target = Target(NAVED, server, f"127.0.0.1:{port}", data / "tls" / "ca.crt", token,
                        processes.built(build, "grpc_load"))
        # Records one by one: each moves the serial of the zone, so that two at once would meet.
        for kind, callers in (("create-vpc", 16), ("create-record-one-zone", 1)):
            made = target.run(kind, callers, 60, "--calls-max", str(entries), "--spread")
            if made["errors"]:
                raise processes.Failed(f"{kind}: {made['errors']} errors: {made['error']}")
        yield target


@contextlib.contextmanager
def etcd(build, directory, certificates):
    """etcd with naved's certificate, as durable as it is by default."""
    client, peer = processes.free_port(), processes.free_port()
    command = [peers.find("etcd"), "--data-dir", directory / "etcd", "--log-level", "error", "--logger", "zap",
               "--listen-client-urls", f"https://127.0.0.1:{client}",
               "--advertise-client-urls", f"https://127.0.0.1:{client}",
               "--listen-peer-urls", f"http://127.0.0.1:{peer}",
               "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
               "--initial-cluster", f"default=http://127.0.0.1:{peer}",
               "--cert-file", certificates / "server.crt", "--key-file", certificates / "server.key"]
    with processes.Server(ETCD, command, directory, environment={"GOMAXPROCS": "1"}) as server:
        target = Target(ETCD, server, f"127.0.0.1:{client}", certificates / "ca.crt", "",
                        processes.built(build, "grpc_load"))

        def ready():
            try:
                return target.run("etcd-put", 1, 1, "--calls-max", "1")["calls"] == 1
            except processes.Failed:
                return False
        server.wait_until(ready)
        yield target


def measure(targets, sizes, figures):
    for title, kinds in WORKS:
        for callers in sizes.callers:
            for target in targets:
                if target.name not in kinds:
                    continue
                seen = target.run(kinds[target.name], callers, sizes.seconds, "--warm-up", str(sizes.warm_up))
                if seen["calls"] == 0:
                    raise processes.Failed(f"{target.name}, {title}: no call went well: {seen['error']}")
                figures[title, target.name, callers].append(seen)
                print(f"  {target.name:6} {title:34} {callers:5} callers {rate_of(seen):9.0f}/s "
                      f"{cpu_of(seen):8.1f} us CPU  p50 {seen['p50_ms']:8.2f} ms  p99 {seen['p99_ms']:8.2f} ms"
                      + (f"  {seen['errors']} errors: {seen['error']}" if seen["errors"] else ""), flush=True)


def rate_of(seen):
    return seen["calls"] / seen["seconds"]


def cpu_of(seen):
    return seen["server_cpu_seconds"] / seen["calls"] * 1e6


def row_of(title, name, callers, figures):
    mine = figures[title, name, callers]
    rates = [rate_of(f) for f in mine]
    rate, cpu = dnsperf.median(rates), dnsperf.median([cpu_of(f) for f in mine])
    null = figures[WORKS[0][0], name, callers]
    other = figures.get((title, ETCD, callers))
    errors = sum(f["errors"] for f in mine)
    return [title, f"{callers:,}", name, f"{rate:,.0f}", f"{min(rates):,.0f} to {max(rates):,.0f}", f"{cpu:.0f}",
            f"{dnsperf.median([f['p50_ms'] for f in mine]):.2f}", f"{dnsperf.median([f['p99_ms'] for f in mine]):.2f}",
            f"{rate / dnsperf.median([rate_of(f) for f in null]):.2f}",
            f"{rate / dnsperf.median([rate_of(f) for f in other]):.2f}" if other else "-", f"{errors}"]


def write_page(names, figures, sizes, rounds, versions, other_work):
    header = ["work", "callers", "server", "calls a second", "least to most", "µs CPU per call", "p50 ms", "p99 ms",
              "rate to its null method", "rate to etcd's", "refused"]
    rows = [row_of(title, name, callers, figures) for title, _ in WORKS for callers in sizes.callers for name in names
            if (title, name, callers) in figures]
    text = [f"Machine: {report.machine()} {other_work}", "",
            f"{rounds} rounds, medians, {sizes.seconds} s each after {sizes.warm_up} s of warming up; at most "
            f"{CONNECTIONS_MAX} connections. Each caller has one call under way and writes an entry of its own, except where "
            "all write into one zone. naved checks a token, rights and invariants and writes an event with each mutation; "
            "etcd puts as many octets under a key. The null method is the health check, which asks for no token.", "",
            report.table(header, rows), "", f"Versions: {versions}."]
    report.replace("control plane", "\n".join(text))


def main():
    parser = argparse.ArgumentParser(description="Runs naved and etcd side by side.")
    parser.add_argument("--build", type=pathlib.Path, default=report.ROOT / "build", help="where it was built")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="one short round, to see that the run works")
    parser.add_argument("--without-etcd", action="store_true", help="naved alone")
    parser.add_argument("--no-page", action="store_true", help="leave docs/performance.md as it is")
    given = parser.parse_args()
    sizes, rounds = (SMOKE, 1) if given.smoke else (FULL, given.rounds)
    build = given.build.resolve()
    figures = collections.defaultdict(list)
    other_work = report.other_work()
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nave-bench-")))
        targets = [stack.enter_context(naved(build, directory, max(sizes.callers)))]
        if not given.without_etcd:
            targets.append(stack.enter_context(etcd(build, directory, directory / "naved" / "tls")))
        for number in range(rounds):
            print(f"round {number + 1} of {rounds}", flush=True)
            measure(targets, sizes, figures)
    if not given.smoke and not given.no_page:
        found = re.search(r"etcd Version: (\S+)", subprocess.run(
            [peers.find("etcd"), "--version"], capture_output=True, text=True, timeout=20).stdout)
        versions = f"naved {peers.Nave(build).version()}, etcd {found.group(1) if found else '?'}"
        write_page([t.name for t in targets], figures, sizes, rounds, versions, other_work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
