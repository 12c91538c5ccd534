"""What happens when a part dies, stops or cannot be reached: nothing acknowledged is lost, answers go on."""

import signal
import socket
import threading
import unittest

import world as parts

SPOKE1, SPOKE2, HUB, LAB = "1.1", "2.1", "0.1", "9.1"
HUB_VPC = "accounts/hub/vpcs/hub"


class Relay:
    """TCP between resolvers and naved, that can be cut and joined again."""

    def __init__(self, address, port, target_port):
        self.target = (address, target_port)
        self.open = True
        self.sockets = []
        self.lock = threading.Lock()
        self.listener = socket.create_server((address, port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            with self.lock:
                if not self.open:
                    client.close()
                    server.close()
                    continue
                self.sockets += [client, server]
            pumps = [threading.Thread(target=self.pump, args=ends, daemon=True)
                     for ends in ((client, server), (server, client))]
            for pump in pumps:
                pump.start()
            threading.Thread(target=self.close_after, args=(pumps, client, server), daemon=True).start()

    @staticmethod
    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        Relay.shut(source)
        Relay.shut(sink)

    @staticmethod
    def shut(end):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # closed by the other side already

    def close_after(self, pumps, client, server):
        for pump in pumps:
            pump.join()
        with self.lock:
            for end in (client, server):
                if end in self.sockets:
                    self.sockets.remove(end)
                end.close()

    def cut(self):
        with self.lock:
            self.open = False
            for end in self.sockets:
                self.shut(end)

    def join(self):
        with self.lock:
            self.open = True

    def close(self):
        self.cut()
        self.shut(self.listener)
        self.listener.close()


class RestartsTest(unittest.TestCase):
    def setUp(self):
        self.world = parts.World()
        self.addCleanup(self.world.__exit__, None, None, None)

    def ask(self, where, name, rrtype="A"):
        return self.world.dig(self.world.address(where), name, rrtype)

    def set_record(self, spoke, owner, value, *words):
        self.world.nave("zone", "records", "set", f"{spoke}.cloud.example.com", owner, "A", value, "--ttl", "1",
                        *words, token=f"{spoke}-network")

    def launch_without_waiting(self, name):
        return self.world.nave("launch", "private", "--account", "spoke1", "--name", name, "--param", "vpc=main",
                               "--param", f"domain_name={name}.spoke1.cloud.example.com", "--no-wait",
                               token="spoke1-launcher").strip()

    def test_killed_in_the_middle_of_launches_the_restart_finishes_them(self):
        self.world.start_story()
        # A resolver that does not answer keeps every launch from its end: none is served yet.
        self.world.processes["r2"].send(signal.SIGSTOP)
        operations = [self.launch_without_waiting(f"p{number}") for number in range(8)]
        states = [self.world.nave_json("operation", "show", name)["state"] for name in operations]
        self.assertEqual(["RUNNING"] * 8, states)
        self.world.stop("naved", signal.SIGKILL)
        self.world.start_naved()
        self.world.processes["r2"].send(signal.SIGCONT)
        for name in operations:
            ended = self.world.nave_json("operation", "wait", name, "--timeout", "60s")
            self.assertEqual("SUCCEEDED", ended["state"])
            self.assertNotIn("conditions", ended)
        for number in range(8):
            self.assertEqual("NOERROR", self.ask(SPOKE1, f"p{number}.spoke1.cloud.example.com", "SOA").rcode)
        products = self.world.nave_json("provisioned", "list")
        self.assertEqual({"AVAILABLE"}, {product["state"] for product in products})
        self.assertEqual(8, len(products))
        # One zone with two associations each, and no row beside them.
        rows = self.world.nave_json("ledger", "vpc", "--domain", "spoke1.cloud.example.com")
        self.assertEqual(16, len(rows))
        self.assertEqual({"ASSOCIATED"}, {row["state"] for row in rows})

    def test_killed_again_and_again_while_launches_are_asked_for(self):
        self.world.start_story()
        operations = []
        for round_number in range(4):
            operations += [self.launch_without_waiting(f"p{round_number}{letter}") for letter in "abc"]
            # Wherever the steps are at this moment.
            self.world.stop("naved", signal.SIGKILL)
            self.world.start_naved()
        for name in operations:
            self.assertEqual("SUCCEEDED",
                             self.world.nave_json("operation", "wait", name, "--timeout", "60s")["state"])
        self.assertEqual(12, len(self.world.nave_json("zone", "list", "--account", "spoke1")))
        self.assertEqual([], self.world.nave_json("dead-letters", "list"))

    def test_answers_go_on_without_naved_and_catch_up_after_it(self):
        self.world.start_story()
        self.world.launch_story()
        self.set_record("spoke2", "app", "192.0.2.21", "--wait")
        self.world.stop("naved", signal.SIGKILL)
        self.assertEqual(["A 198.51.100.10"], self.ask(SPOKE1, "www.corp.example.com").answers)
        self.assertEqual(["A 192.0.2.21"], self.ask(SPOKE1, "app.spoke2.cloud.example.com").answers)
        refused = self.world.run("zone", "list", check=False)
        self.assertEqual(3, refused.returncode)
        self.assertIn("cannot reach", refused.stderr)
        self.world.start_naved()
        self.set_record("spoke2", "app", "192.0.2.22", "--wait", "--timeout", "30s")
        answer, _ = self.world.dig_until(self.world.address(SPOKE1), "app.spoke2.cloud.example.com", "A",
                                         ["A 192.0.2.22"])
        self.assertEqual(["A 192.0.2.22"], answer.answers)

    def test_a_resolver_starts_from_its_disk_while_naved_is_away(self):
        self.world.start_story()
        self.world.launch_story()
        self.set_record("spoke1", "app", "192.0.2.11", "--wait")
        self.world.stop("naved", signal.SIGKILL)
        for node in ("r1", "r2"):
            self.world.stop(node)
        self.world.start_resolver("r1", [HUB_VPC])
        self.world.start_resolver("r2", self.world.spoke_vpcs())
        self.assertEqual(["A 192.0.2.11"], self.ask(SPOKE2, "app.spoke1.cloud.example.com").answers)
        self.assertEqual(["A 198.51.100.10"], self.ask(SPOKE1, "www.corp.example.com").answers)
        self.assertEqual("REFUSED", self.ask(LAB, "www.corp.example.com").rcode)
        # And it catches up by itself.
        self.world.start_naved()
        self.set_record("spoke1", "app", "192.0.2.12", "--wait", "--timeout", "30s")
        self.assertEqual(["A 192.0.2.12"], self.ask(SPOKE1, "app.spoke1.cloud.example.com").answers)

    def test_a_state_on_disk_that_is_damaged_is_not_served(self):
        self.world.start_story()
        self.world.launch_story()
        self.world.stop("naved")
        self.world.stop("r2")
        state, = [path for path in (self.world.directory / "r2").iterdir() if path.is_file()]
        data = bytearray(state.read_bytes())
        data[len(data) // 2] ^= 0xff
        state.write_bytes(data)
        self.world.start_resolver("r2", self.world.spoke_vpcs(), ready="set-aside")
        self.assertEqual("TIMEOUT", self.world.dig(self.world.address(SPOKE1), "www.corp.example.com", "A",
                                                   "+time=1").rcode)
        self.world.start_naved()
        answer, _ = self.world.dig_until(self.world.address(SPOKE1), "www.corp.example.com", "A",
                                         ["A 198.51.100.10"], seconds=30.0)
        self.assertEqual(["A 198.51.100.10"], answer.answers)

    def test_the_stream_broken_and_resumed(self):
        host, port = self.world.server.split(":")
        relay = Relay(host, int(port) + 1, int(port))
        self.addCleanup(relay.close)
        self.world.start_story(resolver_server=f"{host}:{int(port) + 1}")
        self.world.launch_story()
        self.set_record("spoke1", "app", "192.0.2.11", "--wait")
        for round_number in range(3):
            relay.cut()
            # Committed while the resolvers cannot hear it; their answers stay.
            self.set_record("spoke1", "app", f"192.0.2.{20 + round_number}")
            before = f"192.0.2.{19 + round_number}" if round_number else "192.0.2.11"
            self.assertEqual([f"A {before}"], self.ask(SPOKE1, "app.spoke1.cloud.example.com").answers)
            relay.join()
            answer, _ = self.world.dig_until(self.world.address(SPOKE1), "app.spoke1.cloud.example.com", "A",
                                             [f"A 192.0.2.{20 + round_number}"], seconds=30.0)
            self.assertEqual([f"A 192.0.2.{20 + round_number}"], answer.answers)

    def test_a_node_that_is_gone_no_longer_counts(self):
        self.world.start_story()
        self.world.stop("r2", signal.SIGKILL)
        # Its lease ends; then nobody serves spoke 1, which is a condition of the result and no failure.
        launched = self.world.nave("launch", "outbound", "--account", "spoke1", "--name", "out", "--param",
                                   "vpc=main", token="spoke1-launcher")
        self.assertIn("AVAILABLE", launched)
        operation, = self.world.nave_json("operation", "list")
        self.assertIn("no live node", " ".join(operation["conditions"]))
        nodes = {node["name"]: node.get("live", False) for node in self.world.nave_json("node", "list")}
        self.assertEqual({"nodes/r1": True, "nodes/r2": False}, nodes)

    def test_a_backup_is_the_store_of_another_naved(self):
        self.world.start_story()
        self.world.launch_story()
        before = self.world.nave("ledger", "vpc")
        copy = self.world.directory / "copy.mdb"
        self.world.nave("backup", str(copy))
        for node in ("r1", "r2"):
            self.world.stop(node)
        self.world.stop("naved")
        store = self.world.directory / "naved" / "store"
        for file in store.iterdir():
            file.unlink()
        copy.rename(store / "store.mdb")
        self.world.start_naved()
        self.assertEqual(before, self.world.nave("ledger", "vpc"))

    def test_a_second_naved_on_the_same_data_is_refused(self):
        self.world.start_naved()
        with self.assertRaises(parts.Failed) as failed:
            self.world.start("second", [self.world.binaries / "naved", "--data-dir", self.world.directory / "naved",
                                        "--listen", f"{self.world.prefix}.0.11:7443"], "naved: serving on")
        self.assertIn("another process", str(failed.exception))
        self.world.processes.pop("second").stop()


if __name__ == "__main__":
    unittest.main()
