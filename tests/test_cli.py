"""The command: exit codes, faults all at once, nothing written half, JSON, interruption."""

import io
import json
import os
import signal
import subprocess
import sys

import pytest

from kebao import _price, cli
from kebao._progress import Progress
from kebao.errors import FileError, InputError, Issue, NumericError
from kebao.report import Report


def run(*arguments, **options):
    command = [sys.executable, "-m", "kebao.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", **options)


def test_version_help_and_wrong_use():
    assert run("--version").stdout.startswith("kebao ")
    assert "selfcheck" in run("--help").stdout
    assert run("prize").returncode == 2
    assert run("price").returncode == 2


def test_schema_is_json():
    done = run("schema")
    assert done.returncode == 0
    assert json.loads(done.stdout)["properties"]["seed"]["minimum"] == 0


def test_faults_go_to_stderr_all_at_once_and_exit_2(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text("yeers = 5\ncurrency = 'CNY'\n", encoding="utf-8")
    done = run("price", path, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean 'years'?" in done.stderr
    for name in ("seed", "book", "programme"):
        assert name in done.stderr
    assert not (tmp_path / "out").exists()
    again = run("price", path, "--json")
    assert again.returncode == 2
    assert {issue["field"] for issue in json.loads(again.stdout)["issues"]} == {
        "yeers", "seed", "book", "programme"
    }  # fmt: skip


def test_a_missing_file_exits_2(tmp_path):
    done = run("price", tmp_path / "no.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no.toml" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--years", "0"], ["--years", "x"], ["--seed", "-1"]])
def test_wrong_options_exit_2(arguments):
    assert run("price", "run.toml", *arguments).returncode == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError(issues=[Issue("a", "b", "c")]), 2),
        (FileError("x: unreadable", "x"), 2),
        (NumericError("no"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_error_has_its_exit_code(monkeypatch, capsys, tmp_path, error, code):
    def fail(*_):
        raise error

    monkeypatch.setattr("kebao.runfile.read", fail)
    assert cli.main(["price", str(tmp_path / "run.toml")]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err


class Result:
    """Stands for a result; fails while writing if told so."""

    def __init__(self, fail=False):
        self.fail = fail

    def to_parquet(self, path):
        path.write_bytes(b"PAR1")

    def to_excel(self, path):
        if self.fail:
            raise OSError(28, "No space left on device")
        path.write_bytes(b"PK")


def priced(fail=False):
    return _price.Priced(Result(fail), Report(title="t"), {"digest": "d"})


def test_all_is_written_and_other_files_stay(tmp_path):
    out = tmp_path / "deep" / "out"
    names = {path.name for path in _price.write(priced(), out)}
    assert names == {"report.html", "results.parquet", "results.xlsx", "run.json"}
    (out / "own.txt").write_text("mine")
    _price.write(priced(), out)
    assert {path.name for path in out.iterdir()} == names | {"own.txt"}
    assert [path.name for path in out.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("error", ["writing", "interrupt"])
def test_nothing_is_written_half(tmp_path, error, monkeypatch):
    if error == "interrupt":
        monkeypatch.setattr(Result, "to_excel", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises((OSError, KeyboardInterrupt)):
        _price.write(priced(fail=True), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_out_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(FileError, match="not a folder"):
        _price.write(priced(), tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def manifest(folder, name, mean, digest):
    row = {"treaty": "xl1", "expected_loss": mean, "standard_error": 3.0, "sd": None}
    text = json.dumps({"digest": digest, "seed": 1, "inputs": {"a.csv": "x"}, "table": [row]})
    (folder / name).mkdir()
    (folder / name / "run.json").write_text(text)
    return folder / name


def test_compare(tmp_path, capsys):
    one, two = manifest(tmp_path, "one", 100.0, "d1"), manifest(tmp_path, "two", 106.0, "d2")
    assert cli.main(["compare", str(one), str(one / "run.json")]) == 0
    assert cli.main(["compare", str(one), str(two), "--json"]) == 1
    found = json.loads(capsys.readouterr().out.splitlines()[-1])["differences"]
    loss = next(item for item in found if item["where"] == "table.xl1.expected_loss")
    assert loss["z"] == pytest.approx(6 / 18**0.5)
    (tmp_path / "x.json").write_text("[]")
    assert cli.main(["compare", str(one), str(tmp_path / "x.json")]) == 2
    assert cli.main(["compare", str(one), str(tmp_path / "gone")]) == 2


def test_progress_is_one_line_and_leaves_nothing_behind():
    screen = io.StringIO()
    progress = Progress(1000, stream=screen, show=True)
    for done in range(0, 11):
        progress(done, 10)
    progress.close()
    text = screen.getvalue()
    assert "\n" not in text
    assert "100%  1,000 of 1,000 years" in text
    assert text.endswith("\r")
    assert text.split("\r")[-2].strip() == ""


def test_progress_is_silent_when_not_a_terminal():
    screen = io.StringIO()
    progress = Progress(1000, stream=screen)
    progress(5, 10)
    progress.close()
    assert screen.getvalue() == ""
