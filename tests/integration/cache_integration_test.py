"""What resolvers keep of BIND's replies, and how it is made to go: by name, by suffix, in one VPC, all of it."""

import re
import signal
import unittest

import world as parts

NAME = "www.corp.example.com"
OLD, NEW, NEWEST = "198.51.100.76", "198.51.100.77", "198.51.100.78"
SPOKE1, SPOKE2 = "1.1", "2.1"
# Both workers, but for one time in 2**23.
ASKED = 24


class CacheTest(unittest.TestCase):
    def setUp(self):
        self.world = parts.World()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.world.start_story()
        for spoke in ("spoke1", "spoke2"):
            self.world.nave("launch", "outbound", "--account", spoke, "--name", "out", "--param", "vpc=main",
                            token=f"{spoke}-launcher")

    def ask(self, spoke):
        """What both workers say, each of which has a cache of its own: which one is asked, the kernel draws."""
        answers = {tuple(self.world.dig(self.world.address(spoke), NAME).answers) for _ in range(ASKED)}
        self.assertEqual(1, len(answers), answers)
        return list(answers.pop())

    def change_bind(self, address):
        """The address, for an hour, at BIND, which answers by it when this returns."""
        path = self.world.directory / "corp.zone"
        text = re.sub(r"^www .*", f"www 3600 IN A {address}", path.read_text(), flags=re.MULTILINE)
        path.write_text(re.sub(r"(hostmaster\S+) (\d+)", lambda soa: f"{soa[1]} {int(soa[2]) + 1}", text))
        self.world.processes["bind"].send(signal.SIGHUP)
        answer, _ = self.world.dig_until(self.world.address("on-premises"), NAME, "A", [f"A {address}"])
        self.assertEqual([f"A {address}"], answer.answers)

    def test_flush(self):
        self.change_bind(OLD)
        for spoke in (SPOKE1, SPOKE2):
            self.assertEqual([f"A {OLD}"], self.ask(spoke))
        self.change_bind(NEW)
        for spoke in (SPOKE1, SPOKE2):
            self.assertEqual([f"A {OLD}"], self.ask(spoke), "cached")

        # Who has one VPC flushes that one.
        refused = self.world.run("cache", "flush", "--name", NAME, token="spoke1-network", check=False)
        self.assertIn("PERMISSION_DENIED", refused.stderr)
        flushed = self.world.nave("cache", "flush", "--name", NAME, "--vpc", "accounts/spoke1/vpcs/main",
                                  token="spoke1-network")
        self.assertRegex(flushed, r"nodes/r2 +2\b")
        self.assertEqual([f"A {NEW}"], self.ask(SPOKE1))
        self.assertEqual([f"A {OLD}"], self.ask(SPOKE2))

        self.world.nave("cache", "flush", "--suffix", "corp.example.com")
        self.assertEqual([f"A {NEW}"], self.ask(SPOKE2))
        self.change_bind(NEWEST)
        self.world.nave("cache", "flush", "--rule", "accounts/hub/rules/corp")
        for spoke in (SPOKE1, SPOKE2):
            self.assertEqual([f"A {NEWEST}"], self.ask(spoke))

        uses = {use["rule"]: use for use in self.world.nave_json("cache", "list")["uses"]}
        corp = uses["accounts/hub/rules/corp"]
        self.assertGreaterEqual(int(corp["hits"]), 5 * (ASKED - 2))
        self.assertGreaterEqual(int(corp["misses"]), 2 * 5)
        self.assertGreaterEqual(int(corp["replies"]), 4)
        spoke = self.world.nave_json("cache", "list", "--vpc", "accounts/spoke2/vpcs/main")["uses"]
        self.assertLess(int(spoke[0]["hits"]), int(corp["hits"]))

        flushed = self.world.nave_json("cache", "flush", "--all")
        self.assertEqual(["nodes/r1", "nodes/r2"], [node["node"] for node in flushed["nodes"]])
        self.world.stop("r2", signal.SIGKILL)
        missed = self.world.run("cache", "flush", "--all", check=False)
        self.assertNotEqual(0, missed.returncode)
        self.assertIn("nodes/r2", missed.stderr)
        self.assertIn("nodes/r1", missed.stdout)


if __name__ == "__main__":
    unittest.main()
