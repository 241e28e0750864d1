"""The tool that trains what a laboratory's demo shows, on a page of its own."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools import notebooks, runs

DRAWS = new_code_cell("raise RuntimeError('draws')", metadata={"tags": ["hide-input"]})
TRAIN = """
from lossbook.laboratory import Run


def train(loss, rate, progress):
    losses = [rate / 3, rate / 3]
    for epoch, value in enumerate(losses):
        progress(epoch, 1, value)
    curves = {"training": losses, "validation": losses}
    return Run(fit=loss, words="", curves=curves, unit=loss, metrics={"rate": rate})
"""


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page whose code draws before and after it says how to train, and the module with its grid."""

    def make(*cells):
        path = tmp_path / "laboratory.ipynb"
        notebooks.write(new_notebook(cells=list(cells)), path)
        module = SimpleNamespace(
            GRID={"loss": ["squared", "Huber"], "rate": [1, 2, 4]},
            FILE=tmp_path / "runs.npz",
            kept=lambda run: {"curves": np.array(list(run.curves.values())), "name": np.array(len(run.fit))},
        )
        monkeypatch.setattr(runs.pages, "find", lambda page: path)
        monkeypatch.setattr(runs, "module", lambda page: module)
        return module

    return make


def test_all_combinations_are_trained_and_stored(page):
    module = page(DRAWS, new_code_cell(TRAIN), new_code_cell("raise RuntimeError('is not needed')"))
    runs.store("any/page")
    with np.load(module.FILE) as file:
        assert json.loads(str(file["grid"])) == module.GRID
        assert file["curves"].shape == (2, 3, 2, 2)
        np.testing.assert_array_equal(file["curves"][1, 2], np.full((2, 2), np.float32("1.3333")))
        np.testing.assert_array_equal(file["name"], [[7] * 3, [5] * 3])


def test_the_same_runs_make_the_same_file(page):
    module = page(new_code_cell(TRAIN))
    runs.store("any/page")
    first = module.FILE.read_bytes()
    runs.store("any/page")
    assert module.FILE.read_bytes() == first


def test_a_run_that_diverges_is_not_stored(page):
    module = page(new_code_cell(TRAIN.replace("[rate / 3, rate / 3]", "[1, 2000]")))
    with pytest.raises(ArithmeticError, match="2,000 times its first value"):
        runs.store("any/page")
    assert not module.FILE.exists()


def test_a_page_that_trains_nothing(page):
    page(new_code_cell("1 + 1"))
    with pytest.raises(LookupError, match="any/page defines no function train"):
        runs.store("any/page")
