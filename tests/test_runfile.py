"""A run file is read whole or refused with every fault."""

import re

import pytest

from kebao import runfile
from kebao.errors import FileError, InputError

GOOD = """
title = "Greater Bay"
currency = "CNY"
years = 50_000
seed = 7

[book]
path = "policies.csv"

[programme]
premium = "5亿"
text = '''
xl1: 20m xs 10m, 2 @ 100%
'''

[loadings]
expenses = 0.12
brokerage = "10%"
capital = { measure = "tvar", level = 0.99, rate = 0.08 }

[[reserve]]
name = "liability"
dataset = "genins"

[[reserve]]
name = "own"
path = "triangle.csv"
method = "chain_ladder"
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("policies.csv", "triangle.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    return tmp_path


def written(folder, text):
    path = folder / "run.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder, text):
    with pytest.raises(InputError) as caught:
        runfile.read(written(folder, text))
    return caught.value.issues


def test_amounts_shares_paths_and_defaults(folder):
    run = runfile.read(written(folder, GOOD))
    assert run.premium == 5e8
    assert run.brokerage == 0.1
    assert run.book == folder / "policies.csv"
    assert (run.capital_measure, run.capital_level, run.capital_rate) == ("tvar", 0.99, 0.08)
    assert [item.method for item in run.reserves] == ["mack", "chain_ladder"]
    assert run.reserves[1].cumulative is True


def test_what_is_not_said_is_filled_in(folder):
    text = "currency = 'CNY'\nseed = 1\n[book]\npath='policies.csv'\n[programme]\ntext='a: 1 xs 1'"
    run = runfile.read(written(folder, text))
    assert (run.years, run.expenses, run.capital_rate, run.reserves) == (200_000, 0.0, None, ())


def test_all_faults_are_told_at_once_with_places_and_suggestions(folder):
    text = (
        GOOD.replace("seed = 7", "sead = 7")
        .replace("years = 50_000", "years = -3")
        .replace("expenses = 0.12", "expenses = 12")
        .replace('"policies.csv"', '"polices.csv"')
        .replace('measure = "tvar"', 'measure = "tvr"')
        .replace('dataset = "genins"', "")
        .replace('premium = "5亿"', 'premium = "lots"')
    )
    found = faults(folder, text)
    by_field = {issue.field: issue for issue in found}
    assert set(by_field) == {
        "sead", "seed", "years", "expenses", "path", "measure", "premium"
    }  # fmt: skip
    assert by_field["sead"].hint == "did you mean 'seed'?"
    assert by_field["years"].value == "-3"
    assert by_field["expenses"].hint == "did you mean 0.12 (12%)?"
    assert by_field["measure"].hint == "did you mean 'tvar'?"
    assert by_field["measure"].object == "run.toml: [loadings.capital]"
    paths = [issue for issue in found if issue.field == "path"]
    assert "did you mean 'policies.csv'?" in paths[0].hint
    assert paths[1].object == "run.toml: [reserve 1]"


@pytest.mark.parametrize(
    "line",
    ["years = inf", "years = nan", "years = true", "years = 1.5", "seed = -1", "seed = 1e400",
     "title = 3", "notes = 'one'", "book = 5", "reserve = {}", "reserve = [1]", "loadings = []",
     "currency = ''", "programme = 'xl1'"],
)  # fmt: skip
def test_no_value_slips_through_or_crashes(folder, line):
    key = line.split(" ")[0]
    text = re.sub(rf"(?m)^{key} = .*$", "", GOOD)
    text = re.sub(rf"(?s)\[+{key}\]+.*?(?=\n\[|\Z)", "", text)
    assert any(issue.field == key for issue in faults(folder, f"{line}\n{text}"))


@pytest.mark.parametrize("keep", ["both", "neither"])
def test_wording_comes_from_one_place(folder, keep):
    (folder / "p.txt").write_text("xl1: 1m xs 1m")
    text = GOOD.replace("premium =", 'path = "p.txt"\npremium =')
    if keep == "neither":
        text = re.sub(r"text = '''.*?'''", "", GOOD, flags=re.DOTALL)
    assert "either text or path" in str(faults(folder, text)[0])


def test_broken_toml_tells_the_line(folder):
    assert "line 3" in str(faults(folder, "a = 1\n\nb = = 2")[0])


def test_a_file_that_cannot_be_read_is_named(folder):
    with pytest.raises(FileError, match=r"nowhere\.toml: No such file"):
        runfile.read(folder / "nowhere.toml")
    (folder / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="UTF-8"):
        runfile.read(folder / "bytes.toml")


def test_the_schema_accepts_what_reading_accepts(folder):
    jsonschema = pytest.importorskip("jsonschema")
    import tomllib

    jsonschema.Draft202012Validator.check_schema(runfile.schema())
    jsonschema.validate(tomllib.loads(GOOD), runfile.schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(GOOD.replace("seed", "sead")), runfile.schema())
