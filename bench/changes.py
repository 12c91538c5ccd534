"""Changes and questions at once: naved is changed two hundred times a second while a resolver answers; every answer is checked.

naved and nave-resolver are real processes on loopback. `change_load` makes the changes over gRPC (records get a new address,
zones are associated and taken away again, rules move to another target) and asks for what it changes. No query may stay
without an answer, and none may show a state from before what was seen or one that nobody has made.
"""

import argparse
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import processes
import report

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
spec: {suffix: example.com., grantee: accounts/bench}
---
kind: Vpc
name: accounts/bench/vpcs/v
spec:
  cidrs: [10.0.0.0/8]
  resolver_addresses: ["@RESOLVER@"]
"""
FULL = {"changes": 200, "queries": 20000, "seconds": 60}
SMOKE = {"changes": 50, "queries": 1000, "seconds": 5}
RUN_SECONDS_MAX = 180
# How a row of the table is called, and the value of the run that it shows.
ROWS = (
    ("changes", "changes", "{:,}"), ("changes a second", "changes_a_second", "{:,.0f}"),
    ("calls refused", "errors", "{:,}"), ("changes that no answer showed", "unseen", "{:,}"),
    ("queries", "queries", "{:,}"), ("queries a second", "queries_a_second", "{:,.0f}"),
    ("lost", "lost", "{:,}"), ("wrong", "wrong", "{:,}"), ("SERVFAIL", "servfail", "{:,}"),
    ("from a change to an answer with it, p50 ms", "change_p50_ms", "{:.1f}"),
    ("p99 ms", "change_p99_ms", "{:.1f}"),
    ("from a query to its answer, p50 ms", "query_p50_ms", "{:.2f}"), ("p99 ms", "query_p99_ms", "{:.2f}"),
    ("CPU of naved, ms a change", "naved_cpu_ms", "{:.2f}"), ("CPU of the resolver, cores", "resolver_cores", "{:.2f}"),
)


class World:
    """naved and a resolver that serves one VPC of it."""

    def __init__(self, build, directory, stack):
        self.build = build
        self.directory = directory
        self.port, self.dns_port = processes.free_port(), processes.free_port()
        self.data = directory / "naved"
        command = [processes.built(build, "naved"), "--data-dir", self.data,
                   "--listen", f"{processes.ADDRESS}:{self.port}", "--log-level", "warning"]
        self.naved = stack.enter_context(processes.Server("naved", command, directory))
        self.naved.wait_until(lambda: "naved: serving on" in self.naved.output())
        manifest = directory / "bench.yaml"
        manifest.write_text(MANIFEST.replace("@RESOLVER@", self.resolver_address()))
        self.nave("apply", "--yes", "--no-wait", "-f", manifest)
        made = json.loads(self.nave("-o", "json", "token", "create", "node-r1", "--principal", "nodes/r1", "--role", "NODE",
                                    "--scope", "organization"))
        token = directory / "r1.token"
        token.touch(0o600)
        token.write_text(made["secret"] + "\n")
        command = [processes.built(build, "nave-resolver"), "--control-plane", f"{processes.ADDRESS}:{self.port}",
                   "--node", "r1", "--ca", self.ca(), "--token-file", token, "--state-dir", directory / "r1",
                   "--workers", "2", "--vpc", "accounts/bench/vpcs/v", "--log-level", "warning"]
        self.resolver = stack.enter_context(processes.Server("resolver", command, directory, core=processes.CLIENT_CORE))
        self.resolver.wait_until(lambda: "nave-resolver: serving" in self.resolver.output())

    def resolver_address(self):
        return f"{processes.ADDRESS}:{self.dns_port}"

    def ca(self):
        return self.data / "tls" / "ca.crt"

    def nave(self, *arguments):
        command = [processes.built(self.build, "nave"), "--config", self.data / "admin.context.yaml", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise processes.Failed(f"nave {arguments[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def load(self, sizes):
        token = re.search(r'token: "(.*)"', (self.data / "admin.context.yaml").read_text()).group(1)
        command = [processes.built(self.build, "change_load"), "--server", f"{processes.ADDRESS}:{self.port}",
                   "--ca", self.ca(), "--token", token, "--resolver", self.resolver_address(),
                   *(word for size, value in sizes.items() for word in (f"--{size}", str(value)))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=sizes["seconds"] + RUN_SECONDS_MAX)
        if done.returncode != 0:
            raise processes.Failed(f"change_load: {done.stderr[-2000:]}")
        return json.loads(done.stdout), done.stderr.strip()


def measure(build, sizes):
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nave-changes-")))
        world = World(build, directory, stack)
        before = world.naved.cpu_seconds(), world.resolver.cpu_seconds()
        begin = time.monotonic()
        seen, said = world.load(sizes)
        passed = time.monotonic() - begin
        seen["changes_a_second"] = seen["changes"] / seen["seconds"]
        seen["queries_a_second"] = seen["queries"] / seen["seconds"]
        seen["naved_cpu_ms"] = (world.naved.cpu_seconds() - before[0]) * 1000 / max(1, seen["changes"])
        seen["resolver_cores"] = (world.resolver.cpu_seconds() - before[1]) / passed
        return seen, said


def main():
    parser = argparse.ArgumentParser(description="Changes naved's state while a resolver answers, and checks each answer.")
    parser.add_argument("--build", type=pathlib.Path, default=report.ROOT / "build", help="where it was built")
    parser.add_argument("--smoke", action="store_true", help="a few seconds at a low rate")
    for size, value in FULL.items():
        parser.add_argument(f"--{size}", type=float if size == "seconds" else int, help=f"{value} unless given")
    given = parser.parse_args()
    sizes = {size: getattr(given, size) or value for size, value in (SMOKE if given.smoke else FULL).items()}
    seen, said = measure(given.build.resolve(), sizes)
    print(report.table(["what", "how many"], [[title, form.format(seen[value])] for title, value, form in ROWS]), flush=True)
    if said:
        print(said)
    bad = [value for value in ("lost", "wrong", "unseen") if seen[value]]
    if bad:
        print(f"failed: {', '.join(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
