"""Every public name says what it is; `make docs` refuses those that do not."""

import inspect

import pytest

import kebao as kb


def members(thing: object) -> list[tuple[str, object]]:
    """Public attributes that are kebao's own; fields are told by the class they belong to."""
    if inspect.ismodule(thing):
        return [(key, getattr(thing, key)) for key in getattr(thing, "__all__", [])]
    if not inspect.isclass(thing):
        return []
    own = [kind for kind in thing.__mro__ if kind.__module__.startswith(("kebao", "_kebao"))]
    found = {key: value for kind in reversed(own) for key, value in vars(kind).items()}
    return [
        (key, value.__func__ if isinstance(value, staticmethod | classmethod) else value)
        for key, value in found.items()
        if not key.startswith("_")
        and (callable(value) or inspect.isdatadescriptor(value))
        and not inspect.ismemberdescriptor(value)
    ]


@pytest.mark.parametrize("name", kb.__all__)
def test_a_public_name_is_documented(name: str) -> None:
    thing = getattr(kb, name)
    silent = [key for key, value in members(thing) if not inspect.getdoc(value)]
    assert isinstance(thing, str) or inspect.getdoc(thing)
    assert silent == []
