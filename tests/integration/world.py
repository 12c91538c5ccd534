"""The story's world of real parts: naved, nave-resolver, nave, BIND and dig, on loopback addresses of its own.

The example manifest uses addresses below 127.53; a world that runs beside others moves them to a prefix of its own.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
DNS_PORT = 5300
ON_PREMISES = "127.0.0.1"
BIND_PORT_BASE = 15300
START_SECONDS = 30.0
STOP_SECONDS = 15.0


class Failed(Exception):
    """A command that should have worked did not."""


class Answer:
    """What dig said."""

    def __init__(self, text):
        self.text = text
        self.rcode = "TIMEOUT"
        self.flags = []
        self.answers = []
        self.tcp = "(TCP)" in text
        for line in text.splitlines():
            if "status:" in line:
                self.rcode = line.split("status:")[1].split(",")[0].strip()
            elif line.startswith(";; flags:"):
                self.flags = line.split(":")[1].split(";")[0].split()
            elif line and not line.startswith(";"):
                self.answers.append(" ".join(line.split()[3:]))

    def __str__(self):
        return " ".join([self.rcode, ", ".join(self.answers)]).rstrip()


def free_prefix():
    """A pair of octets that no other world on this machine holds, by binding to it."""
    for number in range(60, 250):
        holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            holder.bind((f"127.{number}.255.254", 5999))
            holder.listen(1)
            return f"127.{number}", holder
        except OSError:
            holder.close()
    raise Failed("no free loopback prefix: too many worlds at once")


class Process:
    """A child whose output goes to a file, and that is waited for."""

    def __init__(self, name, command, log, env=None, cwd=None):
        self.name = name
        self.log = log
        self.file = open(log, "ab")
        self.start = self.file.tell()
        self.child = subprocess.Popen(command, stdout=self.file, stderr=subprocess.STDOUT, env=env, cwd=cwd)

    def output(self):
        with open(self.log, "rb") as file:
            file.seek(self.start)
            return file.read().decode(errors="replace")

    def wait_for(self, text):
        deadline = time.monotonic() + START_SECONDS
        while text not in self.output():
            if self.child.poll() is not None:
                raise Failed(f"{self.name} ended with {self.child.returncode}:\n{self.output()}")
            if time.monotonic() > deadline:
                raise Failed(f"{self.name} did not say '{text}' in {START_SECONDS} s:\n{self.output()}")
            time.sleep(0.01)

    def send(self, number):
        self.child.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGCONT)
            self.child.send_signal(number)
        try:
            code = self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise Failed(f"{self.name} did not end within {STOP_SECONDS} s of signal {number}")
        finally:
            self.file.close()
        return code


class World:
    """Starts and stops the parts. Use as a context manager."""

    def __init__(self, directory=None, prefix=None, binaries=None):
        self.holder = None
        if prefix is None:
            prefix, self.holder = free_prefix()
        self.prefix = prefix
        self.own_directory = directory is None
        self.directory = pathlib.Path(directory or tempfile.mkdtemp(prefix="nave-world-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self.binaries = pathlib.Path(binaries or os.environ.get("NAVE_BINARIES", ROOT / "build" / "bin"))
        self.processes = {}
        self.server = f"{prefix}.0.10:7443"
        self.tokens = {}

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            for name, process in self.processes.items():
                print(f"--- {name}\n{process.output()[-4000:]}")
        for name in list(self.processes)[::-1]:
            self.stop(name, signal.SIGKILL if kind else signal.SIGTERM)
        if self.holder:
            self.holder.close()
        if self.own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    # Addresses.
    def address(self, suffix):
        """An address of this world; `on-premises` is BIND's, which takes only addresses that an interface has."""
        return ON_PREMISES if suffix == "on-premises" else f"{self.prefix}.{suffix}"

    def bind_port(self):
        return BIND_PORT_BASE + int(self.prefix.split(".")[1])

    def example(self, name):
        """An example file, its addresses moved into this world; the path of the copy."""
        text = (EXAMPLES / name).read_text().replace("127.53.", self.prefix + ".")
        text = text.replace("15353", str(self.bind_port()))
        path = self.directory / name
        path.write_text(text.replace("@DIRECTORY@", str(self.directory)))
        return str(path)

    # Processes.
    def start(self, name, command, ready, env=None):
        process = Process(name, [str(part) for part in command], self.directory / f"{name}.log", env)
        self.processes[name] = process
        process.wait_for(ready)
        return process

    def stop(self, name, number=signal.SIGTERM):
        return self.processes.pop(name).stop(number)

    def start_naved(self):
        self.start("naved", [self.binaries / "naved", "--data-dir", self.directory / "naved",
                             "--listen", self.server], "naved: serving on")

    def start_bind(self):
        named = shutil.which("named") or "/usr/sbin/named"
        self.example("corp.zone")
        self.start("bind", [named, "-g", "-n", "1", "-c", self.example("named.conf")], "all zones loaded")

    def spoke_vpcs(self):
        return [f"accounts/{account}/vpcs/main" for account in ("spoke1", "spoke2", "lab")]

    def start_resolver(self, node, vpcs, workers=2, server=None, ready="nave-resolver: serving", wrapper=()):
        """`wrapper`: what the command stands behind."""
        token = self.directory / f"{node}.token"
        if not token.exists():
            secret = self.nave_json("token", "create", f"node-{node}", "--principal", f"nodes/{node}",
                                    "--role", "NODE", "--scope", "organization")["secret"]
            token.touch(0o600)
            token.write_text(secret + "\n")
        command = [self.binaries / "nave-resolver", "--control-plane", server or self.server, "--node", node,
                   "--ca", self.directory / "naved" / "tls" / "ca.crt", "--token-file", token,
                   "--state-dir", self.directory / node, "--workers", workers]
        for vpc in vpcs:
            command += ["--vpc", vpc]
        return self.start(node, [*wrapper, *command], ready)

    def start_file_resolver(self, snapshot="story.json", workers=2):
        """A resolver without a control plane, that serves an example snapshot."""
        self.start("resolver", [self.binaries / "nave-resolver", "--snapshot", self.example(snapshot),
                                "--workers", workers], "nave-resolver: serving")

    def change_snapshot(self, old, new, snapshot="story.json"):
        """Changes the snapshot's file, all at once, and has it read again."""
        path = self.directory / snapshot
        fresh = self.directory / (snapshot + ".new")
        text = path.read_text()
        if old not in text:
            raise Failed(f"'{old}' is not in {path}")
        fresh.write_text(text.replace(old, new))
        fresh.rename(path)
        self.processes["resolver"].send(signal.SIGHUP)

    # The command line.
    def config(self):
        return str(self.directory / "naved" / "admin.context.yaml")

    def run(self, *arguments, token=None, check=True, timeout=120):
        command = [str(self.binaries / "nave"), "--config", self.config()]
        if token:
            command += ["--token", self.tokens[token]]
        command += [str(argument) for argument in arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise Failed(f"{' '.join(command[3:])}\nended with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def nave(self, *arguments, token=None, timeout=120):
        return self.run(*arguments, token=token, timeout=timeout).stdout

    def nave_json(self, *arguments, token=None):
        return json.loads(self.nave("-o", "json", *arguments, token=token))

    def make_token(self, name, role, scope):
        made = self.nave_json("token", "create", name, "--principal", f"users/{name}", "--role", role,
                              "--scope", scope)
        self.tokens[name] = made["secret"]

    # Questions.
    def dig(self, address, name, rrtype="A", *options):
        port = self.bind_port() if address == ON_PREMISES else DNS_PORT
        command = ["dig", f"@{address}", "-p", str(port), name, rrtype, "+tries=1", "+time=5",
                   "+noauthority", "+noadditional", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return Answer(done.stdout)

    def dig_until(self, address, name, rrtype, wanted, seconds=5.0):
        """Asks until the answer is as wanted; (answer, milliseconds that passed)."""
        begin = time.monotonic()
        while True:
            answer = self.dig(address, name, rrtype)
            passed = (time.monotonic() - begin) * 1000
            if answer.answers == wanted or passed > seconds * 1000:
                return answer, passed

    # The story's beginning.
    def start_story(self, resolver_server=None):
        """naved, the landing zone, on-premises, and two resolver nodes, which may reach naved another way."""
        self.start_naved()
        self.nave("apply", "--yes", "--no-wait", "-f", self.example("landing-zone.yaml"))
        self.start_bind()
        self.start_resolver("r1", ["accounts/hub/vpcs/hub"], server=resolver_server)
        self.start_resolver("r2", self.spoke_vpcs(), server=resolver_server)
        for spoke in ("spoke1", "spoke2"):
            self.make_token(f"{spoke}-launcher", "LAUNCHER", f"accounts/{spoke}")
            self.make_token(f"{spoke}-network", "NETWORK_ADMIN", f"accounts/{spoke}")

    def launch_story(self):
        """What the two spokes launch, with launch rights alone."""
        for spoke in ("spoke1", "spoke2"):
            self.nave("launch", "outbound", "--account", spoke, "--name", "out", "--param", "vpc=main",
                      token=f"{spoke}-launcher")
            self.nave("launch", "private", "--account", spoke, "--name", "private", "--param", "vpc=main",
                      "--param", f"domain_name={spoke}.cloud.example.com", token=f"{spoke}-launcher")
        self.nave("launch", "inbound", "--account", "spoke1", "--name", "in", "--param", "vpc=main",
                  token="spoke1-launcher")
