"""Somebody beside the way guesses at the questions of a resolver: nothing of it reaches a client or the cache.

The resolver, its target, the forger and a client are hosts of their own; the forger sends raw packets with the target's address.
"""

import json
import pathlib
import re
import subprocess
import sys
import time
import unittest

import network
import world as parts

RESOLVER, TARGET, FORGER, CLIENT = 1, 2, 3, 4
HERE = pathlib.Path(__file__).parent
GUESSES = 100000
HONEST, FORGED = "A 192.0.2.7", "A 203.0.113.66"
# Less than a question lasts. A machine that is too busy for all guesses meanwhile makes them at several questions. Who knows the
# port ends the question by it, and has as long as it takes.
SECONDS, SECONDS_WITH_PORT = 2, 50
QUESTIONS_MAX = 30


class ForgeryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = network.begin(cls, (RESOLVER, TARGET, FORGER, CLIENT))
        cls.world = parts.World()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        path = cls.world.directory / "forgery.json"
        resolver, target = cls.network.address(RESOLVER), cls.network.address(TARGET)
        path.write_text(json.dumps({
            "revision": "1",
            "listeners": [{"address": f"{resolver}:53", "views": ["v"]}], "views": [{"name": "v", "rules": ["r"]}],
            "rules": [{"name": "r", "domainName": "corp.example.", "kind": "FORWARD", "targets": [{"address": target}]}]}))
        cls.target = subprocess.Popen(cls.network.within(TARGET, sys.executable, "-B", HERE / "held_name_server.py", target),
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.target.wait)
        cls.addClassCleanup(cls.target.kill)
        cls.target_says("ready")
        cls.world.start("resolver", cls.network.within(
            RESOLVER, cls.world.binaries / "nave-resolver", "--snapshot", path, "--workers", 1,
            "--metrics-address", f"{resolver}:9100"), "nave-resolver: serving")

    @classmethod
    def target_says(cls, words):
        """Reads on until the target has said so."""
        while True:
            line = cls.target.stdout.readline()
            if not line:
                raise parts.Failed("the name server ended")
            if line.strip() == words:
                return

    def tell_target(self, word):
        self.target.stdin.write(word + "\n")
        self.target.stdin.flush()
        self.target_says(word)

    def start_dig(self, name):
        return subprocess.Popen(self.network.dig(CLIENT, RESOLVER, name), stdout=subprocess.PIPE, text=True)

    def guess(self, name, ports=()):
        """Sends the guesses; how many left."""
        done = subprocess.run(self.network.within(
            FORGER, sys.executable, "-B", HERE / "forger.py", self.network.address(TARGET), self.network.address(RESOLVER),
            name, GUESSES, SECONDS_WITH_PORT if ports else SECONDS, *ports), capture_output=True, text=True, timeout=60, check=True)
        return int(done.stdout)

    def ports_to_target(self):
        done = subprocess.run(self.network.within(RESOLVER, "ss", "-Hnu", "state", "established"), capture_output=True,
                              text=True, check=True)
        target = re.escape(self.network.address(TARGET))
        return re.findall(rf":(\d+)\s+{target}:53\b", done.stdout)

    def metric(self, name):
        return self.network.metric(CLIENT, RESOLVER, name)

    def attack(self, label, know_ports):
        """Asks one name after the other until all guesses were made while one was under way; what the client got at last."""
        made = 0
        # Who knows the port ends the question by it, and the next ones go over TCP.
        for number in range(1 if know_ports else QUESTIONS_MAX):
            name = f"{label}{number}.corp.example"
            self.tell_target("hold")
            dig = self.start_dig(name)
            self.target_says(f"asked {name}")
            ports = self.ports_to_target() if know_ports else ()
            sent = self.guess(name, ports)
            in_time = dig.poll() is None or know_ports
            self.tell_target("release")
            answer = parts.Answer(dig.communicate(timeout=60)[0])
            self.assertNotIn(FORGED, answer.answers)
            again = parts.Answer(self.start_dig(name).communicate(timeout=60)[0])
            self.assertNotIn(FORGED, again.answers, "in the cache")
            if in_time and answer.answers:
                made += sent
            if made > GUESSES * 0.99:
                return answer, again
        self.fail(f"of {GUESSES} guesses {made} were made while a question was under way, at {number + 1} questions")

    def test_guesses_at_all_ports(self):
        answer, again = self.attack("ports", know_ports=False)
        self.assertEqual([HONEST], answer.answers)
        self.assertEqual([HONEST], again.answers)

    def test_guesses_by_who_knows_the_port(self):
        before = self.metric("nave_resolver_upstream_forgery_bursts_total")
        answer, again = self.attack("known", know_ports=True)
        self.assertEqual([HONEST], answer.answers)
        self.assertEqual([HONEST], again.answers)
        deadline = time.monotonic() + parts.START_SECONDS
        while self.metric("nave_resolver_upstream_forgery_bursts_total") <= before:
            self.assertLess(time.monotonic(), deadline, "no burst was seen")
        self.assertGreaterEqual(self.metric("nave_resolver_upstream_mismatches_total"), 100)


if __name__ == "__main__":
    unittest.main()
