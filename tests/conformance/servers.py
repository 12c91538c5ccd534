"""The three servers: each holds all zones in one process, on a loopback port of its own."""

import contextlib
import json
import time

import comparison
import dns_client
import names
import paths
import peers
import processes
import question_generator
import world

ADDRESS = "127.0.0.1"
LOAD_SECONDS = 60.0
AA = 0x04


class Server:
    """One kind of server: how it is set up to serve the zone files `0.zone`, `1.zone`, ... of a directory."""

    name = ""
    program = ""

    def __init__(self, directory):
        self.directory = directory / self.name
        self.directory.mkdir()
        self.zone_directory = directory
        self.port = processes.free_port()
        self.client = dns_client.Client(self.name, (ADDRESS, self.port))

    def path(self):
        found = peers.find(self.program)
        if not found:
            raise world.Failed(f"{self.program} is missing: scripts/setup installs it")
        return found

    def command(self, zones):
        """Writes the configuration; the command that starts the server."""
        raise NotImplementedError

    @contextlib.contextmanager
    def serving(self, zones):
        """Runs while entered; on entry every zone is served."""
        command = [str(part) for part in self.command(zones)]
        process = world.Process(self.name, command, self.directory / "log", cwd=self.directory)
        try:
            self._await(process, zones)
            yield self.client
        finally:
            process.stop()

    def _await(self, process, zones):
        missing = list(range(len(zones)))
        deadline = time.monotonic() + LOAD_SECONDS
        while missing:
            if process.child.poll() is not None or time.monotonic() > deadline:
                apexes = [names.to_text(zones[number].apex) for number in missing]
                raise world.Failed(f"{self.name} does not serve {apexes[:10]}:\n{process.output()[-4000:]}")
            questions = [question_generator.Question(number, zones[number].apex, "SOA", 0) for number in missing]
            try:
                replies = self.client.ask(questions)
                missing = [number for number, (reply, _) in zip(missing, replies) if not reply[2] & AA]
            except ConnectionRefusedError:
                pass
            time.sleep(0.1 if missing else 0)


class Nave(Server):
    name = "nave"

    def command(self, zones):
        numbers = [str(number) for number in range(len(zones))]
        snapshot = {
            "revision": "1",
            "listeners": [{"address": f"{ADDRESS}:{self.port}", "views": ["all"]}],
            "views": [{"name": "all", "zones": numbers}],
            "zones": [zone.snapshot(number) for number, zone in zip(numbers, zones)],
        }
        path = self.directory / "snapshot.json"
        path.write_text(json.dumps(snapshot))
        return [paths.BINARIES / "nave-resolver", "--snapshot", path, "--workers", 1]


class Knot(Server):
    name = "knot"
    program = "knotd"

    def command(self, zones):
        listed = "".join(f'  - domain: "{names.to_plain_text(zone.apex)}"\n    file: {number}.zone\n'
                         for number, zone in enumerate(zones))
        path = self.directory / "knot.conf"
        path.write_text(f"""
server:
  rundir: "{self.directory}"
  listen: {ADDRESS}@{self.port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  tcp-max-clients: 10
database:
  storage: "{self.directory}"
log:
  - target: stderr
    any: warning
template:
  - id: default
    storage: "{self.zone_directory}"
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
    semantic-checks: off
zone:
{listed}""")
        return [self.path(), "-c", path]


class Bind(Server):
    """Answers minimal as Nave's are; it checks only what it cannot be told not to."""

    name = "bind"
    program = "named"

    def command(self, zones):
        listed = "".join(f'zone "{names.to_plain_text(zone.apex)}" {{ type primary; '
                         f'file "{self.zone_directory}/{number}.zone"; }};\n'
                         for number, zone in enumerate(zones))
        path = self.directory / "named.conf"
        path.write_text(f"""
options {{
  directory "{self.directory}"; pid-file "{self.directory}/named.pid"; session-keyfile "{self.directory}/session.key";
  listen-on port {self.port} {{ {ADDRESS}; }}; listen-on-v6 {{ none; }};
  recursion no; allow-query {{ any; }}; empty-zones-enable no; notify no;
  max-records-per-type 0; max-types-per-name 0; max-query-restarts {comparison.BIND_RESTARTS};
  minimal-responses yes; minimal-any yes; zero-no-soa-ttl no; rrset-order {{ order none; }};
  check-integrity no; check-names primary ignore; check-mx ignore; check-mx-cname ignore; check-srv-cname ignore;
  check-spf ignore; check-sibling no; check-wildcard no; check-dup-records ignore;
}};
controls {{ }};
{listed}""")
        return [self.path(), "-g", "-n", "1", "-c", path]


KINDS = (Nave, Knot, Bind)
