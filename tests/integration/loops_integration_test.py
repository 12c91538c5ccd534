"""Forwarding loops between real processes on hosts of their own, and the plan that refuses them."""

import concurrent.futures
import json
import shutil
import subprocess
import time
import unittest

import network
import world as parts

HUBS = (1, 2, 3)
LEAF, BIND, CLIENT, OTHER_CLIENT = 4, 5, 6, 7
# Where each hub forwards what; 10.77.0.N is host N.
WAYS = {
    "two.example.": {1: 2, 2: 1},
    "three.example.": {1: 2, 2: 3, 3: 1},
    # The way from 1 runs into a loop that does not pass 1.
    "rho.example.": {1: 2, 2: 3, 3: 2},
    "chain.example.": {1: 2, 2: 3, 3: LEAF},
    "back.example.": {1: BIND},
    "corp.example.": {1: BIND},
}
LOOP_ERROR = "EDE: 49313"
# More than any of these loops needs, also when a slow machine makes a resolver ask again.
QUERIES_MAX = 24
ASKED_AT_ONCE = 40

NAMED_CONF = """
options {{
  directory "{directory}";
  pid-file none;
  session-keyfile "{directory}/session.key";
  listen-on port 53 {{ 10.77.0.5; }};
  listen-on-v6 {{ none; }};
  query-source address 10.77.0.5;
  recursion yes;
  allow-query {{ any; }};
  allow-recursion {{ any; }};
  dnssec-validation no;
  empty-zones-enable no;
}};
controls {{ }};
zone "corp.example" {{ type primary; file "corp.zone"; }};
zone "back.example" {{ type forward; forward only; forwarders {{ 10.77.0.1 port 53; }}; }};
"""
CORP_ZONE = """$TTL 0
@ SOA ns hostmaster 1 3600 600 86400 1
@ NS ns
ns A 10.77.0.5
* A 198.51.100.10
"""


def snapshot_of(host):
    """What a resolver on a host serves: the rules of its hub, or the leaf's zone."""
    rules = [{"name": f"rules/{domain}at-{host}", "domainName": domain, "kind": "FORWARD",
              "targets": [{"address": f"10.77.0.{ways[host]}", "port": 53}]}
             for domain, ways in WAYS.items() if host in ways]
    apex = "chain.example." if host == LEAF else f"host{host}.example."
    zone = {"name": "zones/own", "apex": apex,
            "rrsets": [{"owner": f"*.{apex}", "type": "A", "ttl": 0, "rdata": ["192.0.2.1"]}]}
    return {"revision": "1", "rules": rules, "zones": [zone],
            "listeners": [{"address": f"10.77.0.{host}:53", "views": ["vpc"]}],
            "views": [{"name": "vpc", "zones": ["zones/own"], "rules": [rule["name"] for rule in rules]}]}


class NetworkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = network.begin(cls, (*HUBS, LEAF, BIND, CLIENT, OTHER_CLIENT))
        cls.world = parts.World()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        for host in (*HUBS, LEAF):
            cls.start_resolver(host)
        cls.start_bind()

    @classmethod
    def start_resolver(cls, host):
        path = cls.world.directory / f"host{host}.json"
        path.write_text(json.dumps(snapshot_of(host)))
        command = [cls.world.binaries / "nave-resolver", "--snapshot", path,
                   "--metrics-address", f"10.77.0.{host}:9100", "--workers", 2]
        cls.world.start(f"host{host}", cls.network.within(host, *command), "nave-resolver: serving")

    @classmethod
    def start_bind(cls):
        directory = cls.world.directory
        (directory / "corp.zone").write_text(CORP_ZONE)
        (directory / "named.conf").write_text(NAMED_CONF.format(directory=directory))
        named = shutil.which("named") or "/usr/sbin/named"
        cls.world.start("bind", cls.network.within(BIND, named, "-g", "-n", "1", "-c", directory / "named.conf"),
                        "all zones loaded")

    def ask(self, name, host=1, client=CLIENT):
        done = subprocess.run(self.network.dig(client, host, name), capture_output=True, text=True, timeout=60)
        return parts.Answer(done.stdout)

    def metric(self, host, name):
        return self.network.metric(CLIENT, host, name)

    def metric_above(self, host, name, before):
        """The metric once it has grown: workers hand in their counts now and then."""
        deadline = time.monotonic() + parts.START_SECONDS
        while self.metric(host, name) <= before:
            self.assertLess(time.monotonic(), deadline, f"{name} of host {host} stays {before}")
        return self.metric(host, name)

    def queries(self):
        """What all hubs were asked so far. A hub's count is read when its answer to this marker is in it."""
        total = 0
        for host in HUBS:
            before = self.metric(host, "nave_resolver_queries_total")
            self.assertEqual("NOERROR", self.ask(f"marker.host{host}.example", host).rcode)
            total += self.metric_above(host, "nave_resolver_queries_total", before)
        return total

    def expect_loop(self, name, rules):
        before = self.queries()
        answer = self.ask(name)
        self.assertEqual("SERVFAIL", answer.rcode, answer.text)
        self.assertIn(LOOP_ERROR, answer.text)
        self.assertTrue(any(f"rules/{rule}" in answer.text for rule in rules), answer.text)
        # Three of them are the markers.
        self.assertLessEqual(self.queries() - before - len(HUBS), QUERIES_MAX)
        self.expect_life()

    def expect_life(self):
        for process in self.world.processes.values():
            self.assertIsNone(process.child.poll(), process.name)
        self.assertEqual(["A 192.0.2.1"], self.ask("alive.chain.example").answers)

    def test_two_that_forward_to_each_other(self):
        self.expect_loop("www.two.example", ["two.example.at-1"])

    def test_three_in_a_circle(self):
        self.expect_loop("www.three.example", ["three.example.at-1"])

    def test_a_way_that_runs_into_a_loop(self):
        self.expect_loop("www.rho.example", ["rho.example.at-2"])

    def test_a_name_server_that_knows_no_hops_forwards_back(self):
        answer = self.ask("www.back.example")
        self.assertEqual("SERVFAIL", answer.rcode, answer.text)
        self.metric_above(1, "nave_resolver_loops_total", 0)
        self.expect_life()

    def test_loops_from_all_sides_at_once_end_all(self):
        # Each hub is asked the same, so that each waits for the next one's answer at the same time.
        with concurrent.futures.ThreadPoolExecutor(max_workers=ASKED_AT_ONCE) as pool:
            asked = [pool.submit(self.ask, "at-once.three.example", HUBS[i % 3], (CLIENT, OTHER_CLIENT)[i % 2])
                     for i in range(ASKED_AT_ONCE)]
            self.assertEqual({"SERVFAIL"}, {one.result().rcode for one in asked})
        self.expect_life()

    def test_a_chain_through_three_hubs_is_no_loop(self):
        self.assertEqual(["A 192.0.2.1"], self.ask("www.chain.example").answers)

    def test_equal_questions_at_once_are_no_loop(self):
        # Two clients ask the same; a target of the hub asks something else through it.
        with concurrent.futures.ThreadPoolExecutor(max_workers=ASKED_AT_ONCE) as pool:
            asked = []
            for i in range(ASKED_AT_ONCE // 2):
                asked.append(pool.submit(self.ask, "equal.corp.example", 1, (CLIENT, OTHER_CLIENT)[i % 2]))
                asked.append(pool.submit(self.ask, "equal.chain.example", 1, (BIND, CLIENT)[i % 2]))
            for one in asked:
                self.assertEqual("NOERROR", one.result().rcode, one.result().text)

    def test_the_next_hub_may_ask_the_other_way(self):
        # Host 2 is a target of host 1, and asks it what host 1 does not forward to it.
        self.assertEqual("NOERROR", self.ask("www.corp.example", 1, 2).rcode)


class PlanTest(unittest.TestCase):
    """The declared name server makes the change be refused that would close the loop."""

    def setUp(self):
        self.world = parts.World()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.world.start_naved()
        self.world.nave("apply", "--yes", "--no-wait", "-f", self.world.example("landing-zone.yaml"))

    def declare(self, target, ways=("--yes", "--no-wait")):
        path = self.world.directory / "name-server.yaml"
        path.write_text(f"""kind: NameServer
name: accounts/hub/nameServers/datacenter
spec:
  addresses: ["127.0.0.1:{self.world.bind_port()}"]
  forwards: [{{domain_name: corp.example.com., {target}}}]
""")
        return self.world.run("apply", *ways, "-f", path, check=False)

    def expect_refused(self, done):
        self.assertNotEqual(0, done.returncode)
        text = done.stdout + done.stderr
        self.assertIn("RULE_LOOP", text)
        self.assertIn("-(rule accounts/hub/rules/corp)-> accounts/hub/nameServers/datacenter", text)

    def test_the_association_that_closes_the_loop_is_refused(self):
        done = self.declare("inbound_endpoint: accounts/hub/endpoints/inbound")
        self.assertEqual(0, done.returncode, done.stderr)
        associate = ["rule-association", "create", "accounts/hub/ruleAssociations/corp", "--rule",
                     "accounts/hub/rules/corp", "--vpc", "accounts/hub/vpcs/hub"]
        self.expect_refused(self.world.run(*associate, check=False))
        self.world.nave("name-server", "delete", "accounts/hub/nameServers/datacenter", "--yes")
        self.world.nave(*associate)
        for ways in (["--plan"], ["--yes", "--no-wait"]):
            self.expect_refused(self.declare("inbound_endpoint: accounts/hub/endpoints/inbound", ways))
        self.assertNotIn("datacenter", self.world.nave("name-server", "list"))

    def test_the_launch_that_closes_the_loop_is_refused_by_its_plan(self):
        address = self.world.address("1.1")
        done = self.declare(f'addresses: ["{address}:{parts.DNS_PORT}"]')
        self.assertEqual(0, done.returncode, done.stderr)
        launch = ["launch", "outbound", "--account", "spoke1", "--name", "out", "--param", "vpc=main"]
        self.expect_refused(self.world.run(*launch, "--plan", check=False))
        self.expect_refused(self.world.run(*launch, check=False))


if __name__ == "__main__":
    unittest.main()
