"""The workloads of `make bench` still run, and kebao's answers are right."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_quick_bench(tmp_path):
    out = tmp_path / "bench.json"
    command = [sys.executable, "benches/peers.py", "--quick", "--json", str(out)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 0, run.stdout + run.stderr
    rows = json.loads(out.read_text(encoding="utf-8"))["rows"]
    files = {path.stem.upper() for path in (ROOT / "benches").glob("[a-z][0-9]*.py")}
    assert {row["workload"] for row in rows} == files >= {"W1", "W2", "R1"}
    ours = [row for row in rows if row["contender"] == "kebao"]
    assert len({row["workload"] for row in ours}) == len(files)
    for row in ours:
        assert row["agrees"], row
        assert row["seconds"] > 0.0
    # NumPy is there always: the answers are checked by code that shares nothing with kebao.
    for row in rows:
        if row["contender"].startswith("numpy") and row["seconds"] is not None:
            assert row["agrees"], row
