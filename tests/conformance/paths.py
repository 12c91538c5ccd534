"""Where the programs and the helpers of other folders are; importing this makes the helpers importable."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARIES = pathlib.Path(os.environ.get("NAVE_BINARIES", ROOT / "build" / "bin"))
sys.path += [str(ROOT / "tests" / "integration"), str(ROOT / "bench")]
