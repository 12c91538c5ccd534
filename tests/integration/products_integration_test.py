"""The three products from launch to termination: real naved, resolvers, BIND, the command line, dig."""

import unittest

import world as parts

SPOKE1, SPOKE2, HUB, LAB = "1.1", "2.1", "0.1", "9.1"


class ProductsTest(unittest.TestCase):
    def setUp(self):
        self.world = parts.World()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.world.start_story()

    def ask(self, where, name, rrtype="A"):
        return self.world.dig(self.world.address(where), name, rrtype)

    def launch(self, product, name, *params, spoke="spoke1", check=True):
        words = ["launch", product, "--account", spoke, "--name", name]
        for param in params:
            words += ["--param", param]
        return self.world.run(*words, token=f"{spoke}-launcher", check=check)

    def provisioned(self, verb, name, *words, spoke="spoke1", check=True):
        return self.world.run("provisioned", verb, name, "--account", spoke, *words,
                              token=f"{spoke}-launcher", check=check)

    def rows(self, ledger):
        """Of a ledger, what a product made: not the hub's own zone in the hub's VPC."""
        rows = self.world.nave_json("ledger", ledger)
        return [row for row in rows if row.get("product") or row.get("how", "users/").startswith("accounts/")]

    # Outbound.
    def test_outbound_launch_update_terminate(self):
        self.assertEqual("REFUSED", self.ask(SPOKE1, "www.corp.example.com").rcode)
        self.launch("outbound", "out", "vpc=main")
        self.assertEqual(["A 198.51.100.10"], self.ask(SPOKE1, "www.corp.example.com").answers)
        self.assertEqual(["A 192.0.2.80"], self.ask(SPOKE1, "status.cloud.example.com").answers)
        self.assertEqual({"cloud.example.com.", "corp.example.com."},
                         {row["domain_name"] for row in self.rows("account")})

        plan = self.provisioned("update", "out", "--param", "rule=accounts/hub/rules/cloud", "--plan").stdout
        self.assertIn("DELETE", plan)
        self.assertIn("accounts/hub/rules/corp on accounts/spoke1/vpcs/main", plan)
        self.assertEqual(["A 198.51.100.10"], self.ask(SPOKE1, "www.corp.example.com").answers)
        self.provisioned("update", "out", "--param", "rule=accounts/hub/rules/cloud")
        self.assertEqual("REFUSED", self.ask(SPOKE1, "www.corp.example.com").rcode)
        self.assertEqual(["A 192.0.2.80"], self.ask(SPOKE1, "status.cloud.example.com").answers)

        self.provisioned("terminate", "out", "--yes")
        self.assertEqual("REFUSED", self.ask(SPOKE1, "status.cloud.example.com").rcode)
        self.assertEqual([], self.rows("account"))
        self.assertEqual([], self.rows("vpc"))
        self.assertEqual("", self.world.nave("rule-association", "list", "-o", "name"))
        history = self.world.nave("provisioned", "history", "out", "--account", "spoke1")
        self.assertIn("LAUNCH", history)
        self.assertIn("TERMINATE", history)

    # Inbound.
    def test_inbound_launch_update_terminate(self):
        self.world.nave("zone", "create", "other", "--account", "hub", "--domain-name", "other.example.com")
        self.world.nave("zone", "records", "set", "other.example.com", "@", "A", "192.0.2.90")
        self.launch("inbound", "in", "vpc=main")
        answer = self.ask(SPOKE1, "status.cloud.example.com")
        self.assertEqual(["A 192.0.2.80"], answer.answers)
        self.assertIn("aa", answer.flags)
        row, = self.rows("vpc")
        self.assertEqual("accounts/spoke1/provisionedProducts/in", row["product"])
        self.assertEqual("LAUNCH_ROLE", row["resource_consent"]["via"])

        # Version 1 sets the hub's zone for everyone; version 2 leaves the choice.
        self.world.nave("product-version", "create", "v2", "--product", "inbound")
        refused = self.provisioned("update", "in", "--param", "hub_zone=accounts/hub/zones/other", check=False)
        self.assertEqual(1, refused.returncode)
        self.assertIn("[INVALID_PARAMETER]", refused.stderr)
        self.provisioned("update", "in", "--version", "products/inbound/versions/v2",
                         "--param", "hub_zone=accounts/hub/zones/other")
        self.assertEqual(["A 192.0.2.90"], self.ask(SPOKE1, "other.example.com").answers)
        self.assertEqual("REFUSED", self.ask(SPOKE1, "status.cloud.example.com").rcode)

        self.provisioned("terminate", "in", "--yes")
        self.assertEqual("REFUSED", self.ask(SPOKE1, "other.example.com").rcode)
        self.assertEqual([], self.rows("vpc"))

    # Private.
    def test_private_launch_update_terminate(self):
        self.launch("private", "dns", "vpc=main", "domain_name=spoke1.cloud.example.com")
        self.world.nave("zone", "records", "set", "spoke1.cloud.example.com", "app", "A", "192.0.2.11",
                        "--wait", token="spoke1-network")
        for where in (SPOKE1, HUB):
            self.assertEqual(["A 192.0.2.11"], self.ask(where, "app.spoke1.cloud.example.com").answers)
        self.assertEqual(["A 192.0.2.11"], self.ask("on-premises", "app.spoke1.cloud.example.com").answers)
        self.assertEqual("REFUSED", self.ask(LAB, "app.spoke1.cloud.example.com").rcode)
        self.assertEqual(["accounts/hub/vpcs/hub", "accounts/spoke1/vpcs/main"],
                         [row["vpc"] for row in self.world.nave_json("ledger", "vpc", "--domain",
                                                                     "spoke1.cloud.example.com")])

        self.provisioned("update", "dns", "--param", "additional_vpcs=accounts/lab/vpcs/main")
        self.assertEqual(["A 192.0.2.11"], self.ask(LAB, "app.spoke1.cloud.example.com").answers)
        self.provisioned("update", "dns", "--unset", "additional_vpcs")
        self.assertEqual("REFUSED", self.ask(LAB, "app.spoke1.cloud.example.com").rcode)

        # Another domain name would be another zone.
        refused = self.provisioned("update", "dns", "--param", "domain_name=x.spoke1.cloud.example.com",
                                   check=False)
        self.assertEqual(1, refused.returncode)
        self.assertIn("[IMMUTABLE_FIELD]", refused.stderr)

        refused = self.provisioned("terminate", "dns", "--yes", check=False)
        self.assertIn("[FOREIGN_RECORDS]", refused.stderr)
        self.assertEqual(["A 192.0.2.11"], self.ask(SPOKE1, "app.spoke1.cloud.example.com").answers)
        self.provisioned("terminate", "dns", "--yes", "--delete-foreign-records")
        for where in (SPOKE1, HUB):
            self.assertNotEqual("NOERROR", self.ask(where, "app.spoke1.cloud.example.com").rcode)
        self.assertEqual([], [row for row in self.rows("account") if "spoke1" in row["domain_name"]])
        self.assertNotIn("spoke1/zones", self.world.nave("zone", "list", "-o", "name"))

    # Rights.
    def test_a_launcher_launches_from_its_portfolio_and_does_nothing_else(self):
        for words in (["vpc", "create", "x", "--account", "spoke1"],
                      ["zone", "create", "x", "--account", "spoke1", "--domain-name", "x.spoke1.cloud.example.com"],
                      ["rule", "update", "accounts/hub/rules/corp", "--disabled", "true"],
                      ["token", "create", "x", "--principal", "users/x", "--role", "ADMIN", "--scope", "organization"],
                      ["backup", str(self.world.directory / "stolen")]):
            refused = self.world.run(*words, token="spoke1-launcher", check=False)
            self.assertEqual(1, refused.returncode, refused.stdout)
            # What it may not see does not exist for it.
            self.assertRegex(refused.stderr, r"\[(PERMISSION_DENIED|NOT_FOUND)\]")
        # Not in another account either, and nothing that no portfolio grants.
        other = self.world.run("launch", "products/outbound", "--account", "spoke2", "--name", "x", "--param",
                               "vpc=main", token="spoke1-launcher", check=False)
        self.assertRegex(other.stderr, r"\[(PERMISSION_DENIED|NOT_FOUND)\]")
        self.world.nave("access-grant", "delete", "workloads", "--portfolio", "dns", "--yes")
        refused = self.world.run("launch", "products/outbound", "--account", "spoke1", "--name", "x", "--param",
                                 "vpc=main", token="spoke1-launcher", check=False)
        self.assertRegex(refused.stderr, r"\[(LAUNCH_NOT_GRANTED|NOT_FOUND)\]")
        self.assertEqual([], self.world.nave_json("provisioned", "list"))

    def test_a_launch_that_cannot_work_leaves_nothing(self):
        self.launch("outbound", "out", "vpc=main")
        # The same rules on the same VPC a second time.
        refused = self.launch("outbound", "twice", "vpc=main", check=False)
        self.assertEqual(1, refused.returncode)
        self.assertEqual(2, len(self.world.nave_json("rule-association", "list")))
        refused = self.launch("private", "dns", "vpc=main", "domain_name=spoke2.cloud.example.com", check=False)
        self.assertEqual(1, refused.returncode)
        self.assertNotIn("spoke2", self.world.nave("zone", "list", "-o", "name"))

    # Served.
    def test_a_record_answers_in_the_other_spoke_when_the_call_returns(self):
        self.world.launch_story()
        for number in range(1, 6):
            self.world.nave("zone", "records", "set", "spoke1.cloud.example.com", f"host{number}", "A",
                            f"192.0.2.{number}", "--wait", token="spoke1-network")
            self.assertEqual([f"A 192.0.2.{number}"],
                             self.ask(SPOKE2, f"host{number}.spoke1.cloud.example.com").answers)

    def test_the_explanation_is_the_answer(self):
        self.world.launch_story()
        self.world.nave("zone", "records", "set", "spoke2.cloud.example.com", "app", "A", "192.0.2.21", "--wait",
                        token="spoke2-network")
        for vpc, where, name in (("spoke2", SPOKE2, "app.spoke2.cloud.example.com"),
                                 ("spoke1", SPOKE1, "none.spoke1.cloud.example.com"),
                                 ("lab", LAB, "www.corp.example.com")):
            said = self.world.nave_json("explain", name, "--account", vpc, "--vpc", "main")
            answer = self.ask(where, name)
            self.assertEqual(answer.rcode, said["rcode"])
            self.assertEqual(answer.answers,
                             [" ".join(line.split()[3:]) for line in said.get("answers", [])])


if __name__ == "__main__":
    unittest.main()
