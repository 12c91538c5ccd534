"""Every flag, environment variable and file of the three programs, given wrongly: a sentence that names it, nothing done.

The flags come from --help and the variables from the sources: one without its case here fails.
"""

import os
import re
import subprocess
import unittest

import world as parts

# A flag -> (what is given, what the message says). None: any text is taken, and the missing value alone is tried.
NAVED = {
    "--data-dir": ("/dev/null/x", "/dev/null"),
    "--listen": ("nowhere:port", "--listen"),
    "--metrics-address": ("127.0.0.1:99999", "--metrics-address"),
    "--tls-cert": ("/none.crt", "--tls-cert"),
    "--tls-key": ("/none.key", "--tls-cert"),
    "--tls-ca": ("/none.crt", "--tls-cert"),
    "--tls-name": ("a b", "a b"),
    "--log-level": ("loud", "--log-level"),
    "--log-format": ("xml", "--log-format"),
}
RESOLVER = {
    "--snapshot": ("/none.json", "/none.json"),
    "--control-plane": ("nowhere", "--"),
    "--node": None,
    "--vpc": ("accounts", "--vpc"),
    "--ca": ("/none.crt", "--"),
    "--token-file": ("/none.token", "--"),
    "--state-dir": ("/dev/null/x", "--"),
    "--workers": ("many", "--workers"),
    "--cache-mib": ("-1", "--cache-mib"),
    "--tcp-connections": ("0", "--tcp-connections"),
    "--tcp-connections-per-client": ("x", "--tcp-connections-per-client"),
    "--tcp-idle-timeout": ("7000", "--tcp-idle-timeout"),
    "--cache-ttl-min": ("90000", "--cache-ttl-min"),
    "--cache-ttl-max": ("0", "--cache-ttl-max"),
    "--cache-negative-ttl-max": ("forever", "--cache-negative-ttl-max"),
    "--serve-stale": ("forever", "--serve-stale"),
    "--client-rate": ("-1", "--client-rate"),
    "--vpc-rate": ("many", "--vpc-rate"),
    "--answer-rate": ("-5", "--answer-rate"),
    "--rate-exempt": ("10.0.0.1/8", "--rate-exempt"),
    "--cookie-secret-file": ("/none.secrets", "--"),
    "--metrics-address": ("127.0.0.1:99999", "--metrics-address"),
    "--log-level": ("loud", "--log-level"),
    "--log-format": ("xml", "--log-format"),
}
NAVE = {
    "--config": ("/dev/null/x", "server"),
    "--context": ("none", "none"),
    "--server": ("127.0.0.1:1", "127.0.0.1:1"),
    "--ca": ("/none.crt", "/none.crt"),
    "--token": None,
    "--output": ("xml", "--output"),
}
# A variable -> what it is set to, and what `nave whoami` says then.
VARIABLES = {"NAVE_CONFIG": ("/none.yaml", "no server is known"), "NAVE_TOKEN": ("wrong", "UNAUTHENTICATED"),
             "HOME": ("/none", "no server is known"), "NOTIFY_SOCKET": ("/none", None)}


class FlagsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = parts.World()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.world.start_naved()

    def run_program(self, name, *words, **environment):
        return subprocess.run([self.world.binaries / name, *map(str, words)], capture_output=True, text=True,
                              timeout=30, stdin=subprocess.DEVNULL, cwd=self.world.directory,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.world.directory), **environment})

    def refused(self, done, said):
        """Ended by itself with an error code, not by a signal, and said what it is about in a line or two."""
        self.assertIn(done.returncode, (1, 2, 3), done.stdout + done.stderr)
        self.assertIn(said, done.stderr)
        self.assertLess(len(done.stderr), 2000)

    def check_flags(self, name, cases, base, tail=()):
        listed = set(re.findall(r"^\s+(?:-\w,)?(--[\w-]+) (?:TEXT|INT|UINT|FORM)", self.run_program(name, "--help").stdout,
                                re.M))
        self.assertEqual(set(cases), listed, "a flag without its case, or a case without its flag")
        for flag, case in cases.items():
            with self.subTest(f"{name} {flag}"):
                self.refused(self.run_program(name, *tail, flag), flag)
                if case is not None:
                    value, said = case
                    words = [word for key, word in base.items() if key != flag for word in (key, word)]
                    self.refused(self.run_program(name, *words, flag, value, *tail), said)

    def test_naved(self):
        self.check_flags("naved", NAVED, {"--data-dir": self.world.directory / "other", "--listen": "127.0.0.1:0"})
        self.assertFalse((self.world.directory / "other" / "store").exists(), "nothing is made before all is checked")

    def test_nave_resolver(self):
        self.check_flags("nave-resolver", RESOLVER, {})

    def test_nave(self):
        self.check_flags("nave", NAVE, {"--config": self.world.config()}, tail=("whoami",))

    def test_unknown_words(self):
        for name in ("naved", "nave-resolver", "nave"):
            self.refused(self.run_program(name, "--wrong"), "--wrong")
            self.refused(self.run_program(name, "wrong"), "wrong")

    def test_environment(self):
        sources = subprocess.run(["git", "-C", parts.ROOT, "grep", "-hoE",
                                  r'(getenv|Environment)\("[A-Z_]+"\)', "--", "server", "cli", "resolver", "lib"],
                                 capture_output=True, text=True).stdout
        self.assertEqual(set(VARIABLES), set(re.findall(r'"([A-Z_]+)"', sources)))
        for variable, (value, said) in VARIABLES.items():
            with self.subTest(variable):
                environment = {"NAVE_CONFIG": self.world.config()} if variable == "NAVE_TOKEN" else {}
                done = self.run_program("nave", "whoami", **{**environment, variable: value})
                self.refused(done, said or "no server is known")

    def test_files(self):
        directory = self.world.directory
        broken = {"empty": b"", "binary": bytes(range(256)), "text": b"hello: [", "deep": b"[" * 100000}
        for kind, data in broken.items():
            with self.subTest(kind):
                path = directory / f"broken-{kind}"
                path.write_bytes(data)
                # A context file, a manifest, a snapshot, a CA, a token.
                self.refused(self.run_program("nave", "--config", path, "whoami"), "")
                applied = self.run_program("nave", "--config", self.world.config(), "apply", "--yes", "-f", path)
                if kind != "empty":
                    self.refused(applied, str(path))
                self.refused(self.run_program("nave-resolver", "--snapshot", path, "--check"), str(path))
                self.refused(self.run_program("nave", "--server", self.world.server, "--ca", path, "whoami"), str(path))
        self.assertEqual([], self.world.nave_json("account", "list"))


if __name__ == "__main__":
    unittest.main()
