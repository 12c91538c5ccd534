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
ZONE_TCP, CACHED_TCP = "zone over TCP", "cached over TCP"
KINDS = (ZONE, CACHED, MISSED, ZONE_TCP, CACHED_TCP)
TCP_KINDS = (ZONE_TCP, CACHED_TCP)
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
    # It sends back whatever it is asked, and so is asked what all others have.
    echoes = False
    environment = {}
    version_flag = "--version"
    core = processes.SERVER_CORE

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


class Built(Peer):
    """Of this tree."""

    def locate(self):
        return processes.built(self.build, self.program)

    def version(self):
        return ""


class NullEcho(Built):
    name = "null echo"
    program = "null_echo"
    kinds = (ZONE, CACHED, MISSED)
    echoes = True

    def command(self, directory, port, upstream_port, sizes):
        return [self.path, f"127.0.0.1:{port}"]


class NullEchoTwoWorkers(NullEcho):
    """What two workers cost a server that does nothing, where they share a core with those who ask."""

    name = "null echo, two workers"
    core = processes.CORES

    def command(self, directory, port, upstream_port, sizes):
        return [*super().command(directory, port, upstream_port, sizes), "2"]


class Nave(Built):
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


class NaveTwoWorkers(Nave):
    """On both cores, one of which it shares with those who ask: its rate says little, its CPU per query what two cost."""

    name = "nave-resolver, two workers"
    kinds = (ZONE, CACHED, MISSED)
    core = processes.CORES

    def command(self, directory, port, upstream_port, sizes):
        command = super().command(directory, port, upstream_port, sizes)
        command[command.index("--workers") + 1] = "2"
        return command


class NaveLarge(Nave):
    """The same zone and rule among 10,000 views, 100,000 zones and 1,000,000 associations."""

    name = "nave-resolver, large state"
    kinds = (ZONE, CACHED, MISSED)

    def command(self, directory, port, upstream_port, sizes):
        command = super().command(directory, port, upstream_port, sizes)
        at = command.index("--snapshot")
        small = sizes.seconds < 2
        subprocess.run([processes.built(self.build, "large_state"), directory, "--with", command[at + 1], "--port",
                        str(processes.free_port()), *(("--views", "100", "--zones", "1000", "--associations", "10000")
                                                      if small else ())], check=True, stdout=subprocess.DEVNULL)
        # It starts from disk, and its control plane is not there.
        nothing = directory / "nothing"
        nothing.write_text("none\n")
        command[at:at + 2] = ["--state-dir", directory, "--control-plane", f"127.0.0.1:{processes.free_port()}", "--node",
                              "r1", "--ca", nothing, "--token-file", nothing, "--log-level", "error"]
        return command


class BareCares(Built):
    name = "bare c-ares"
    program = "bare_forwarder"
    kinds = (MISSED,)

    def command(self, directory, port, upstream_port, sizes):
        return [self.path, f"127.0.0.1:{port}", f"127.0.0.1:{upstream_port}"]


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
  incoming-num-tcp: 256
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
    kinds = (CACHED, MISSED, CACHED_TCP)

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
    kinds = (ZONE, ZONE_TCP)

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


class PowerDnsRecursor(Peer):
    name = "PowerDNS Recursor"
    program = "pdns_recursor"

    def command(self, directory, port, upstream_port, sizes):
        (directory / "recursor.conf").write_text(f"""
local-address=127.0.0.1
local-port={port}
allow-from=127.0.0.0/8
daemon=no
threads=1
pdns-distributes-queries=no
dnssec=off
quiet=yes
disable-syslog=yes
security-poll-suffix=
socket-dir={directory}
hint-file=no
auth-zones={dns_data.ZONE.rstrip(".")}={directory}/zone.zone
forward-zones-recurse={dns_data.FORWARDED.rstrip(".")}=127.0.0.1:{upstream_port}
dont-query=
max-cache-entries=2000000
max-packetcache-entries=2000000
max-mthreads=16384
max-tcp-per-client=0
max-tcp-clients=1000
""")
        return [self.path, f"--config-dir={directory}"]


class KnotResolver(Peer):
    name = "Knot Resolver"
    program = "kresd"
    version_flag = "-V"
    # It has no zones.
    kinds = (CACHED, MISSED, CACHED_TCP)

    def command(self, directory, port, upstream_port, sizes):
        (directory / "kresd.conf").write_text(f"""
net.listen('127.0.0.1', {port}, {{ kind = 'dns' }})
trust_anchors.remove('.')
for _, name in ipairs({{'ta_update', 'ta_signal_query', 'priming', 'detect_time_skew', 'detect_time_jump'}}) do
  pcall(modules.unload, name)
end
modules.load('policy')
cache.open(512 * MB, 'lmdb://{directory}')
policy.add(policy.suffix(policy.STUB('127.0.0.1@{upstream_port}'), {{todname('{dns_data.FORWARDED}')}}))
""")
        return [self.path, "-n", "-c", directory / "kresd.conf", directory]


class Dnsmasq(Peer):
    name = "dnsmasq"
    program = "dnsmasq"
    # Its own names are single ones, and over TCP each client gets a process of its own.
    kinds = (CACHED, MISSED)

    def command(self, directory, port, upstream_port, sizes):
        return [self.path, "--keep-in-foreground", "--conf-file=/dev/null", "--port", port, "--listen-address=127.0.0.1",
                "--bind-interfaces", "--no-resolv", "--no-hosts", "--user=", "--pid-file=", "--log-facility=-",
                f"--cache-size={2 * sizes.cached_names}", "--dns-forward-max=10000",
                f"--server=/{dns_data.FORWARDED.rstrip('.')}/127.0.0.1#{upstream_port}"]


PEERS = (NullEcho, NullEchoTwoWorkers, Nave, NaveTwoWorkers, NaveLarge, BareCares, Knot, KnotResolver, Unbound, Dnsdist, Dnsmasq,
         PowerDnsRecursor, Bind, CoreDns)


def upstream_command(directory, port, ttl=dns_data.TTL_SECONDS):
    """The server that all of them forward to, whose own CPU is not counted: Knot DNS, or BIND where there is none."""
    zone_file = directory / "forwarded.zone"
    dns_data.write_forwarded_zone(zone_file, ttl)
    if find("knotd"):
        return [find("knotd"), "-c", Knot.write(directory, port, dns_data.FORWARDED, zone_file)]
    zones = f'zone "{dns_data.FORWARDED}" {{ type primary; file "{zone_file}"; }};'
    return [find("named"), "-g", "-n", "1", "-c", Bind.write(directory, port, zones)]
