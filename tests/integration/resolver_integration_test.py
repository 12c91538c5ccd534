"""nave-resolver with a snapshot file, beside a real BIND, asked by dig."""

import re
import signal
import subprocess
import time
import unittest

import world as parts


class ResolverTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = parts.World()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.world.start_bind()
        cls.world.start_file_resolver()

    def ask(self, where, name, rrtype="A", *options):
        return self.world.dig(self.world.address(where), name, rrtype, *options)

    def test_a_dead_target_is_passed_over(self):
        # The rule's first target, 0.54, has nobody behind it.
        self.assertEqual(["A 198.51.100.10"], self.ask("1.1", "www.corp.example.com").answers)

    def test_two_vpcs_with_the_same_network_see_their_own(self):
        # spoke1 and spoke2 have the same CIDR; only their rules and zones differ by what they are associated with.
        mine = self.ask("1.1", "app.spoke1.cloud.example.com")
        other = self.ask("2.1", "app.spoke1.cloud.example.com")
        self.assertIn("aa", mine.flags)
        self.assertNotIn("aa", other.flags)
        self.assertEqual(mine.answers, other.answers)

    def test_a_vpc_without_rules_is_refused(self):
        self.assertEqual("REFUSED", self.ask("9.1", "www.corp.example.com").rcode)

    def test_an_answer_that_does_not_fit_is_cut_and_whole_by_tcp(self):
        cut = self.ask("1.1", "long.corp.example.com", "TXT", "+ignore", "+bufsize=512")
        self.assertIn("tc", cut.flags)
        whole = self.ask("1.1", "long.corp.example.com", "TXT", "+tcp")
        self.assertEqual(41, len(whole.answers))

    def test_a_cname_goes_from_zone_to_rule_to_on_premises(self):
        answer = self.ask("1.1", "intranet.spoke1.cloud.example.com")
        self.assertEqual(["CNAME www.corp.example.com.", "A 198.51.100.10"], answer.answers)

    def test_on_premises_reaches_a_spoke_by_the_inbound_address(self):
        answer = self.ask("on-premises", "alias.corp.example.com")
        self.assertEqual(["CNAME app.spoke1.cloud.example.com.", "A 192.0.2.11"], answer.answers)

    def test_cookies_of_one_secret_hold_at_every_server_and_through_a_rollover(self):
        (self.world.directory / "one.json").write_text(
            '{"revision": "1", "listeners": [{"address": "127.0.0.1:0", "views": ["v"]}], "views": [{"name": "v"}]}')
        secrets = self.world.directory / "cookie.secrets"
        secrets.write_text("0123456789abcdef0123456789abcdef\n")
        ports = []
        for name in ("cookie1", "cookie2"):
            process = self.world.start(name, [self.world.binaries / "nave-resolver", "--snapshot",
                                              self.world.directory / "one.json", "--cookie-secret-file", secrets],
                                       "nave-resolver: serving")
            self.addCleanup(self.world.stop, name)
            ports.append(re.search(r"on 127\.0\.0\.1:(\d+)", process.output()).group(1))

        def cookie(port, sent):
            said = subprocess.run(["dig", "@127.0.0.1", "-p", port, "www.example.com", f"+cookie={sent}", "+tries=1"],
                                  capture_output=True, text=True, timeout=30).stdout
            return re.search(r"; COOKIE: (\w+)", said).group(1)

        first = cookie(ports[0], "0011223344556677")
        self.assertEqual(48, len(first))
        self.assertEqual(first, cookie(ports[1], first), "a good cookie comes back as it is")
        secrets.write_text("fedcba9876543210fedcba9876543210\n0123456789abcdef0123456789abcdef\n")
        for name in ("cookie1", "cookie2"):
            self.world.processes[name].send(signal.SIGHUP)
        deadline = time.monotonic() + 5
        while (renewed := cookie(ports[0], first)) == first and time.monotonic() < deadline:
            pass
        self.assertNotEqual(first, renewed)
        self.assertEqual(renewed, cookie(ports[0], renewed))

    def test_a_broken_snapshot_is_refused_and_the_old_one_stays(self):
        snapshot = self.world.directory / "story.json"
        good = snapshot.read_text()
        self.addCleanup(snapshot.write_text, good)
        snapshot.write_text(good.replace('"kind": "FORWARD"', '"kind": "SIDEWAYS"'))
        self.world.processes["resolver"].send(signal.SIGHUP)
        self.world.processes["resolver"].wait_for("SIDEWAYS")
        self.assertEqual(["A 192.0.2.80"], self.ask("0.1", "status.cloud.example.com").answers)


if __name__ == "__main__":
    unittest.main()
