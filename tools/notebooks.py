"""Run each notebooks/*.py and write the .ipynb with its outputs beside it."""

from __future__ import annotations

import sys
from pathlib import Path

import jupytext
from nbclient import NotebookClient


def main() -> int:
    """Run all notebooks; a failing cell ends the run with its traceback."""
    for source in sorted(Path("notebooks").glob("*.py")):
        notebook = jupytext.read(source)
        for number, cell in enumerate(notebook.cells, start=1):
            # Random ids would change the file at every run.
            cell["id"] = f"cell-{number}"
        NotebookClient(
            notebook,
            timeout=300,
            resources={"metadata": {"path": "notebooks"}},
            record_timing=False,
        ).execute()
        jupytext.write(notebook, source.with_suffix(".ipynb"))
        print(f"wrote {source.with_suffix('.ipynb')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
