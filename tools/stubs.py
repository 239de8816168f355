"""Write `_kebao.pyi` from the compiled module, or with `--check` say whether it is up to date.

maturin reads the types that the bindings declare out of the compiled library. The build is the one
of `make build`, so nothing is compiled again.
"""

from __future__ import annotations

import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

STUB = Path("python/kebao/_kebao.pyi")
HEADER = "# Made by `make stubs` from the Rust bindings; do not edit.\n"


def generated() -> str:
    """The stub that belongs to the sources as they are."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["maturin", "generate-stubs", "--profile", "release", "--features", "stubs"]
        subprocess.run([*command, "--locked", "--quiet", "--out", folder], check=True)
        (made,) = Path(folder).rglob("_kebao.pyi")
        return HEADER + made.read_text(encoding="utf-8")


def main() -> int:
    """Write or check; the exit code is 1 when the check finds a difference."""
    wanted = generated()
    if "--check" not in sys.argv:
        STUB.write_text(wanted, encoding="utf-8")
        return 0
    found = STUB.read_text(encoding="utf-8") if STUB.exists() else ""
    if found == wanted:
        print("1 passed: the stub is that of the compiled module")
        return 0
    difference = difflib.unified_diff(
        found.splitlines(), wanted.splitlines(), str(STUB), "from the bindings", lineterm=""
    )
    print("\n".join(difference))
    print("1 failed: the stub is out of date; run `make stubs`")
    return 1


if __name__ == "__main__":
    sys.exit(main())
