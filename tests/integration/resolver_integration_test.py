"""nave-resolver with a snapshot file, beside a real BIND, asked by dig."""

import signal
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
