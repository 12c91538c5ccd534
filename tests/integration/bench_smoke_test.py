"""The side-by-side runs, cut short: that they work, not what they measure."""

import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("NAVE_BINARIES", ROOT / "build" / "bin")).parent


class BenchSmokeTest(unittest.TestCase):
    def run_smoke(self, program, *options):
        done = subprocess.run([sys.executable, "-B", ROOT / "bench" / program, "--smoke", "--build", BUILD, *options],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout

    def test_the_data_plane_answers_all_three_kinds(self):
        said = self.run_smoke("data_plane.py", "--only", "null_echo,nave-resolver")
        for kind in ("zone", "cached", "missed", "zone over TCP", "cached over TCP"):
            self.assertRegex(said, rf"nave-resolver +{kind} ")
        for kind in ("zone", "cached", "missed"):
            self.assertRegex(said, rf"nave-resolver, two workers +{kind} ")
            self.assertRegex(said, rf"nave-resolver, large state +{kind} ")
            self.assertRegex(said, rf"{kind}: CPU at most [\d.]+ of the null echo +[\d.]+ +(yes|no)")

    def test_memory_is_weighed(self):
        self.assertRegex(self.run_smoke("memory.py", "--only", "nave-resolver"), r"nave-resolver +[\d,]+ +[\d,]+ +[\d.]+")

    def test_slow_clients_are_held_beside_udp(self):
        said = self.run_smoke("slow_clients.py")
        self.assertRegex(said, r"40 slow clients: .* [1-9]\d* open ")

    def test_the_control_plane_refuses_no_caller(self):
        said = self.run_smoke("control_plane.py", "--without-etcd")
        for work in ("null method", "read of one entry", "durable mutation of one entry", "all in one zone"):
            self.assertIn(work, said)
        self.assertNotIn("errors", said)

    def test_targets_that_die_leave_nobody_without_an_answer(self):
        self.assertIn("kept:", self.run_smoke("target_death.py"))

    def test_no_query_is_lost_or_wrong_while_the_state_changes(self):
        said = self.run_smoke("changes.py")
        self.assertRegex(said, r"\| lost \| 0 \|")
        self.assertRegex(said, r"\| wrong \| 0 \|")
        self.assertNotRegex(said, r"\| (changes|queries) \| 0 \|")


if __name__ == "__main__":
    unittest.main()
