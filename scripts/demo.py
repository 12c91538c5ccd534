"""The story on real parts, one line for each check: `ok` or `not ok`, what was asked, what came."""

import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import world as parts  # noqa: E402

PREFIX = "127.53"
DIRECTORY = ROOT / ".demo"
HUB, INBOUND, SPOKE1, SPOKE2, LAB, ON_PREMISES = "0.1", "0.2", "1.1", "2.1", "9.1", "on-premises"


class Checks:
    def __init__(self, world):
        self.world = world
        self.failed = 0

    def say(self, good, what, came):
        self.failed += not good
        print(f"{'ok    ' if good else 'not ok'} {what}: {came}", flush=True)

    def answers(self, what, where, name, wanted, rrtype="A", *options):
        """`wanted`: the answers, or an RCODE when there must be none."""
        answer = self.world.dig(self.world.address(where), name, rrtype, *options)
        good = answer.rcode == wanted and not answer.answers if isinstance(wanted, str) else answer.answers == wanted
        self.say(good, f"{what}, {name} {rrtype}", answer)


def check_story(world, checks):
    checks.answers("spoke 1 -> on-premises", SPOKE1, "www.corp.example.com", ["A 198.51.100.10"])
    checks.answers("spoke 2 -> on-premises", SPOKE2, "www.corp.example.com", ["A 198.51.100.10"])
    checks.answers("on-premises -> spoke 1 through the inbound endpoint", ON_PREMISES,
                   "app.spoke1.cloud.example.com", ["A 192.0.2.11"])
    checks.answers("spoke 1 -> spoke 2", SPOKE1, "app.spoke2.cloud.example.com", ["A 192.0.2.21"])
    checks.answers("spoke 2 -> spoke 1", SPOKE2, "app.spoke1.cloud.example.com", ["A 192.0.2.11"])
    checks.answers("spoke 1 -> the hub's zone", SPOKE1, "status.cloud.example.com", ["A 192.0.2.80"])
    checks.answers("spoke 1, a CNAME followed to on-premises", SPOKE1, "intranet.spoke1.cloud.example.com",
                   ["CNAME www.corp.example.com.", "A 198.51.100.10"])
    checks.answers("spoke 1, a name that its zone lacks", SPOKE1, "none.spoke1.cloud.example.com", "NXDOMAIN")
    for name in ("www.corp.example.com", "app.spoke1.cloud.example.com", "status.cloud.example.com"):
        checks.answers("a VPC without products", LAB, name, "REFUSED")
    big = world.dig(world.address(SPOKE1), "long.corp.example.com", "TXT")
    checks.say(big.tcp and len(big.answers) == 41, "an answer that does not fit comes by TCP, long.corp.example.com TXT",
               f"{len(big.answers)} values, {'TCP' if big.tcp else 'UDP'}")


def check_change(world, checks):
    world.change_snapshot('"192.0.2.21"', '"192.0.2.22"')
    answer, passed = world.dig_until(world.address(SPOKE2), "app.spoke2.cloud.example.com", "A", ["A 192.0.2.22"])
    checks.say(answer.answers == ["A 192.0.2.22"], "a changed record answers after a reload", f"{answer} after {passed:.0f} ms")


HINTS = """
Everything is up. Try, in another terminal:
  dig @127.53.1.1 -p 5300 www.corp.example.com          # spoke 1 asks on-premises
  dig @127.0.0.1 -p 15353 app.spoke1.cloud.example.com # on-premises asks spoke 1
  dig @127.53.9.1 -p 5300 www.corp.example.com          # a VPC that launched nothing
Ctrl-C ends it."""


def main():
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    with parts.World(directory=DIRECTORY, prefix=PREFIX) as world:
        world.start_bind()
        world.start_file_resolver()
        checks = Checks(world)
        check_story(world, checks)
        check_change(world, checks)
        print(f"{'every check passed' if checks.failed == 0 else f'{checks.failed} checks failed'}", flush=True)
        if "--once" not in sys.argv:
            print(HINTS, flush=True)
            try:
                world.processes["resolver"].child.wait()
            except KeyboardInterrupt:
                print()
        return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
