"""What Python in the page is made of, on the page about it: what is loaded for what, and the licenses of all of it.

It is known when the website is built, and only there: no other place where the page is read has these packages.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx

from website import cells
from website.python import licenses, packs

PAGE = "chapters/reference/python-in-the-page"
SERVED = f"../../{cells.FOLDER}"
"""Where the packs are in the built website, seen from the page."""

PARTS = {
    "a figure": ("plots", "dates"),
    "a table of pandas": ("tables", "dates"),
    "a model or a data set of scikit-learn": ("learn", "algebra", "scipy"),
}
"""The packs that are fetched, besides the first ones, for what a reader has a name for."""
WITHOUT = (
    "This copy of the website was built without Python in the page: its cells do not run, and of its exercises only "
    "those that ask for a number or a choice are checked."
)


def markdown(folder: Path) -> str:
    """Return what there is to say about the packs in a folder, which may be missing."""
    if not (folder / "index.json").is_file():
        return WITHOUT
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    rows = [("to start, with all losses and exercises", _size(index, packs.first(index)))]
    rows += [(f"for {what}, besides", _size(index, names)) for what, names in PARTS.items()]
    listed = [
        (each.name, each.version, f'<a href="{SERVED}/licenses/{each.file}">{each.license}</a>')
        for each in licenses.read(folder / "licenses")
    ]
    tables = _table(("what is loaded", "MB"), rows), _table(("package", "version", "license"), listed)
    return "\n\n".join(tables)


def _size(index: dict, names: Iterable[str]) -> str:
    return f"{sum(index['packs'][name]['bytes'] for name in names) / 1e6:.1f}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


def add(app: Sphinx, page: str, source: list[str]) -> None:
    """Add it to the end of the page."""
    if page == PAGE:
        source[0] += f"\n{markdown(cells.packed(Path(app.outdir)))}\n"


def setup(app: Sphinx) -> None:
    app.connect("source-read", add)
