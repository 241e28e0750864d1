"""Which cells need a package: those that import it, and those that use what such a cell has made."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import missing, notebooks, pages
from tools.needs import cells_that_need
from tools.repository import ROOT

KERAS = ["keras", "lossbook.frameworks.keras"]


def which(*sources: str, packages=KERAS) -> list[int]:
    """Return the places of the cells that need one of the packages."""
    cells = [new_code_cell(source) for source in sources]
    found = cells_that_need(packages, new_notebook(cells=[new_markdown_cell("import keras"), *cells]))
    return [next(i for i, cell in enumerate(cells) if cell is each) for each in found]


@pytest.mark.parametrize(
    "source",
    [
        "import keras",
        "import keras.losses as k",
        "from keras import ops",
        "from lossbook.frameworks import keras",
        "from lossbook.frameworks.keras import Huber",
        "def f():\n    import keras",
        "try:\n    import keras\nexcept ModuleNotFoundError:\n    pass",
        "%matplotlib inline\nif True:\n    !ls\nimport keras",
    ],
)
def test_a_cell_that_imports_it(source):
    assert which(source) == [0]


@pytest.mark.parametrize("source", ["import kerasify", "from lossbook.frameworks import torch", "'import keras'"])
def test_a_cell_that_does_not(source):
    assert which(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "print(model)",
        "model.fit()",
        "def f():\n    return model",
        "f = lambda: [model for _ in 'ab']",
        "class F(model.Base):\n    pass",
        "with open(model) as file:\n    pass",
        "for _ in model:\n    pass",
        "model += 1",
        "print(model)\nmodel = 1",
    ],
)
def test_a_cell_that_uses_what_such_a_cell_has_made(source):
    assert which("import keras\nmodel = keras.Model()", source) == [0, 1]


@pytest.mark.parametrize(
    "source",
    [
        "model = 1\nprint(model)",
        "def f(model):\n    return model",
        "[model for model in 'ab']",
        "{model for model in 'ab'}",
        "{model: model for model in 'ab'}",
        "other.model",
        "if True:\n    model = 1\n    print(model)",
        "try:\n    model = 1\nexcept ValueError:\n    pass\nelse:\n    print(model)",
    ],
)
def test_a_cell_with_a_name_of_its_own(source):
    assert which("import keras\nmodel = keras.Model()", source) == [0]


def test_a_name_that_is_made_again_without_it_is_free():
    assert which("import keras as model", "model = 1", "print(model)") == [0]


def test_what_a_cell_has_changed_is_what_it_has_made():
    assert which("rows, box = [0], {}", "import keras\nrows[0] = box.size = keras.ops.ones(1)", "rows", "box") == [
        1,
        2,
        3,
    ]


def test_on_the_pages():
    """By tag, where cells have one; a laboratory trains with Keras, and only its setup and its demo do without."""
    keras, torch = missing.PACKAGES[1].modules, missing.PACKAGES[0].modules
    for path in pages.notebooks():
        nb = notebooks.read(path)
        tagged = [cell for cell in nb.cells if "pytorch" in notebooks.tags(cell)]
        assert cells_that_need(torch, nb) == tagged, path
        found = cells_that_need(keras, nb)
        assert [cell for cell in nb.cells if "keras" in notebooks.tags(cell) and cell not in found] == [], path
        if path.stem == "laboratory":
            code = [cell for cell in nb.cells if cell.cell_type == "code"]
            free = [cell for cell in code if {"setup", "hide-input"} & set(notebooks.tags(cell))]
            assert [cell for cell in code if cell not in found] == free


# A run without the packages: neither the tests' own process nor a page's kernel finds them.
HIDDEN = "import sys\nfor name in ('tensorflow', 'torch', 'keras'):\n    sys.modules[name] = None\n"
TESTS = """
import pytest

@pytest.mark.keras
def test_keras():
    import keras

@pytest.mark.pytorch
def test_torch():
    import torch

def test_neither():
    pass
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch):
    """Return what pytest says of a page and some tests where neither TensorFlow nor PyTorch is installed."""
    sources = ["1 + 1", "import keras", "keras.__name__", "import torch", "torch.__name__", "2 + 2"]
    nb = new_notebook(cells=[new_code_cell(source, execution_count=1) for source in sources])
    for cell, shown in ((nb.cells[0], "2"), (nb.cells[5], "4")):
        cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": shown}, execution_count=1)]
    nbformat.write(nb, tmp_path / "page.ipynb")
    (tmp_path / "test_both.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = keras\n pytorch\n")
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "sitecustomize.py").write_text(HIDDEN)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'hidden'}{':' if sys.platform != 'win32' else ';'}{ROOT}")

    def start(what: str, ci: bool) -> str:
        monkeypatch.setenv("CI", "1") if ci else monkeypatch.delenv("CI", raising=False)
        options = ["-ra", "-q", "-p", "tools.missing", "--nbval", "--nbval-current-env"]
        command = [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider", what]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120).stdout

    return start


def test_a_run_without_them_says_what_it_did_not_run(run):
    said = run(".", ci=False)
    assert " failed" not in said
    assert " error" not in said
    left_out = re.findall(r"SKIPPED \[(\d)\] ([\w.]+)(?::\d+)?: (\w+)", said)
    assert sorted(left_out) == [
        *(("1", "test_both.py", name) for name in ("PyTorch", "TensorFlow")),
        *(("2", "page.ipynb", name) for name in ("PyTorch", "TensorFlow")),
    ], said
    assert "3 passed" in said


def test_in_ci_what_exists_has_to_be_there(run):
    said = run("test_both.py", ci=True)
    tensorflow = missing.PACKAGES[1]
    skipped = sys.version_info >= tensorflow.missing_from
    assert ("SKIPPED [1] test_both.py:4: TensorFlow" in said) == skipped
    assert ("FAILED test_both.py::test_keras" in said) != skipped
    assert "FAILED test_both.py::test_torch" in said
