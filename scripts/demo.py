"""The story on real parts, one line for each check: `ok` or `not ok`, what was asked, what came."""

import pathlib
import shutil
import signal
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import terraform_cli  # noqa: E402
import world as parts  # noqa: E402

PREFIX = "127.53"
DIRECTORY = ROOT / ".demo"
HUB, SPOKE1, SPOKE2, LAB, ON_PREMISES = "0.1", "1.1", "2.1", "9.1", "on-premises"
MAX_RECORD_MS = 100

# What the ledgers hold once the story is told.
LAUNCHED_ZONES = {("accounts/spoke1", "accounts/spoke1/zones/private", "spoke1.cloud.example.com."),
                  ("accounts/spoke2", "accounts/spoke2/zones/private", "spoke2.cloud.example.com."),
                  ("accounts/hub", "accounts/hub/zones/cloud", "cloud.example.com.")}
SHARED_RULES = {("accounts/hub/rules/cloud", "cloud.example.com."), ("accounts/hub/rules/corp", "corp.example.com.")}
ACCOUNT_ROWS = LAUNCHED_ZONES | {(account, rule, domain) for account in ("accounts/spoke1", "accounts/spoke2")
                                 for rule, domain in SHARED_RULES}
VPC_ROWS = {("accounts/hub/zones/cloud", "accounts/hub/vpcs/hub", ""),
            ("accounts/hub/zones/cloud", "accounts/spoke1/vpcs/main", "accounts/spoke1/provisionedProducts/in")}
for spoke in ("accounts/spoke1", "accounts/spoke2"):
    VPC_ROWS |= {(rule, f"{spoke}/vpcs/main", f"{spoke}/provisionedProducts/out") for rule, _ in SHARED_RULES}
    VPC_ROWS |= {(f"{spoke}/zones/private", vpc, f"{spoke}/provisionedProducts/private")
                 for vpc in (f"{spoke}/vpcs/main", "accounts/hub/vpcs/hub")}


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

    def resolves_nothing(self, what, where):
        for name in ("www.corp.example.com", "app.spoke1.cloud.example.com", "status.cloud.example.com"):
            self.answers(what, where, name, "REFUSED")

    def succeeded(self, what, *words, token=None):
        done = self.world.run(*words, token=token, check=False)
        lines = (done.stdout + done.stderr).strip().splitlines()
        self.say(done.returncode == 0, what, lines[-1] if lines else "done")

    def ledgers(self, what, account_rows, vpc_rows):
        found = {(row["account"], row["resource"], row["domain_name"])
                 for row in self.world.nave_json("ledger", "account")}
        self.say(found == account_rows, f"{what}, account ledger",
                 f"{len(found)} rows" if found == account_rows else f"differs by {sorted(found ^ account_rows)}")
        rows = self.world.nave_json("ledger", "vpc")
        found = {(row["resource"], row["vpc"], row.get("product", "")) for row in rows}
        good = found == vpc_rows and all(row["state"] == "ASSOCIATED" and row["resource_consent"]["principal"]
                                         and row["vpc_consent"]["principal"] and row["since"] for row in rows)
        self.say(good, f"{what}, VPC ledger: who asked, who consented, since when",
                 f"{len(found)} rows" if good else f"differs by {sorted(found ^ vpc_rows)}")


def set_record(world, spoke, owner, rrtype, value, *words):
    world.nave("zone", "records", "set", f"{spoke}.cloud.example.com", owner, rrtype, value, "--wait", *words,
               token=f"{spoke}-network")


def check_resolution(world, checks):
    checks.answers("spoke 1 -> on-premises", SPOKE1, "www.corp.example.com", ["A 198.51.100.10"])
    checks.answers("spoke 2 -> on-premises", SPOKE2, "www.corp.example.com", ["A 198.51.100.10"])
    checks.answers("on-premises -> spoke 1 through the inbound endpoint", ON_PREMISES,
                   "app.spoke1.cloud.example.com", ["A 192.0.2.11"])
    checks.answers("on-premises -> the hub's zone", ON_PREMISES, "status.cloud.example.com", ["A 192.0.2.80"])
    checks.answers("spoke 1 -> spoke 2", SPOKE1, "app.spoke2.cloud.example.com", ["A 192.0.2.21"])
    checks.answers("spoke 2 -> spoke 1", SPOKE2, "app.spoke1.cloud.example.com", ["A 192.0.2.11"])
    checks.answers("spoke 1 -> the hub's zone", SPOKE1, "status.cloud.example.com", ["A 192.0.2.80"])
    checks.answers("spoke 2 -> the hub's zone", SPOKE2, "status.cloud.example.com", ["A 192.0.2.80"])
    checks.answers("spoke 1, a CNAME followed to on-premises", SPOKE1, "intranet.spoke1.cloud.example.com",
                   ["CNAME www.corp.example.com.", "A 198.51.100.10"])
    checks.answers("spoke 1, a name that its zone lacks", SPOKE1, "none.spoke1.cloud.example.com", "NXDOMAIN")
    checks.resolves_nothing("a VPC without products", LAB)
    big = world.dig(world.address(SPOKE1), "long.corp.example.com", "TXT")
    checks.say(big.tcp and len(big.answers) == 41, "an answer that does not fit comes by TCP, long.corp.example.com TXT",
               f"{len(big.answers)} values, {'TCP' if big.tcp else 'UDP'}")


def check_change(world, checks):
    begin = time.monotonic()
    set_record(world, "spoke1", "new", "A", "192.0.2.12")
    returned = time.monotonic()
    answer, passed = world.dig_until(world.address(SPOKE2), "new.spoke1.cloud.example.com", "A", ["A 192.0.2.12"])
    checks.say(answer.answers == ["A 192.0.2.12"] and passed <= MAX_RECORD_MS,
               "a new record of spoke 1 answers in spoke 2, new.spoke1.cloud.example.com A",
               f"{answer} {passed:.0f} ms after the call returned; the call took {(returned - begin) * 1000:.0f} ms")


def check_crash(world, checks):
    # A resolver that is stopped keeps the launch from its end: it is half done when naved dies.
    world.processes["r2"].send(signal.SIGSTOP)
    operation = world.nave("launch", "outbound", "--account", "lab", "--name", "out", "--param", "vpc=main",
                           "--no-wait", token="lab-launcher").strip()
    state = world.nave_json("operation", "show", operation)["state"]
    world.stop("naved", signal.SIGKILL)
    world.processes["r2"].send(signal.SIGCONT)
    checks.say(state == "RUNNING", "naved is killed while a launch is half done", f"{operation} is {state}")
    checks.answers("without naved, spoke 1 -> on-premises", SPOKE1, "www.corp.example.com", ["A 198.51.100.10"])
    checks.answers("without naved, spoke 1 -> spoke 2", SPOKE1, "app.spoke2.cloud.example.com", ["A 192.0.2.21"])
    checks.answers("without naved, on-premises -> spoke 1", ON_PREMISES, "app.spoke1.cloud.example.com",
                   ["A 192.0.2.11"])
    world.start_naved()
    ended = world.run("-o", "json", "operation", "wait", operation, "--timeout", "60s", check=False)
    checks.say(ended.returncode == 0, "restarted, the half-done launch ends",
               "SUCCEEDED" if ended.returncode == 0 else ended.stderr.strip())
    checks.answers("the lab has what it launched, lab -> on-premises", LAB, "www.corp.example.com", ["A 198.51.100.10"])


def check_termination(world, checks):
    for product, words in (("inbound", []), ("private", ["--param", "domain_name=lab.cloud.example.com"])):
        checks.succeeded(f"the lab launches {product}", "launch", product, "--account", "lab", "--name", product,
                         "--param", "vpc=main", *words, "-o", "name", token="lab-launcher")
    for name in ("out", "inbound", "private"):
        checks.succeeded(f"the lab terminates {name}", "provisioned", "terminate", name, "--account", "lab", "--yes",
                         "-o", "name", token="lab-launcher")
    checks.resolves_nothing("after termination, the lab", LAB)
    checks.answers("after termination, the hub", HUB, "lab.cloud.example.com", "NXDOMAIN", "SOA")
    left = [name for noun in ("rule-association", "zone-association", "zone", "provisioned")
            for name in world.nave(noun, "list", "-o", "name").split() if "lab" in name]
    checks.say(not left, "after termination, resources of the lab", left or "none")
    checks.ledgers("after termination", ACCOUNT_ROWS, VPC_ROWS)


def check_terraform(world, checks):
    try:
        workspace = terraform_cli.Workspace(world, terraform_cli.terraform())
    except terraform_cli.Missing as reason:
        print(f"skip   Terraform: {reason}", flush=True)
        return
    lab = workspace.configuration("lab", "terraform-lab")

    def run(what, verb, *arguments):
        try:
            lines = workspace.run_in(lab, verb, "-input=false", *arguments).strip().splitlines()
            came = next((line for line in lines[::-1] if line.startswith(("Apply", "No changes", "Destroy"))), lines[-1])
            checks.say(True, what, came)
        except parts.Failed as failure:
            checks.say(False, what, failure)

    run("Terraform applies the lab's products", "apply", "-auto-approve")
    checks.answers("by Terraform, lab -> on-premises", LAB, "www.corp.example.com", ["A 198.51.100.10"])
    checks.answers("by Terraform, spoke 1 -> the lab", SPOKE1, "app.lab.cloud.example.com", ["A 192.0.2.91"])
    run("Terraform plans again", "plan", "-detailed-exitcode")
    run("Terraform destroys what it made", "destroy", "-auto-approve")
    checks.resolves_nothing("after Terraform, the lab", LAB)
    checks.ledgers("after Terraform", ACCOUNT_ROWS, VPC_ROWS)


HINTS = f"""
Everything is up. Try, in another terminal:
  dig @127.53.1.1 -p 5300 www.corp.example.com           # spoke 1 asks on-premises
  dig @127.0.0.1 -p {parts.BIND_PORT_BASE + 53} app.spoke1.cloud.example.com  # on-premises asks spoke 1
  dig @127.53.9.1 -p 5300 www.corp.example.com           # a VPC that launched nothing
  export NAVE_CONFIG={DIRECTORY}/naved/admin.context.yaml PATH={ROOT}/build/bin:$PATH
  nave ledger vpc                                        # which zone and rule acts where, by whose consent
  nave explain app.spoke2.cloud.example.com --account spoke1 --vpc main
  nave launch outbound --account lab --name out --param vpc=main
  nave zone records set spoke1.cloud.example.com www A 192.0.2.99 --wait
  nave events watch --all
Ctrl-C ends it."""


def end_by_signal(number, frame):
    raise KeyboardInterrupt


def main():
    # However it is ended, its parts end with it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end_by_signal)
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    with parts.World(directory=DIRECTORY, prefix=PREFIX) as world:
        checks = Checks(world)
        world.start_story()
        checks.succeeded("applied again, the landing zone is as the manifest says", "apply", "--yes", "-f",
                         world.directory / "landing-zone.yaml")
        world.make_token("lab-launcher", "LAUNCHER", "accounts/lab")
        world.nave("namespace-grant", "create", "lab", "--suffix", "lab.cloud.example.com", "--grantee", "accounts/lab")
        checks.resolves_nothing("before anything is launched, spoke 1", SPOKE1)
        world.launch_story()
        set_record(world, "spoke1", "app", "A", "192.0.2.11")
        set_record(world, "spoke1", "intranet", "CNAME", "www.corp.example.com.")
        set_record(world, "spoke2", "app", "A", "192.0.2.21")
        check_resolution(world, checks)
        checks.ledgers("what was launched", ACCOUNT_ROWS, VPC_ROWS)
        check_change(world, checks)
        check_crash(world, checks)
        check_termination(world, checks)
        check_terraform(world, checks)
        print(f"{'every check passed' if checks.failed == 0 else f'{checks.failed} checks failed'}", flush=True)
        if "--once" not in sys.argv:
            print(HINTS, flush=True)
            try:
                world.processes["naved"].child.wait()
            except KeyboardInterrupt:
                print()
        return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
