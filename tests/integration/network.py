"""Hosts of their own on one wire: network namespaces behind a bridge, so that every process has an address of its own.

Needs the right to make network namespaces. Nothing is added to the machine's own network.
"""

import os
import re
import subprocess
import sys
import unittest


def lacking():
    """Why there can be no such network here; None when there can."""
    name = f"nave{os.getpid()}-try"
    try:
        for words in (["netns", "add", name], ["-n", name, "link", "add", "br0", "type", "bridge"]):
            done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=30)
            if done.returncode != 0:
                return f"no network namespaces: ip {' '.join(words)}: {done.stderr.strip()}"
    except FileNotFoundError:
        return "no network namespaces: ip is not installed"
    finally:
        subprocess.run(["sh", "-c", f"ip netns del {name}"], capture_output=True)
    return None


def begin(case, hosts):
    """A network with these hosts until the test class ends; skips the class where there can be none."""
    reason = lacking()
    if reason:
        raise unittest.SkipTest(reason)
    made = Network()
    case.addClassCleanup(made.__exit__, None, None, None)
    made.__enter__()
    for host in hosts:
        made.add_host(host)
    return made


class Network:
    """Host `n` has 10.77.0.n. Use as a context manager."""

    def __init__(self):
        self.name = f"nave{os.getpid()}"
        self.spaces = []

    def __enter__(self):
        self.add_space("wire")
        self.ip("-n", self.space("wire"), "link", "add", "br0", "type", "bridge")
        self.ip("-n", self.space("wire"), "link", "set", "br0", "up")
        return self

    def __exit__(self, kind, error, trace):
        for space in self.spaces:
            subprocess.run(["ip", "netns", "del", space], capture_output=True)

    def ip(self, *words):
        subprocess.run(["ip", *[str(word) for word in words]], check=True, capture_output=True, timeout=30)

    def space(self, host):
        return f"{self.name}-{host}"

    def address(self, host):
        return f"10.77.0.{host}"

    def add_space(self, host):
        self.ip("netns", "add", self.space(host))
        self.spaces.append(self.space(host))

    def add_host(self, host):
        wire, space = self.space("wire"), self.space(host)
        self.add_space(host)
        self.ip("-n", wire, "link", "add", f"port{host}", "type", "veth", "peer", "name", "eth0", "netns", space)
        self.ip("-n", wire, "link", "set", f"port{host}", "master", "br0", "up")
        self.ip("-n", space, "addr", "add", f"{self.address(host)}/24", "dev", "eth0")
        self.ip("-n", space, "link", "set", "eth0", "up")
        self.ip("-n", space, "link", "set", "lo", "up")

    def dig(self, client, host, name):
        """The command line that asks a host for a name's address. Ten seconds are more than any deadline on the way: silence
        would be TIMEOUT."""
        return self.within(client, "dig", f"@{self.address(host)}", name, "A", "+tries=1", "+time=10", "+noauthority",
                           "+noadditional")

    def metric(self, client, host, name):
        """What the host's metrics say, asked from the client: the sum over the metric's labels."""
        script = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())"
        done = subprocess.run(
            self.within(client, sys.executable, "-c", script, f"http://{self.address(host)}:9100/metrics"),
            capture_output=True, text=True, timeout=60, check=True)
        return sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", done.stdout, re.M))

    def within(self, host, *command):
        """The command line that runs a program on a host."""
        return ["ip", "netns", "exec", self.space(host), *[str(word) for word in command]]
