"""Which cells of a page run in the page: read from their imports and names, so that nobody has to tag them."""

import json
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from tools.needs import cells_that_need

NOT_HERE = {
    "Keras": {"keras", "tensorflow", "lossbook.frameworks.keras"},
    "PyTorch": {"torch", "lossbook.frameworks.torch"},
    "a kernel": {"ipywidgets", "lossbook.laboratory"},
}
"""What there is not in a page, as a reader knows it: what is imported for it."""

PACKS = Path(__file__).parent / "opened" / "packs.json"


def reasons(nb: NotebookNode) -> dict[str, list[str]]:
    """Return what each code cell needs that there is not in a page, by the cells' ids; nothing where it runs."""
    lacks: dict[str, list[str]] = {cell.id: [] for cell in nb.cells if cell.cell_type == "code"}
    for what, modules in NOT_HERE.items():
        for cell in cells_that_need(modules, nb):
            lacks[cell.id].append(what)
    return lacks


def cells(nb: NotebookNode) -> list[NotebookNode]:
    """Return the code cells that run in the page, in their order."""
    lacks = reasons(nb)
    return [cell for cell in nb.cells if cell.cell_type == "code" and not lacks[cell.id]]


def packs(page: str) -> dict[str, list[str]]:
    """Return, by the ids of a page's cells, the packs that each needs besides those with which Python starts.

    They are those of a reader who runs this cell alone, with what it needs from above it; `trace` lists them.
    """
    return _packs().get(page, {})


@cache
def _packs() -> dict[str, dict[str, list[str]]]:
    return json.loads(PACKS.read_text(encoding="utf-8"))
