"""Which cells run in a page, and that nothing is imported there that there is not."""

import ast
import json
import sys

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import notebooks, pages
from tools.imports import parse
from website.python import packs, runnable

CELLS = [
    ("import numpy as np", []),
    ("import keras\nmodel = keras.Sequential()", ["Keras"]),
    ("from lossbook.frameworks.torch import Huber\nloss = Huber()", ["PyTorch"]),
    ("model.fit(np.ones(3))", ["Keras"]),
    ("loss, model", ["Keras", "PyTorch"]),
    ("from lossbook.laboratory import Laboratory", ["a kernel"]),
    ("model = 1", []),
    ("model", []),
    ("from lossbook import Huber", []),
    ("import ipywidgets", ["a kernel"]),
]


def test_what_each_cell_lacks():
    nb = new_notebook(cells=[new_markdown_cell("import keras"), *(new_code_cell(source) for source, _ in CELLS)])
    lacks = runnable.reasons(nb)
    assert [lacks[cell.id] for cell in nb.cells[1:]] == [lack for _, lack in CELLS]
    assert [cell.source for cell in runnable.cells(nb)] == [source for source, lack in CELLS if not lack]


@pytest.mark.parametrize("path", pages.notebooks(), ids=pages.name)
def test_pages_import_nothing_else_that_there_is_not(path, packed):
    """A package that no pack has, and that is not known to be missing, would fail where the reader meets it."""
    index = json.loads((packed / "index.json").read_text(encoding="utf-8"))
    here = {module for modules in index["modules"].values() for module in modules.split()}
    here |= {"lossbook", "numpy", "scipy", "IPython", "anywidget", "arch", *sys.stdlib_module_names}
    for cell in runnable.cells(notebooks.read(path)):
        for node in ast.walk(parse(cell.source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= here, cell.source


@pytest.mark.parametrize("path", pages.notebooks(), ids=pages.name)
def test_the_packs_that_are_listed_for_cells(path, packed):
    """Whoever runs one cell gets them ahead; the cells themselves are run in Node, in test_pages_in_node.py."""
    index = json.loads((packed / "index.json").read_text(encoding="utf-8"))
    listed = runnable.packs(pages.name(path))
    assert set(listed) <= {cell.id for cell in runnable.cells(notebooks.read(path))}
    later = set(index["modules"]) - {name for name in index["modules"] if name.endswith(packs.REST)}
    assert {pack for names in listed.values() for pack in names} <= later


@pytest.mark.parametrize("path", pages.notebooks(), ids=pages.name)
def test_tagged_cells_do_not_run(path):
    nb = notebooks.read(path)
    lacks = runnable.reasons(nb)
    for tag, what in (("keras", "Keras"), ("pytorch", "PyTorch")):
        tagged = [cell for cell in nb.cells if tag in notebooks.tags(cell)]
        assert [cell.source for cell in tagged if what not in lacks[cell.id]] == []
