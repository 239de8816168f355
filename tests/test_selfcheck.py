"""The runner of the self-check counts digits rightly and cannot pass by accident."""

import math

import pytest

from kebao import selfcheck
from kebao.errors import InputError, NumericError
from kebao.selfcheck import Check, digits_agreed


@pytest.mark.parametrize("value", [math.pi, 2447094.86, 1.0000001, 9.9999, 5e-7, 123456.5])
@pytest.mark.parametrize("digits", range(1, 12))
def test_a_rounded_number_agrees_on_its_digits(value, digits):
    assert digits_agreed(float(f"{value:.{digits}g}"), value) >= digits


@pytest.mark.parametrize("digits", range(1, 12))
def test_a_wrong_last_digit_does_not_agree(digits):
    step = 10.0 ** (1 - digits)
    assert digits_agreed(3.0, 3.0 + step) < digits
    assert digits_agreed(3.0, 3.0 - step) < digits


def test_special_values():
    assert digits_agreed(math.inf, math.inf) == 15
    assert digits_agreed(math.inf, 1.0) == 0
    assert digits_agreed(0.0, 1e-16) == 15
    assert digits_agreed(0.0, 3.0) < 1


def check(name, expected=1.0, digits=3, **args):
    return Check(
        id=name, what="a", source="b", call="test", args=args, expected=expected, digits=digits
    )


def test_outcomes(monkeypatch):
    def compute(value=1.0, fault=None):
        if fault:
            raise NumericError(fault)
        return value

    monkeypatch.setitem(selfcheck.COMPUTATIONS, "test", compute)
    rows = [check("good"), check("bad", value=2.0), check("raises", fault="no"), check("odd", x=1)]
    good, bad, raises, odd = selfcheck.run(rows)
    assert [good.passed, bad.passed, raises.passed, odd.passed] == [True, False, False, False]
    assert "NumericError: no" in raises.fault
    text = selfcheck.table([good, bad, raises, odd])
    assert text.endswith("1 passed, 3 failed")
    assert text.count("FAIL") == 3
    assert [o.check.id for o in selfcheck.run(rows, only="oo")] == ["good"]


def test_the_shipped_table_is_sound():
    checks = selfcheck.read()
    assert len({row.id for row in checks}) == len(checks) >= 10
    assert all(row.digits >= 1 and row.source for row in checks)


def test_a_faulty_table_tells_all_faults(tmp_path):
    path = tmp_path / "t.toml"
    path.write_text(
        "[[check]]\nid='a'\ncall='nothing'\n[[check]]\nid='a'\nsauce='x'\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        selfcheck.read(path)
    fields = [issue.field for issue in caught.value.issues]
    assert fields.count("expected") == 2
    assert {"call", "sauce", "id"} <= set(fields)


@pytest.mark.parametrize("name", ["_kebao", "errors.__dict__", "errors;x", "__class__", ""])
def test_only_public_names_can_be_called(name):
    with pytest.raises(ValueError, match="public name"):
        selfcheck._public(name)
