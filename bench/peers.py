"""The servers of the data plane's run: how each is set up to do the same work on one core.

Each has the same zone file, one forwarding rule to the same upstream server, a cache that holds every cached name, no
DNSSEC validation, no query log, one thread of work.
"""

import json
import re
import shutil
import subprocess

import dns_data
import processes

ZONE, CACHED, MISSED = "zone", "cached", "missed"
KINDS = (ZONE, CACHED, MISSED)
RATE_MAX = "10000000"


def find(program):
    """The program's path, or None."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/local/sbin")


def _said(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr


class Peer:
    """One kind of server. `kinds`: what it can answer. `why_not`: why it is left out, or empty."""

    name = ""
    program = ""
    kinds = KINDS
    environment = {}
    version_flag = "--version"

    def __init__(self, build):
        self.build = build
        self.path = self.locate()

    def locate(self):
        return find(self.program)

    @property
    def why_not(self):
        return "" if self.path else f"{self.program} is not installed"

    def version(self):
        found = re.search(r"\d+\.\d+(\.\d+)*", _said([self.path, self.version_flag]))
        return found.group() if found else "?"

    def command(self, directory, port, upstream_port, sizes):
        """Writes its configuration into `directory`; the command that starts it there."""
        raise NotImplementedError


class NullEcho(Peer):
    name = "null echo"
    program = "null_echo"
    kinds = (ZONE,)

    def locate(self):
        return processes.built(self.build, self.program)

    def version(self):
        return ""

    def command(self, directory, port, upstream_port, sizes):
        return [self.path, f"127.0.0.1:{port}"]


class Nave(NullEcho):
    name = "nave-resolver"
    program = "nave-resolver"
    kinds = KINDS

    def version(self):
        return Peer.version(self)

    def command(self, directory, port, upstream_port, sizes):
        return self.command_for_targets(directory, port, [upstream_port], sizes)

    def command_for_targets(self, directory, port, upstream_ports, sizes):
        path = directory / "snapshot.json"
        path.write_text(json.dumps(dns_data.snapshot(port, upstream_ports, sizes.zone_names)))
        # Every query is counted against the limits, which are above what one client asks here.
        return [self.path, "--snapshot", path, "--workers", "1", "--cache-mib", "512", "--client-rate", RATE_MAX,
                "--vpc-rate", RATE_MAX, "--answer-rate", RATE_MAX]


class Bind(Peer):
    name = "BIND"
    program = "named"
    version_flag = "-v"

    @staticmethod
    def write(directory, port, zones):
        (directory / "named.conf").write_text(f"""
options {{
  directory "{directory}"; pid-file "{directory}/named.pid"; session-keyfile "{directory}/session.key";
  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
  recursion yes; allow-query {{ any; }}; allow-recursion {{ any; }};
  dnssec-validation no; empty-zones-enable no; recursive-clients 20000; max-cache-size 512m; minimal-responses yes;
}};
controls {{ }};
{zones}
""")
        return directory / "named.conf"

    def command(self, directory, port, upstream_port, sizes):
        zones = (f'zone "{dns_data.ZONE}" {{ type primary; file "{directory}/zone.zone"; }};\n'
                 f'zone "{dns_data.FORWARDED}" {{ type forward; forward only; '
                 f'forwarders {{ 127.0.0.1 port {upstream_port}; }}; }};')
        return [self.path, "-g", "-n", "1", "-c", self.write(directory, port, zones)]


class Unbound(Peer):
    name = "Unbound"
    program = "unbound"
    version_flag = "-V"

    def command(self, directory, port, upstream_port, sizes):
        (directory / "unbound.conf").write_text(f"""
server:
  num-threads: 1
  interface: 127.0.0.1@{port}
  access-control: 127.0.0.0/8 allow
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: ""
  use-syslog: no
  verbosity: 0
  module-config: "iterator"
  do-not-query-localhost: no
  outgoing-range: 8192
  num-queries-per-thread: 4096
  msg-cache-size: 256m
  rrset-cache-size: 512m
  so-rcvbuf: 1m
  minimal-responses: yes
  local-zone: "example." nodefault
auth-zone:
  name: "{dns_data.ZONE}"
  zonefile: "{directory}/zone.zone"
  for-downstream: yes
  for-upstream: no
forward-zone:
  name: "{dns_data.FORWARDED}"
  forward-addr: 127.0.0.1@{upstream_port}
remote-control:
  control-enable: no
""")
        return [self.path, "-d", "-p", "-c", directory / "unbound.conf"]


class Dnsdist(Peer):
    name = "dnsdist"
    program = "dnsdist"
    # It has no zones.
    kinds = (CACHED, MISSED)

    def command(self, directory, port, upstream_port, sizes):
        (directory / "dnsdist.conf").write_text(f"""
setLocal("127.0.0.1:{port}")
setACL({{"127.0.0.0/8"}})
setSecurityPollSuffix("")
setMaxUDPOutstanding(65535)
setUDPSocketBufferSizes(1048576, 1048576)
newServer({{address="127.0.0.1:{upstream_port}", healthCheckMode="up"}})
cache = newPacketCache(1000000, {{maxTTL=86400}})
getPool(""):setCache(cache)
""")
        return [self.path, "--supervised", "--disable-syslog", "-C", directory / "dnsdist.conf"]


class Knot(Peer):
    name = "Knot DNS"
    program = "knotd"
    # It answers from zones alone.
    kinds = (ZONE,)

    @staticmethod
    def write(directory, port, zone, zone_file):
        (directory / "knot.conf").write_text(f"""
server:
  rundir: "{directory}"
  listen: 127.0.0.1@{port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "{directory}"
log:
  - target: stderr
    any: error
zone:
  - domain: {zone}
    file: "{zone_file}"
""")
        return directory / "knot.conf"

    def command(self, directory, port, upstream_port, sizes):
        return [self.path, "-c", self.write(directory, port, dns_data.ZONE, directory / "zone.zone")]


class CoreDns(Peer):
    name = "CoreDNS"
    program = "coredns"
    version_flag = "-version"
    environment = {"GOMAXPROCS": "1"}

    def locate(self):
        return processes.built(self.build, self.program) or find(self.program)

    @property
    def why_not(self):
        return "" if self.path else "it is no Debian package, and building it takes the Go that its module asks for"

    def command(self, directory, port, upstream_port, sizes):
        (directory / "Corefile").write_text(f"""
{dns_data.ZONE}:{port} {{
  bind 127.0.0.1
  file {directory}/zone.zone
}}
{dns_data.FORWARDED}:{port} {{
  bind 127.0.0.1
  cache {{
    success 1000000 86400
  }}
  forward . 127.0.0.1:{upstream_port}
}}
""")
        return [self.path, "-quiet", "-conf", directory / "Corefile"]


PEERS = (NullEcho, Nave, Knot, Unbound, Dnsdist, Bind, CoreDns)


def upstream_command(directory, port, ttl=dns_data.TTL_SECONDS):
    """The server that all of them forward to, whose own CPU is not counted: Knot DNS, or BIND where there is none."""
    zone_file = directory / "forwarded.zone"
    dns_data.write_forwarded_zone(zone_file, ttl)
    if find("knotd"):
        return [find("knotd"), "-c", Knot.write(directory, port, dns_data.FORWARDED, zone_file)]
    zones = f'zone "{dns_data.FORWARDED}" {{ type primary; file "{zone_file}"; }};'
    return [find("named"), "-g", "-n", "1", "-c", Bind.write(directory, port, zones)]
