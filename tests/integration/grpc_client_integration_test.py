"""A client in another language: the example of docs/grpc_clients.md, reflection, health, rich errors."""

import pathlib
import shutil
import subprocess
import sys
import unittest

import grpc

import world as parts

sys.path.insert(0, str(parts.EXAMPLES))
import client  # noqa: E402


class GrpcClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = parts.World()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.stubs = cls.world.directory / "stubs"
        cls.stubs.mkdir()
        protos = sorted(str(path) for path in (parts.ROOT / "proto" / "nave").rglob("*.proto"))
        subprocess.run(["protoc", "-I", parts.ROOT / "proto", f"--python_out={cls.stubs}",
                        f"--grpc_python_out={cls.stubs}",
                        f"--plugin=protoc-gen-grpc_python={shutil.which('grpc_python_plugin')}", *protos], check=True)
        sys.path.insert(0, str(cls.stubs))
        cls.world.start_story()
        cls.ca = cls.world.directory / "naved" / "tls" / "ca.crt"
        cls.world.make_token("automation", "ADMIN", "organization")
        cls.token = cls.world.tokens["automation"]
        cls.channel = client.connect(cls.world.server, cls.ca, cls.token)
        cls.addClassCleanup(cls.channel.close)

    def raw(self, method, request):
        return self.channel.unary_unary(method)(request, timeout=10)

    def test_the_example_makes_an_account_and_watches_a_launch_until_it_is_served(self):
        done = subprocess.run([sys.executable, parts.EXAMPLES / "client.py", "--server", self.world.server, "--ca",
                               self.ca, "--token", self.token, "--stubs", self.stubs, "--account", "vended"],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual("SUCCEEDED", lines[-1])
        types = [line.split()[1] for line in lines[:-1]]
        self.assertEqual(["nave.product.launch_requested", "nave.product.step_done", "nave.product.step_done",
                          "nave.product.succeeded"], types)
        self.assertEqual(sorted(int(line.split()[0]) for line in lines[:-1]),
                         [int(line.split()[0]) for line in lines[:-1]])
        self.assertEqual(2, len(self.world.nave_json("rule-association", "list", "--account", "vended")))

    def test_errors_carry_their_reason(self):
        from nave.api.v1 import common_pb2
        from nave.governance.v1 import vpc_pb2, vpc_pb2_grpc
        with self.assertRaises(grpc.RpcError) as failed:
            vpc_pb2_grpc.VpcServiceStub(self.channel).GetVpc(common_pb2.GetRequest(name="accounts/hub/vpcs/none"),
                                                             timeout=10)
        self.assertEqual(grpc.StatusCode.NOT_FOUND, failed.exception.code())
        details = dict(failed.exception.trailing_metadata())["grpc-status-details-bin"]
        self.assertIn(b"google.rpc.ErrorInfo", details)
        self.assertIn(b"NOT_FOUND", details)
        self.assertIn(b"accounts/hub/vpcs/none", details)
        self.assertIsInstance(vpc_pb2.Vpc(), vpc_pb2.Vpc)

    def test_the_same_request_id_changes_things_once(self):
        from nave.api.v1 import common_pb2
        from nave.governance.v1 import vpc_pb2, vpc_pb2_grpc
        service = vpc_pb2_grpc.VpcServiceStub(self.channel)
        request = vpc_pb2.CreateVpcRequest(vpc=vpc_pb2.Vpc(name="accounts/lab/vpcs/again"),
                                           mutation=common_pb2.Mutation(request_id="once"))
        first = service.CreateVpc(request, timeout=10)
        self.assertEqual(first, service.CreateVpc(request, timeout=10))
        request.vpc.region = "elsewhere"
        with self.assertRaises(grpc.RpcError) as failed:
            service.CreateVpc(request, timeout=10)
        self.assertIn(b"REQUEST_ID_REUSED", dict(failed.exception.trailing_metadata())["grpc-status-details-bin"])

    def test_without_a_token_nothing_is_told(self):
        with open(self.ca, "rb") as file:
            tls = grpc.ssl_channel_credentials(file.read())
        with grpc.secure_channel(self.world.server, tls) as channel:
            with self.assertRaises(grpc.RpcError) as failed:
                channel.unary_unary("/nave.governance.v1.VpcService/ListVpcs")(b"", timeout=10)
        self.assertEqual(grpc.StatusCode.UNAUTHENTICATED, failed.exception.code())

    def test_health_and_reflection(self):
        # HealthCheckResponse{status: SERVING}
        self.assertEqual(b"\x08\x01", self.raw("/grpc.health.v1.Health/Check", b""))
        # ServerReflectionRequest{list_services: ""}
        answers = self.channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")(
            iter([b"\x3a\x00"]), timeout=10)
        listed = next(answers)
        for proto in (parts.ROOT / "proto" / "nave").rglob("*.proto"):
            text = pathlib.Path(proto).read_text()
            package = text.split("package ")[1].split(";")[0]
            for line in text.splitlines():
                if line.startswith("service ") and package.startswith("nave."):
                    self.assertIn(f"{package}.{line.split()[1]}".encode(), listed)


if __name__ == "__main__":
    unittest.main()
