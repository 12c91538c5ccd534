"""Real Terraform and OpenTofu apply terraform/examples/story to a running naved, and dig sees it.

Each program is a class, run by its name: terraform_test.py TerraformTest. Where the program cannot be fetched its tests
are skipped with the reason, and the process ends with 77.
"""

import json
import re
import signal
import subprocess
import sys
import time
import unittest

import terraform_cli
import world as parts

SKIPPED_EXIT = 77
NOUNS = ("zone", "zone-association", "rule-association", "provisioned")
# What the story makes, by the address in the configuration and the resource name.
NAMES = {
    'nave_provisioned_product.outbound["spoke1"]': "accounts/spoke1/provisionedProducts/out",
    'nave_provisioned_product.outbound["spoke2"]': "accounts/spoke2/provisionedProducts/out",
    'nave_provisioned_product.private["spoke1"]': "accounts/spoke1/provisionedProducts/private",
    'nave_provisioned_product.private["spoke2"]': "accounts/spoke2/provisionedProducts/private",
    "nave_provisioned_product.inbound": "accounts/spoke1/provisionedProducts/in",
    'nave_record_set.app["spoke1"]': "accounts/spoke1/zones/private/recordSets/app.spoke1.cloud.example.com./A",
    'nave_record_set.app["spoke2"]': "accounts/spoke2/zones/private/recordSets/app.spoke2.cloud.example.com./A",
    "nave_zone.services": "accounts/hub/zones/services",
    "nave_zone_association.services": "accounts/hub/zones/services/associations/hub",
    "nave_record_set.wiki": "accounts/hub/zones/services/recordSets/wiki.services.cloud.example.com./A",
    "nave_record_set.mail": "accounts/hub/zones/services/recordSets/services.cloud.example.com./MX",
    "nave_rule_association.lab": "accounts/lab/ruleAssociations/main-corp",
}

# The private product as the story has it, and with one more VPC.
PRIVATE = 'domain_name = ["${each.key}.cloud.example.com"]'
MORE_VPCS = PRIVATE + '\n    additional_vpcs = ["accounts/lab/vpcs/main"]'


class Story:
    """What each program must do. Not a test by itself: the classes below say which program."""

    fetch = None

    @classmethod
    def setUpClass(cls):
        try:
            cls.command = cls.fetch()
        except terraform_cli.Missing as reason:
            raise unittest.SkipTest(str(reason)) from reason
        cls.world = parts.World()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.world.start_story()
        cls.workspace = terraform_cli.Workspace(cls.world, cls.command)
        cls.directory = cls.workspace.configuration("story", "story")

    def tf(self, verb, *arguments, **options):
        return self.workspace.run_in(self.directory, verb, *arguments, **options)

    def apply(self, **options):
        return self.tf("apply", "-auto-approve", "-input=false", **options)

    def assert_no_changes(self, *arguments):
        self.tf("plan", "-detailed-exitcode", "-input=false", *arguments)

    def change(self, old, new):
        """Writes the configuration otherwise until the end of the test, then as it was, and applies it."""
        path = self.directory / "main.tf"
        before = path.read_text()
        self.assertIn(old, before)

        def back():
            path.write_text(before)
            self.apply()
            self.assert_no_changes()
        self.addCleanup(back)
        path.write_text(before.replace(old, new))

    def says(self, part, text):
        """`text` has `part`; the end of it is shown where it has not."""
        if part not in text:
            self.fail(f"'{part}' is not in what ends with:\n{text[-2000:]}")

    def listing(self):
        """Every resource that the story could have made, and both ledgers."""
        lists = {noun: self.world.nave("-o", "name", noun, "list") for noun in NOUNS}
        for ledger in ("account", "vpc"):
            rows = self.world.nave_json("ledger", ledger)
            lists[ledger] = json.dumps(rows, sort_keys=True)
        return lists

    def await_running(self):
        """The names of the operations at work, once both private products have one."""
        deadline = time.monotonic() + parts.START_SECONDS
        while time.monotonic() < deadline:
            names = self.world.nave("-o", "name", "operation", "list", "--filter", 'state = "RUNNING"').split()
            if len(names) == 2:
                return names
        self.fail("no two operations are at work")

    def ask_until(self, where, name, rrtype, wanted):
        answer, _ = self.world.dig_until(self.world.address(where), name, rrtype, wanted)
        self.assertEqual(sorted(wanted), sorted(answer.answers), f"{name} at {where}: {answer}")

    def state(self, directory=None):
        """The attributes of every resource of the state, by address."""
        text = self.workspace.run_in(directory or self.directory, "show", "-json")
        resources = json.loads(text.splitlines()[0]).get("values", {}).get("root_module", {}).get("resources", [])
        return {resource["address"]: resource["values"] for resource in resources}

    # The tests run in the order of their names: one story from its first apply to its end.
    def test_1_apply(self):
        type(self).before = self.listing()
        self.tf("fmt", "-check", "-diff")
        self.tf("validate")
        self.tf("plan", "-input=false", "-out=first.plan")
        self.says("12 added, 0 changed, 0 destroyed", self.tf("apply", "-input=false", "first.plan"))
        self.assert_no_changes()
        self.assert_no_changes("-refresh-only")
        self.ask_until("1.1", "www.corp.example.com", "A", ["A 198.51.100.10"])
        self.ask_until("1.1", "app.spoke2.cloud.example.com", "A", ["A 198.51.100.2"])
        self.ask_until("2.1", "wiki.services.cloud.example.com", "A", ["A 192.0.2.10", "A 192.0.2.11"])
        self.ask_until("0.1", "services.cloud.example.com", "MX", ["MX 10 Wiki.services.cloud.example.com."])
        self.ask_until("9.1", "www.corp.example.com", "A", ["A 198.51.100.10"])
        self.ask_until("on-premises", "app.spoke1.cloud.example.com", "A", ["A 198.51.100.1"])
        self.assertEqual(set(NAMES), set(self.state()))
        for address, name in NAMES.items():
            self.assertEqual(name, self.state()[address]["name"])

    def test_2_the_ledgers_have_it(self):
        ledger = json.dumps(self.world.nave_json("ledger", "vpc"))
        for product in ("spoke1/provisionedProducts/out", "spoke1/provisionedProducts/in",
                        "spoke2/provisionedProducts/private"):
            self.assertIn(product, ledger)
        self.assertIn("accounts/hub/zones/services", ledger)

    def test_3_the_spelling_of_the_user_stays(self):
        state = self.state()
        self.assertEqual("Services.cloud.example.com", state["nave_zone.services"]["domain_name"])
        self.assertEqual(["10 Wiki.services.cloud.example.com"], state["nave_record_set.mail"]["rdata"])
        self.change('"Services.cloud.example.com"', '"services.CLOUD.example.com."')
        self.assert_no_changes()

    def test_4_an_update_is_made_in_place(self):
        self.change('"192.0.2.11"', '"192.0.2.12", "192.0.2.13"')
        self.change("What the platform team runs", "What we run")
        self.change(PRIVATE, MORE_VPCS)
        self.says("0 added, 4 changed, 0 destroyed", self.apply())
        self.assert_no_changes()
        # The hub's own view: a spoke may keep an answer for its TTL.
        self.ask_until("0.1", "wiki.services.cloud.example.com", "A",
                       ["A 192.0.2.10", "A 192.0.2.12", "A 192.0.2.13"])
        self.ask_until("9.1", "app.spoke2.cloud.example.com", "A", ["A 198.51.100.2"])

    def test_5_a_plan_says_what_is_replaced(self):
        self.change(PRIVATE, 'domain_name = ["dns.${each.key}.cloud.example.com"]')
        plan = self.tf("plan", "-input=false", "-detailed-exitcode", expect=2)
        self.assertEqual(2, len(re.findall(r'nave_provisioned_product.private\[.*\] must be replaced', plan)))
        self.says("forces replacement", plan)

    def test_5_a_replacement_is_made(self):
        self.change('owner       = "wiki.services', 'owner       = "docs.services')
        self.says("1 added, 0 changed, 1 destroyed", self.apply())
        self.ask_until("0.1", "docs.services.cloud.example.com", "A", ["A 192.0.2.10", "A 192.0.2.11"])
        self.assertEqual("NXDOMAIN", self.world.dig(self.world.address("0.1"), "wiki.services.cloud.example.com").rcode)

    def test_6_a_failed_update_is_not_recorded_as_done(self):
        product, given = 'version    = "products/outbound"\n  parameters = { ', 'vpc = ["main"]'
        self.change(product + given, product + given + ', rule = ["accounts/hub/rules/gone"]')
        text = self.apply(expect=1)
        self.says("Cannot update nave_provisioned_product accounts/spoke1/provisionedProducts/out", text)
        self.says("accounts/hub/rules/gone", text)
        self.assertEqual({"vpc": ["main"]}, self.state()['nave_provisioned_product.outbound["spoke1"]']["parameters"])
        self.tf("plan", "-input=false", "-detailed-exitcode", expect=2)

    def test_6_a_wrong_value_is_told_where_it_stands(self):
        self.change('"192.0.2.11"', '"192.0.2.300"')
        text = self.tf("validate", expect=1)
        self.says("192.0.2.300", text)
        self.says('in resource "nave_record_set" "wiki"', text)

    def test_6_the_user_stops_a_wait_and_the_operation_goes_on(self):
        self.change(PRIVATE, MORE_VPCS)
        self.tf("plan", "-input=false", "-out=stopped.plan")
        # A resolver that does not answer keeps the operations from their end, as long as its lease lasts.
        resolver = self.world.processes["r2"]
        self.addCleanup(resolver.send, signal.SIGCONT)
        resolver.send(signal.SIGSTOP)
        apply = self.workspace.start_in(self.directory, "apply", "-input=false", "stopped.plan")
        self.addCleanup(apply.stop, signal.SIGKILL)
        apply.wait_for("Modifying...")
        running = self.await_running()
        apply.send(signal.SIGINT)
        self.assertEqual(1, apply.child.wait(parts.STOP_SECONDS))
        self.says("goes on without being waited for", " ".join(apply.output().replace("\u2502", "").split()))
        resolver.send(signal.SIGCONT)
        for operation in running:
            self.assertEqual("SUCCEEDED", self.world.nave_json("operation", "wait", operation)["state"])
        self.assert_no_changes()

    def test_7_drift_is_seen_and_repaired(self):
        self.world.nave("zone", "records", "delete", NAMES["nave_zone.services"], "wiki", "A")
        self.world.nave("rule-association", "delete", NAMES["nave_rule_association.lab"], "--yes")
        self.says("2 to add, 0 to change, 0 to destroy",
                  self.tf("plan", "-input=false", "-detailed-exitcode", expect=2))
        self.says("2 added", self.apply())
        self.assert_no_changes()

    def test_8_everything_is_imported_by_its_name(self):
        directory = self.workspace.configuration("story", "imported")
        for address, name in NAMES.items():
            self.workspace.run_in(directory, "import", "-input=false", address, name)
        self.workspace.run_in(directory, "plan", "-detailed-exitcode", "-input=false")
        self.assertEqual(set(NAMES), set(self.state(directory)))

    def test_8_what_a_product_made_is_not_imported(self):
        directory = self.workspace.configuration("story", "foreign")
        text = self.workspace.run_in(directory, "import", "-input=false", "nave_zone.services", "accounts/spoke1/zones/private",
                           expect=1)
        self.says("OWNED_BY_PRODUCT", text)
        self.says("Cannot import non-existent remote object",
                  self.workspace.run_in(directory, "import", "-input=false", "nave_zone.services", "accounts/hub/zones/none",
                              expect=1))

    def test_8_foreign_records_are_deleted_only_when_told(self):
        self.world.nave("zone", "records", "set", "accounts/spoke2/zones/private", "theirs", "A", "192.0.2.99")
        destroy = ("destroy", "-auto-approve", "-input=false", '-target=nave_provisioned_product.private["spoke2"]')
        self.says("FOREIGN_RECORDS", self.tf(*destroy, expect=1))
        self.assertIn('nave_provisioned_product.private["spoke2"]', self.state())
        self.apply()
        self.change('"products/private"', '"products/private"\n  delete_foreign_records = true')
        self.says("0 added, 2 changed, 0 destroyed", self.apply())
        self.tf(*destroy)
        self.assertNotIn('nave_provisioned_product.private["spoke2"]', self.state())

    def test_8_without_a_control_plane_it_says_so(self):
        text = self.tf("plan", "-input=false", expect=1, NAVE_CONFIG="", HOME=str(self.workspace.temporary))
        self.says("no server is known", text)
        text = self.tf("plan", "-input=false", expect=1, NAVE_TOKEN="wrong")
        self.says("UNAUTHENTICATED", text)

    def test_9_destroy_leaves_nothing(self):
        self.says("12 destroyed", self.tf("destroy", "-auto-approve", "-input=false"))
        self.assertEqual({}, self.state())
        self.assertEqual(self.before, self.listing())
        # Answers end when the resolvers have heard of it.
        self.world.dig_until(self.world.address("1.1"), "app.spoke2.cloud.example.com", "A", [])
        for where, name in (("1.1", "app.spoke2.cloud.example.com"), ("9.1", "www.corp.example.com")):
            self.assertEqual("REFUSED", self.world.dig(self.world.address(where), name).rcode)
        # Every provider that was started has ended, and taken its socket with it.
        self.assertEqual([], list(self.workspace.temporary.glob("nave-terraform-*")))


class TerraformTest(Story, unittest.TestCase):
    fetch = staticmethod(terraform_cli.terraform)


class OpenTofuTest(Story, unittest.TestCase):
    fetch = staticmethod(terraform_cli.opentofu)


if __name__ == "__main__":
    program = unittest.main(exit=False)
    result = program.result
    if result.wasSuccessful() and result.skipped and result.testsRun == 0:
        sys.exit(SKIPPED_EXIT)
    sys.exit(0 if result.wasSuccessful() else 1)
