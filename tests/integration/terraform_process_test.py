"""terraform-provider-nave as a process: started as Terraform starts it, and by hand."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import world as parts


class ProviderProcessTest(unittest.TestCase):
    COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
    END_SECONDS = 20

    def setUp(self):
        binaries = pathlib.Path(os.environ.get("NAVE_BINARIES", parts.ROOT / "build" / "bin"))
        self.binary = binaries / "terraform-provider-nave"
        self.temporary = tempfile.TemporaryDirectory(prefix="nave-provider-")
        self.addCleanup(self.temporary.cleanup)

    def start(self, command, **environment):
        child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 text=True, env={**os.environ, "TMPDIR": self.temporary.name, **environment})
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def assert_gone(self):
        self.assertEqual([], os.listdir(self.temporary.name))

    def test_a_person_is_told_what_it_is(self):
        child = self.start([self.binary], TF_PLUGIN_MAGIC_COOKIE="")
        self.assertIn("this is a Terraform provider", child.communicate(timeout=self.END_SECONDS)[0])
        self.assertEqual(1, child.returncode)
        self.assert_gone()

    def test_it_shakes_hands_and_ends_at_a_signal(self):
        child = self.start([self.binary], TF_PLUGIN_MAGIC_COOKIE=self.COOKIE, PLUGIN_PROTOCOL_VERSIONS="5,6")
        line = child.stdout.readline().strip()
        self.assertRegex(line, r"^1\|6\|unix\|/.*/s\|grpc\|$")
        self.assertTrue(os.path.exists(line.split("|")[3]))
        child.terminate()
        self.assertEqual(0, child.wait(self.END_SECONDS))
        self.assert_gone()

    def test_it_ends_when_the_one_that_launched_it_is_killed(self):
        launcher = "import subprocess, sys; subprocess.run([sys.argv[1]])"
        parent = self.start([sys.executable, "-c", launcher, self.binary], TF_PLUGIN_MAGIC_COOKIE=self.COOKIE)
        self.assertIn("1|6|unix|", parent.stdout.readline())
        parent.kill()
        # The pipe ends with the last process that holds it.
        self.assertEqual("", parent.communicate(timeout=self.END_SECONDS)[0])
        self.assert_gone()

    def test_by_hand_it_says_how_to_attach(self):
        child = self.start([self.binary, "--debug"])
        line = child.stdout.readline()
        attach = json.loads(line.split("'")[1])["nave.internal/nave/nave"]
        self.assertEqual(child.pid, attach["Pid"])
        self.assertTrue(os.path.exists(attach["Addr"]["String"]))
        child.terminate()
        self.assertEqual(0, child.wait(self.END_SECONDS))
        self.assert_gone()


if __name__ == "__main__":
    unittest.main()
