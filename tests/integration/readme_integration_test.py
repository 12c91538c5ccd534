"""The commands of the README's section `Use it`, run as they stand, at addresses and in a directory of their own."""

import re
import subprocess
import unittest

import world as parts


def commands():
    """The lines of the section's block, joined where they go on, without their comments."""
    text = (parts.ROOT / "README.md").read_text()
    section = text.split("## Use it")[1].split("\n## ")[0]
    block = "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))
    lines = block.replace("\\\n", " ").splitlines()
    return [re.sub(r"\s{2,}#.*", "", re.sub(r" {2,}(?!#)", " ", line)).strip() for line in lines]


class ReadmeTest(unittest.TestCase):
    def setUp(self):
        self.world = parts.World()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.world.start_bind()
        self.environment = {"PATH": f"{self.world.binaries}:/usr/sbin:/usr/bin:/bin", "HOME": str(self.world.directory)}

    def moved(self, line):
        """The line with this world's directory and addresses, and with a yes, for there is no terminal."""
        line = line.replace("/var/lib/nave", str(self.world.directory / "nave"))
        line = line.replace("127.0.0.1:7443", self.world.server)
        line = line.replace("docs/examples/landing-zone.yaml", self.world.example("landing-zone.yaml") + " --yes")
        if line.startswith("naved "):
            line += f" --listen {self.world.server}"
        return line

    def run_line(self, line):
        words = self.moved(line).split()
        if words[0] == "export":
            name, value = words[1].split("=", 1)
            self.environment[name] = value
        elif words[0] in ("naved", "nave-resolver"):
            process = parts.Process(words[0], [self.world.binaries / words[0], *words[1:]],
                                    self.world.directory / f"{words[0]}.log", env=self.environment,
                                    cwd=self.world.directory)
            self.world.processes[words[0]] = process
            process.wait_for(f"{words[0]}: serving")
        else:
            done = subprocess.run([self.world.binaries / words[0], *words[1:]], capture_output=True, text=True,
                                  timeout=120, env=self.environment, cwd=self.world.directory,
                                  stdin=subprocess.DEVNULL)
            self.assertEqual(0, done.returncode, f"{line}\n{done.stdout}{done.stderr}")
            return done.stdout
        return ""

    def test_the_commands_work_in_their_order(self):
        lines = commands()
        self.assertGreaterEqual(len(lines), 9)
        printed = [self.run_line(line) for line in lines]
        self.assertIn("192.0.2.11", printed[-2])  # explain
        self.assertIn("spoke1.cloud.example.com.", printed[-1])  # ledger
        answer = self.world.dig(self.world.address("1.1"), "app.spoke1.cloud.example.com")
        self.assertEqual(["A 192.0.2.11"], answer.answers)


if __name__ == "__main__":
    unittest.main()
