"""Sphinx: `make docs`. The lists of the API and of the run file are written from the package."""

import inspect
from pathlib import Path

import kebao
from kebao import errors, runfile
from kebao._kebao import __version__

project = "kebao"
author = "The kebao authors"
project_copyright = "The kebao authors"
release = version = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
]
html_theme = "furo"
html_title = "kebao 科保"
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
exclude_patterns = ["_build", "generated/*.txt"]
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_validation_checks = {"GL08"}  # every public name has a docstring
numpydoc_validation_exclude = {r"\.__"}


def write(name: str, lines: list[str]) -> None:
    """Write a generated page, unless it is already so."""
    path = Path(__file__).parent / "generated" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def api() -> list[str]:
    """All public names, by the room they come from."""
    rooms: dict[str, list[str]] = {}
    for name in getattr(kebao, "__all__", []):
        found = getattr(kebao, name)
        if not inspect.ismodule(found) and not name.startswith("_"):
            module = getattr(found, "__module__", None) or "kebao"
            rooms.setdefault(module.split(".")[-1].lstrip("_"), []).append(name)
    public = {f"kebao.{name}" for names in rooms.values() for name in names}
    lines: list[str] = []
    for room, names in sorted(rooms.items()):
        lines += [f"## {room}", "", "```{eval-rst}", ".. autosummary::", "   :toctree:", ""]
        lines += [f"   kebao.{name}" for name in names] + ["```", ""]
    rest = [name for name in errors.__all__ if f"kebao.{name}" not in public]
    if rest:
        lines += ["## errors", "", "```{eval-rst}", ".. autosummary::", "   :toctree:", ""]
        lines += [f"   kebao.errors.{name}" for name in rest] + ["```", ""]
    return ["# API", "", *lines]


def run_file() -> list[str]:
    """The keys of a run file, from the table that reading checks against."""
    lines = ["# The run file", "", "What `kebao price` reads. Paths are relative to the file; any"]
    lines += ["other key is refused. `kebao schema` prints the same as JSON Schema.", ""]
    for table, fields in runfile.TABLES.items():
        lines += [f"## {f'`[{table}]`' if table else 'top level'}", ""]
        lines += ["| key | kind | default | meaning |", "|---|---|---|---|"]
        for field in fields:
            default = "required" if field.required else field.default
            kind = " or ".join(f"`{choice}`" for choice in field.choices) or field.kind
            shown = "" if default in (None, (), "") else default
            lines.append(f"| `{field.name}` | {kind} | {shown} | {field.about} |")
        lines.append("")
    return lines


def sector_pages() -> None:
    """A page a sector, from the files of its coverages."""
    listed = kebao.sectors.sectors()
    for sector in listed:
        pages = [kebao.sectors[id].page() for id in sector.coverages]
        write(f"sectors/{sector.name}.md", [f"# {sector.title} {sector.title_zh}", "", *pages])
    names = [sector.name for sector in listed]
    write("sectors/index.md", ["# The library", "", "```{toctree}", "", *names, "```"])


sector_pages()
write("api.md", api())
write("run-file.md", run_file())
