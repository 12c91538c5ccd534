"""Targets that die under load, and come back: what the clients of nave-resolver notice of it.

A rule has two targets. One dies while many new names are asked a second: no client may see SERVFAIL or nothing, and a second
later the delay is what it was. Then both die: names that were asked before are answered with stale data. Both return: within
two seconds all is normal. Twice: with targets that are killed, whose ports answer with ICMP, and with targets that are stopped,
which say nothing.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import signal
import sys
import tempfile
import time

import data_plane
import dns_data
import dnsperf
import peers
import processes
import report

Sizes = collections.namedtuple("Sizes", "rate seconds known delays")
FULL = Sizes(rate=20000, seconds=3, known=2000, delays=True)
# On a busy machine the delay says nothing of the server.
SMOKE = Sizes(rate=500, seconds=1, known=50, delays=False)
# Answers that are used again have this TTL, so that they are old soon.
TTL_SECONDS = 1
# Who waits as long for an answer as clients do: longer than a resolver's patience with dead targets.
CLIENT_SECONDS = 5
OUTSTANDING = 20000
# The delay is what it was: within this factor, or this many milliseconds.
DELAY_RATIO_MAX, DELAY_SLACK_MS = 2.0, 2.0
RETURN_SECONDS = 2.0
WAYS = ("killed", "stopped")
Phase = collections.namedtuple("Phase", "name asked lost wrong p50 p99")


class Target:
    """One name server behind the rule, which can die in two ways and come back."""

    def __init__(self, directory, number):
        self.home = directory / f"target{number}"
        self.home.mkdir()
        self.port = processes.free_port()
        # On one core with the client: who must wait for the CPU is the target, not the one who measures.
        self.command = ["nice", "-n", "10", *peers.upstream_command(self.home, self.port, TTL_SECONDS)]
        self.server = None

    def start(self):
        self.server = processes.Server("target", self.command, self.home, core=processes.CLIENT_CORE)
        self.server.wait_until(lambda: data_plane.answers(self.port))

    def die(self, way):
        self.server.child.send_signal(signal.SIGKILL if way == "killed" else signal.SIGSTOP)
        if way == "killed":
            self.server.child.wait()

    def come_back(self, way):
        if way == "killed":
            self.start()
        else:
            self.server.child.send_signal(signal.SIGCONT)

    def stop(self):
        if self.server:
            self.server.child.send_signal(signal.SIGCONT)
            self.server.stop()


class Run:
    """One nave-resolver between the targets and the client."""

    def __init__(self, directory, port, sizes):
        self.directory, self.port, self.sizes = directory, port, sizes
        self.phases = []

    def ask(self, name, names, rate=None):
        queries = self.directory / "queries"
        queries.write_text("".join(f"{n}.{dns_data.FORWARDED} A\n" for n in names))
        load = dnsperf.run(self.port, queries, passes=1, rate=rate or self.sizes.rate, verbose=True, outstanding=OUTSTANDING,
                           timeout=CLIENT_SECONDS)
        right = load.completed if load.codes.startswith("NOERROR") and "," not in load.codes else 0
        wrong = 0 if right == load.completed else load.completed
        phase = Phase(name, int(load.sent), int(load.sent - load.completed), int(wrong), load.delay(0.5) * 1e3,
                      load.delay(0.99) * 1e3)
        self.phases.append(phase)
        print(f"  {name:34} asked {phase.asked:6}  lost {phase.lost}  codes {load.codes:24}  p50 {phase.p50:.2f} ms  "
              f"p99 {phase.p99:.2f} ms", flush=True)
        return phase

    def new_names(self, label, seconds):
        return [f"{label}{i:x}" for i in range(int(self.sizes.rate * seconds))]


def story(run, targets, way, sizes):
    """Yields what was promised and not kept."""
    known = [f"known{i}" for i in range(sizes.known)]
    run.ask("warm", known)
    before = run.ask("two targets", run.new_names("a", sizes.seconds))
    targets[0].die(way)
    run.ask("the first second with one", run.new_names("b", 1))
    after = run.ask("then", run.new_names("c", sizes.seconds))
    targets[1].die(way)
    time.sleep(TTL_SECONDS + 0.5)
    run.ask("none: known names, first", known)
    second = run.ask("none: known names, again", known)
    for target in targets:
        target.come_back(way)
    time.sleep(RETURN_SECONDS)
    back = run.ask("two targets again", run.new_names("d", sizes.seconds))
    for phase in run.phases:
        if phase.lost or phase.wrong:
            yield f"{way}, {phase.name}: {phase.lost} lost, {phase.wrong} wrong of {phase.asked}"
    for phase in (after, second, back) if sizes.delays else ():
        if phase.p99 > max(before.p99 * DELAY_RATIO_MAX, before.p99 + DELAY_SLACK_MS):
            yield f"{way}, {phase.name}: p99 {phase.p99:.2f} ms, before {before.p99:.2f} ms"


def run_way(way, build, sizes):
    print(f"targets are {way}", flush=True)
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nave-bench-")))
        os.chmod(directory, 0o755)
        targets = [Target(directory, number) for number in range(2)]
        for target in targets:
            stack.callback(target.stop)
            target.start()
        port = processes.free_port()
        nave = peers.Nave(build)
        command = nave.command_for_targets(directory, port, [target.port for target in targets], data_plane.SMOKE)
        server = stack.enter_context(processes.Server(nave.name, command, directory))
        server.wait_until(lambda: data_plane.answers(port))
        return list(story(Run(directory, port, sizes), targets, way, sizes))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=report.ROOT / "build", help="where it was built")
    parser.add_argument("--smoke", action="store_true", help="few queries, to see that the run works")
    given = parser.parse_args()
    broken = [line for way in WAYS for line in run_way(way, given.build.resolve(), SMOKE if given.smoke else FULL)]
    print("\n".join(broken) or "kept: nobody went without an answer, and the delay came back")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
