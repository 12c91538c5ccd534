"""Runs dnsperf on the client's core and reads what it says. Bounded in time and in queries."""

import pathlib
import re
import socket
import statistics
import subprocess
import tempfile

import dns_data
import processes

# Client sockets, and so source ports; queries under way in all of them.
CLIENTS = 64
OUTSTANDING = 256
TIMEOUT_SECONDS = 2
# The queries at a fixed rate show the delay of a server that has time to spare.
PACED_RATE = 4000
PACED_OUTSTANDING = 200
MEMORY = "/dev/shm"


class Load:
    """What one run of dnsperf saw. Delays are in seconds."""

    def __init__(self, text, verbose):
        self.sent = self._number(r"Queries sent:\s+(\d+)", text)
        self.completed = self._number(r"Queries completed:\s+(\d+)", text)
        self.seconds = self._number(r"Run time \(s\):\s+([\d.]+)", text)
        codes = re.search(r"Response codes:\s+(.*)", text)
        self.codes = codes.group(1) if codes else ""
        # With -v: "> NOERROR name type delay".
        self.delays = sorted(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                             if line.startswith("> ") and line.rsplit(" ", 1)[1][:1].isdigit()) if verbose else []

    @staticmethod
    def _number(pattern, text):
        found = re.search(pattern, text)
        if not found:
            raise processes.Failed(f"dnsperf said no '{pattern}':\n{text[-1000:]}")
        return float(found.group(1))

    def delay(self, share):
        return self.delays[min(len(self.delays) - 1, int(len(self.delays) * share))] if self.delays else 0.0

    def check(self, who, lost_max=0.01, errors=True):
        """A server that loses queries, or answers with errors, must not look fast."""
        if self.completed < self.sent * (1 - lost_max):
            raise processes.Failed(f"{who}: {self.sent - self.completed:.0f} of {self.sent:.0f} queries got no answer")
        if errors and (not self.codes.startswith("NOERROR") or "," in self.codes):
            raise processes.Failed(f"{who}: not every answer is NOERROR: {self.codes}")


def run(port, queries, seconds=None, passes=None, rate=None, verbose=False, outstanding=None, timeout=TIMEOUT_SECONDS,
        tcp=False):
    """Asks what the file `queries` lists: for `seconds`, or each `passes` times; at `rate`, or as fast as it goes.
    With EDNS, as nearly all clients do; over TCP each client has one connection with one query under way.
    """
    outstanding = outstanding or (CLIENTS if tcp else PACED_OUTSTANDING if rate else OUTSTANDING)
    command = ["dnsperf", "-s", processes.ADDRESS, "-p", port, "-d", pathlib.Path(queries), "-c", CLIENTS, "-T", 1,
               "-q", outstanding, "-t", timeout, "-b", 1024, "-W", "-e",
               "-O", "suppress=timeout,unexpected"]
    if tcp:
        command += ["-m", "tcp"]
    if seconds:
        command += ["-l", seconds]
    if passes:
        command += ["-n", passes]
    if rate:
        command += ["-Q", rate]
    if verbose:
        command += ["-v"]
    limit = (seconds or 0) + 60
    # Into a file, and one in memory: who reads a pipe meanwhile, or writes to a disk, takes the CPU from those who are measured.
    with tempfile.TemporaryFile("w+", dir=MEMORY) as output:
        done = subprocess.run(processes.on_core(processes.CLIENT_CORE, command), stdout=output, stderr=subprocess.STDOUT,
                              timeout=limit)
        output.seek(0)
        text = output.read()
    if done.returncode != 0:
        raise processes.Failed(f"dnsperf ended with {done.returncode}: {text[-1000:]}")
    return Load(text, verbose)


def is_answered(port, name, seconds=0.2):
    """Whether the server answers one query for the name within so many seconds, whatever it says."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(seconds)
        try:
            probe.connect((processes.ADDRESS, port))
            probe.send(dns_data.query(name))
            return len(probe.recv(4096)) > 12
        except OSError:
            return False


def median(values):
    return statistics.median(values) if values else 0.0
