"""The Python of the README and the guide runs as printed, and prints what they say."""

import contextlib
import doctest
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ["README.md", "docs/guide.md"]
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_examples_run_and_print_what_is_shown(page, tmp_path, monkeypatch):
    """A ```text block right after a ```python block is what it prints; ... stands for anything."""
    text = (ROOT / page).read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("examples", "report"):
        if (ROOT / name).exists():
            (tmp_path / name).symlink_to(ROOT / name)
    names: dict[str, object] = {}
    printed, end = "", 0
    for block in BLOCK.finditer(text):
        language, content = block.groups()
        if language == "python":
            screen = io.StringIO()
            with contextlib.redirect_stdout(screen):
                exec(compile(content, page, "exec"), names)
            printed = screen.getvalue()
        elif text[end : block.start()].strip() == "":
            flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            assert doctest.OutputChecker().check_output(content, printed, flags), printed
        end = block.end()
