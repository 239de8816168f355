"""Each notebook is a pair: the .py that is reviewed, the .ipynb that is read."""

from pathlib import Path

import pytest

jupytext = pytest.importorskip("jupytext")

FOLDER = Path(__file__).parent.parent / "notebooks"
NAMES = sorted({path.stem for kind in ("*.py", "*.ipynb") for path in FOLDER.glob(kind)})


@pytest.mark.parametrize("name", NAMES or [pytest.param("none", marks=pytest.mark.skip)])
def test_the_pair_has_the_same_cells(name):
    script, notebook = FOLDER / f"{name}.py", FOLDER / f"{name}.ipynb"
    assert script.exists(), "no .py beside the .ipynb"
    assert notebook.exists(), "run `make notebooks`"
    cells = [
        [(cell.cell_type, cell.source.strip()) for cell in jupytext.read(path).cells]
        for path in (script, notebook)
    ]
    assert cells[0] == cells[1], "the pair differs; run `make notebooks`"
