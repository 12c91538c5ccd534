"""Servers under measurement: started on one core, watched through /proc, and always stopped."""

import contextlib
import os
import pathlib
import signal
import socket
import struct
import subprocess
import time

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE = CORES[0]
CLIENT_CORE = CORES[-1]
START_SECONDS = 30.0
STOP_SECONDS = 15.0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
ADDRESS = "127.0.0.1"
# Of the kernel's PM QoS: how many microseconds the processors may take to wake.
LATENCY_REQUEST = "/dev/cpu_dma_latency"


class Failed(Exception):
    """A part of the run did not do what it must."""


def free_port():
    """A port of ADDRESS that is free for UDP and for TCP."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, \
             socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind((ADDRESS, 0))
            try:
                udp.bind(tcp.getsockname())
                return tcp.getsockname()[1]
            except OSError:
                continue
    raise Failed("no free port")


@contextlib.contextmanager
def awake():
    """Keeps the processors from sleeping. A virtual one that sleeps is woken by its host, who takes from
    0.1 to 3 ms for it: that would be in the delays of all who answer fast. Not for what is measured in CPU: a processor that
    waits in a loop may take from the one beside it. Yields whether the system lets us.
    """
    try:
        request = open(LATENCY_REQUEST, "wb", buffering=0)
    except OSError:
        yield False
        return
    # Holds for as long as the file is open.
    with request:
        request.write(struct.pack("i", 0))
        yield True


def built(build, program):
    """A program of ours: servers are in `bin` of the build's directory, what only runs here is in `bench`. Or None."""
    return next((path for path in (build / "bin" / program, build / "bench" / program) if path.is_file()), None)


def on_core(core, command):
    """`core`: one, or several."""
    cores = ",".join(map(str, core if isinstance(core, (list, tuple)) else [core]))
    return ["taskset", "-c", cores, *[str(part) for part in command]]


class Server:
    """One process on one core, or on several. Use as a context manager."""

    def __init__(self, name, command, directory, core=SERVER_CORE, environment=None):
        self.name = name
        self.core = core
        self.log = pathlib.Path(directory) / f"{name.replace(' ', '-')}.log"
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(on_core(core, command), stdout=log, stderr=subprocess.STDOUT,
                                          stdin=subprocess.DEVNULL, cwd=directory,
                                          env={**os.environ, **(environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            print(f"--- {self.name}\n{self.output()[-2000:]}", flush=True)
        self.stop()

    def output(self):
        return self.log.read_text(errors="replace")

    def wait_until(self, ready):
        """Waits until `ready()` is true; the process must not end before."""
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if self.child.poll() is not None:
                raise Failed(f"{self.name} ended with {self.child.returncode}:\n{self.output()[-2000:]}")
            if time.monotonic() > deadline:
                raise Failed(f"{self.name} was not ready in {START_SECONDS} s:\n{self.output()[-2000:]}")
            time.sleep(0.02)
        self._pin()

    def _pin(self):
        """Puts every thread on the core: Knot DNS spreads its own over all cores, whatever it was started on."""
        cores = set(self.core) if isinstance(self.core, (list, tuple)) else {self.core}
        for task in pathlib.Path(f"/proc/{self.child.pid}/task").iterdir():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(task.name), cores)

    def cpu_seconds(self):
        """User and system time of all threads, those that have ended too."""
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def resident_mib(self):
        for line in pathlib.Path(f"/proc/{self.child.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise Failed(f"{self.name}: no VmRSS")

    def stop(self):
        if self.child.poll() is not None:
            return
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
