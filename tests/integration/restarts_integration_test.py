"""What happens when a part dies, stops or cannot be reached: nothing acknowledged is lost, answers go on."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
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

    def test_a_disk_that_is_full_or_read_only_keeps_nothing_from_being_served(self):
        # The directory of the state is a file system of its own, which no other process sees.
        private = ["unshare", "--mount", "--propagation", "private"]
        if subprocess.run([*private, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("this user may not make a mount namespace")
        self.world.start_story()
        self.world.launch_story()
        self.set_record("spoke1", "app", "192.0.2.11", "--wait")
        self.world.stop("r2")
        directory = self.world.directory / "r2"
        shutil.rmtree(directory)
        directory.mkdir()
        mount = f'mount -t tmpfs -o size=256k tmpfs "{directory}" && exec "$@"'
        process = self.world.start_resolver("r2", self.world.spoke_vpcs(),
                                            wrapper=[*private, "sh", "-c", mount, "sh"])
        inside = pathlib.Path(f"/proc/{process.child.pid}/root{directory}")
        self.wait_for_state(inside, "192.0.2.11")
        remount = ["nsenter", "--target", str(process.child.pid), "--mount", "mount", "-o"]
        filler = inside / "filler"

        def fill():
            with open(filler, "wb", buffering=0) as file:
                try:
                    while file.write(b"x" * 4096):
                        pass
                except OSError:
                    pass  # full

        for octet, breaks, mends in (
                (12, fill, filler.unlink),
                (13, lambda: subprocess.run([*remount, "remount,ro", str(directory)], check=True),
                 lambda: subprocess.run([*remount, "remount,rw", str(directory)], check=True))):
            breaks()
            failures = process.output().count("the last state is not on disk")
            self.set_record("spoke1", "app", f"192.0.2.{octet}", "--wait")
            # It is served and acknowledged all the same, and the state before is there, whole.
            self.assertEqual([f"A 192.0.2.{octet}"], self.ask(SPOKE1, "app.spoke1.cloud.example.com").answers)
            self.until(lambda: process.output().count("the last state is not on disk") > failures)
            self.assertIn(f"192.0.2.{octet - 1}".encode(), (inside / "state").read_bytes())
            mends()
            # Without a change that would bring a newer one.
            self.wait_for_state(inside, f"192.0.2.{octet}")
        # A process on that disk serves it without naved.
        kept = (inside / "state").read_bytes()
        self.world.stop("naved", signal.SIGKILL)
        self.world.stop("r2", signal.SIGKILL)
        (directory / "state").write_bytes(kept)
        self.world.start_resolver("r2", self.world.spoke_vpcs())
        self.assertEqual(["A 192.0.2.13"], self.ask(SPOKE1, "app.spoke1.cloud.example.com").answers)

    def until(self, holds, seconds=30.0):
        deadline = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), deadline, "it did not come")
            time.sleep(0.02)

    def wait_for_state(self, directory, text):
        state = directory / "state"
        self.until(lambda: state.exists() and text.encode() in state.read_bytes())

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


class StepOfTheTimeOfDayTest(unittest.TestCase):
    """Years forward and back: what is cached neither ends at once nor lives for ever, and questions get answers."""

    YEARS = 5 * 365 * 24 * 3600

    def setUp(self):
        self.world = parts.World()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.asked = 0
        self.target = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.target.bind((self.world.address("0.54"), 0))
        threading.Thread(target=self.serve, daemon=True).start()
        self.addCleanup(self.target.close)
        self.step = self.world.directory / "step"
        self.step.write_text("0")
        self.start()

    def serve(self):
        """Answers each question with one A record for 300 seconds."""
        while True:
            try:
                query, peer = self.target.recvfrom(4096)
            except OSError:
                return
            self.asked += 1
            end = query.index(0, 12) + 5
            record = bytes.fromhex("c00c00010001") + (300).to_bytes(4, "big") + bytes([0, 4, 192, 0, 2, 5])
            header = query[:2] + bytes.fromhex("81800001000100000000")
            self.target.sendto(header + query[12:end] + record, peer)

    def start(self):
        address, port = self.target.getsockname()
        snapshot = {"listeners": [{"address": f"{self.world.address(SPOKE1)}:{parts.DNS_PORT}", "views": ["v"]}],
                    "views": [{"name": "v", "rules": ["r"]}],
                    "rules": [{"name": "r", "domainName": ".", "kind": "FORWARD",
                               "targets": [{"address": address, "port": port}]}]}
        path = self.world.directory / "snapshot.json"
        path.write_text(json.dumps(snapshot))
        shim = self.world.binaries.parent / "tests" / "libstep_clock.so"
        env = dict(os.environ, LD_PRELOAD=str(shim), NAVE_STEP_CLOCK_FILE=str(self.step))
        self.process = self.world.start("resolver", [self.world.binaries / "nave-resolver", "--snapshot", path,
                                                     "--workers", 1], "nave-resolver: serving", env)

    def step_to(self, seconds):
        """Steps, and sees in the log that the program has the other year."""
        self.step.write_text(str(seconds))
        year = time.gmtime(time.time() + seconds).tm_year
        self.process.send(signal.SIGHUP)
        self.process.wait_for(f"{year}-")

    def ttl(self, name):
        answer = self.world.dig(self.world.address(SPOKE1), name, "A")
        self.assertEqual(["A 192.0.2.5"], answer.answers, answer.text)
        line, = [line for line in answer.text.splitlines() if line.startswith(name)]
        return int(line.split()[1])

    def test_forward_and_back(self):
        last = self.ttl("cached.example.com")
        self.assertEqual(1, self.asked)
        for number, seconds in enumerate((self.YEARS, -self.YEARS, 0)):
            self.step_to(seconds)
            ttl = self.ttl("cached.example.com")
            self.assertEqual(1 + number, self.asked, "the answer is still cached")
            self.assertLessEqual(ttl, last)
            self.assertGreater(ttl, 0)
            last = ttl
            # And what is not cached is asked for.
            self.assertEqual(300, self.ttl(f"new{number}.example.com"))
            self.assertEqual(2 + number, self.asked)


if __name__ == "__main__":
    unittest.main()
