"""What meets inside a VPC: zones that fall back, reverse zones, names that never leave, and their explanations."""

import unittest

import world as parts

LAB = "9.1"
VPC = ["--account", "lab", "--vpc", "main"]
MANIFEST = """
kind: NamespaceGrant
name: namespaceGrants/lab-corp
spec: {suffix: corp.example.com., grantee: accounts/lab}
---
kind: NamespaceGrant
name: namespaceGrants/lab-reverse
spec: {suffix: 168.192.in-addr.arpa., grantee: accounts/lab}
---
kind: Zone
name: accounts/lab/zones/corp
spec: {domain_name: corp.example.com., fallback_on_nxdomain: true}
---
kind: ZoneAssociation
name: accounts/lab/zones/corp/associations/main
spec: {vpc: accounts/lab/vpcs/main}
---
kind: Zone
name: accounts/lab/zones/reverse
spec: {domain_name: 1.168.192.in-addr.arpa.}
---
kind: ZoneAssociation
name: accounts/lab/zones/reverse/associations/main
spec: {vpc: accounts/lab/vpcs/main}
"""


class ViewTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = parts.World()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.world.start_story()
        # On-premises is the recursive resolver of the lab.
        cls.world.nave("vpc", "update", "main", "--account", "lab", "--recursive-resolvers",
                       f"127.0.0.1:{cls.world.bind_port()}")
        path = cls.world.directory / "view.yaml"
        path.write_text(MANIFEST)
        cls.world.nave("apply", "--yes", "-f", path)
        cls.set_record("corp.example.com", "app", "A", "192.0.2.50")

    @classmethod
    def set_record(cls, *words):
        cls.world.nave("zone", "records", "set", *words, "--account", "lab", "--wait")

    def ask(self, name, rrtype="A", *options):
        return self.world.dig(self.world.address(LAB), name, rrtype, *options)

    def explain(self, name, rrtype="A", *options):
        return self.world.nave_json("explain", name, rrtype, *VPC, *options)

    def assert_explained(self, name, rrtype="A"):
        """Asks, and compares with the explanation before and after."""
        answer = self.ask(name, rrtype)
        said = self.explain(name, rrtype)
        self.assertTrue(said.get("complete"), said)
        self.assertEqual(answer.rcode, said["rcode"])
        self.assertEqual("aa" in answer.flags, said.get("authoritative", False))
        self.assertEqual(sorted(answer.answers),
                         sorted(" ".join(line.split()[3:]) for line in said.get("answers", [])))
        return answer, said

    def test_a_zone_falls_back_while_its_flag_is_set(self):
        own, _ = self.assert_explained("app.corp.example.com")
        self.assertEqual(["A 192.0.2.50"], own.answers)
        self.assertIn("aa", own.flags)
        theirs = self.ask("www.corp.example.com")
        self.assertEqual(["A 198.51.100.10"], theirs.answers)
        self.assertNotIn("aa", theirs.flags)
        self.assertEqual("NXDOMAIN", self.ask("www.corp.example.com", "A", "+norecurse").rcode)
        self.assertEqual("NOERROR", self.ask("app.corp.example.com", "AAAA").rcode)

        changed = self.world.nave_json("zone", "update", "corp", "--account", "lab", "--fallback-on-nxdomain", "false",
                                       "--wait")
        self.assertNotIn("fallback_on_nxdomain", changed)
        self.assertEqual("NXDOMAIN", self.assert_explained("www.corp.example.com")[0].rcode)
        self.assertEqual(["A 192.0.2.50"], self.ask("app.corp.example.com").answers)
        changed = self.world.nave_json("zone", "update", "corp", "--account", "lab", "--fallback-on-nxdomain", "true",
                                       "--wait")
        self.assertTrue(changed["fallback_on_nxdomain"])
        self.assertEqual(["A 198.51.100.10"], self.ask("www.corp.example.com").answers)

    def test_reverse_zones_classless_ones_too(self):
        self.set_record("1.168.192.in-addr.arpa", "9", "PTR", "host9.corp.example.com.")
        self.set_record("1.168.192.in-addr.arpa", "40", "CNAME", "40.32/27.1.168.192.in-addr.arpa.")
        self.set_record("1.168.192.in-addr.arpa", "40.32/27", "PTR", "host40.corp.example.com.")
        answer, _ = self.assert_explained("9.1.168.192.in-addr.arpa", "PTR")
        self.assertEqual(["PTR host9.corp.example.com."], answer.answers)
        self.assertIn("aa", answer.flags)
        answer, _ = self.assert_explained("40.1.168.192.in-addr.arpa", "PTR")
        self.assertEqual(["CNAME 40.32/27.1.168.192.in-addr.arpa.", "PTR host40.corp.example.com."], answer.answers)
        self.assertEqual("NXDOMAIN", self.ask("8.1.168.192.in-addr.arpa", "PTR").rcode)

    def test_special_names_never_leave(self):
        answer, said = self.assert_explained("localhost")
        self.assertEqual(["A 127.0.0.1"], answer.answers)
        self.assertIn("RFC 6761", str(said["steps"]))
        for name, rrtype in (("1.2.168.192.in-addr.arpa", "PTR"), ("x.onion", "A"), ("printer.local", "A")):
            answer, said = self.assert_explained(name, rrtype)
            self.assertEqual("NXDOMAIN", answer.rcode)
            self.assertTrue(any(line.split()[3] == "SOA" for line in said["authorities"]))

    def test_an_explanation_says_who_would_be_asked_and_as_whom(self):
        text = self.world.nave("explain", "new.elsewhere.example", *VPC)
        self.assertIn("* .", text)
        self.assertIn(f"127.0.0.1:{self.world.bind_port()}", text)
        self.assertIn("not known before a target is asked", text)
        refused = self.explain("new.elsewhere.example", "A", "--norecurse")
        self.assertEqual("REFUSED", refused["rcode"])
        self.assertIn("recursion was not asked for", refused["extended_errors"][0])
        self.assertTrue(self.explain("app.corp.example.com", "A", "--dnssec", "--cd")["question"]["dnssec_ok"])


if __name__ == "__main__":
    unittest.main()
