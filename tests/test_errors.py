"""Faults of the core reach Python as one tree of exceptions, all at once, and survive pickling."""

import pickle

import pytest

from kebao import _kebao
from kebao.errors import FileError, InputError, InternalError, Issue, KebaoError, NumericError


def test_an_input_error_lists_all_faults_with_places_and_hints():
    with pytest.raises(InputError) as caught:
        _kebao._probe(1, fault="input")
    placed, alpha = caught.value.issues
    assert dict(placed) == {
        "code": "out_of_range",
        "object": "xl1",
        "field": "placed",
        "value": "30",
        "allowed": "a fraction in [0, 1]",
        "hint": "did you mean 0.3 (30%)?",
    }
    assert (alpha.object, alpha.field, alpha.value) == ("Pareto", "alpha", "-1")
    assert str(caught.value).startswith("2 faults:")


@pytest.mark.parametrize(
    ("fault", "kind", "builtin"),
    [
        ("input", InputError, ValueError),
        ("numeric", NumericError, ArithmeticError),
        ("file", FileError, OSError),
        ("panic", InternalError, RuntimeError),
    ],
)
def test_each_error_is_also_the_builtin_one_would_catch(fault, kind, builtin, capfd):
    with pytest.raises(kind) as caught:
        _kebao._probe(1, fault=fault)
    assert isinstance(caught.value, KebaoError)
    assert isinstance(caught.value, builtin)
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is kind
    assert str(again) == str(caught.value)
    assert getattr(again, "issues", None) == getattr(caught.value, "issues", None)
    assert getattr(again, "filename", None) == getattr(caught.value, "filename", None)


def test_messages_made_in_python_read_as_those_made_in_rust():
    with pytest.raises(InputError) as caught:
        _kebao._probe(1, fault="input")
    assert str(InputError(issues=caught.value.issues)) == str(caught.value)


def test_many_faults_are_cut_in_the_message_and_kept_in_the_list():
    error = InputError(issues=[Issue("missing", "book.csv", f"c{i}") for i in range(60)])
    assert str(error).endswith("… and 10 more")
    assert len(error.issues) == 60
