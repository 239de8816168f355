"""Run the first example of the README; write its output and pictures where it shows them."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path


def main() -> None:
    """Rewrite README.md, docs/tower.svg and docs/exceedance.svg."""
    readme = Path("README.md")
    text = readme.read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    assert found is not None
    names: dict[str, object] = {}
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen):
        exec(found.group(1), names)
    start, end = found.span(2)
    readme.write_text(text[:start] + screen.getvalue() + text[end:], encoding="utf-8")
    result = names["result"]
    result.plot.tower().save("docs/tower.svg")  # type: ignore[attr-defined]
    result.plot.ep().save("docs/exceedance.svg")  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
