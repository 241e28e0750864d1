"""A page made as CONTRIBUTING.md says, in a copy of the repository: its blocks and its commands, taken literally."""

import ast
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from reference import errata, losses
from tools import notebooks
from tools.record import Record, causes
from tools.repository import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PAGE = "regression/ties"
MAKE = shutil.which("make")
LEFT_BEHIND = shutil.ignore_patterns(".*", "_build", "workbook", "__pycache__", "node_modules", "*.egg-info")

# What the guide leaves to its reader: imports, and more questions than the one whose code it shows.
DEMO_IMPORTS = """
import numpy as np
from numpy.typing import NDArray

from lossbook import SquaredError
from lossbook.explorable import Axis, Explorable, Handle, Line, Panel, Readout, Slider
from lossbook.plots import BLUE
"""
EXERCISE_IMPORTS = """
import numpy as np

from lossbook.exercises import Case, Choose, FindNumber, Item, Mistake, Quiz, WriteFunction
"""
MORE_EXERCISES = '''
def _distance(y_true, y_pred):
    return np.mean(np.abs(np.asarray(y_pred) - y_true))


bug = WriteFunction(
    "regression/ties/bug",
    starter="""
def mean_distance(y_true, y_pred):
    return np.mean(y_pred - y_true)
""",
    solution=_distance,
    cases=[
        (np.array([3.0, -0.5, 2.0]), np.array([2.5, 1.5, -1.0])),
        (np.array([1.0, 4.0]), np.array([3.0, 3.5])),
    ],
    hints=["What does a miss to either side add?", "Two misses must not cancel."],
    cause="Misses to either side cancel.",
)

middle = FindNumber(
    "regression/ties/middle",
    answer=4,
    tolerance=0.05,
    why="It is the mean of both.",
    hints=["Add them.", "Then divide."],
)

constant = Choose(
    "regression/ties/constant",
    options={"mean": "That one minimizes the squares.", "median": "Half of them lie on either side."},
    right="median",
    hints=["Which one does an outlier move?", "Not that one."],
)

quiz = Quiz(
    "regression/ties",
    [
        Item("Is it the only one?", {"Yes.": "Try another.", "No.": "Any between them is as good."}, "No."),
        Item("Is it one of the best?", {"Yes.": "It lies between.", "No.": "It does lie between."}, "Yes."),
        Item("Does it move?", {"Yes.": "With both.", "No.": "Move both."}, "Yes."),
    ],
)
'''
CELLS = [
    "## A question\n\nTwo patients have the scores 3 and 5. *Which constant fits both best?*",
    ("import numpy as np\n\nscores = np.array([3, 5])\nprint(np.mean(scores), np.median(scores))",),
    ("from lossbook.course.regression.ties import demos\n\ndemos.parabola()", "hide-input"),
    "## The slope\n\n### By hand\n\nReturn one slope for each prediction.",
    ("exercises.gradient", "exercise"),
    "### Find the bug\n\nThe level does not follow.",
    ("exercises.bug", "exercise"),
    "## A quiz",
    ("exercises.quiz", "quiz"),
    "## Exercises\n\n### The middle",
    ("exercises.middle", "exercise"),
    '### Which constant\n\nOne of `"mean"` and `"median"`.',
    ("exercises.constant", "exercise"),
    "## When not to use it\n\nWhere every answer is as good as any other.",
]


def block(heading: str) -> str:
    """Return the one block of Python code in a section of the guide."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", GUIDE, re.S | re.M)[1]
    (found,) = re.findall(r"^ *```python\n(.*?)^ *```", section, re.S | re.M)
    return textwrap.dedent(found)


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    copy = tmp_path_factory.mktemp("guide") / "clone"
    shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
    (copy / ".venv").symlink_to(sys.prefix)
    # Nothing changes of what the errata and the sketches of the losses follow from, and to make them anew takes long.
    record = Record(copy / "_build" / "refresh.json")
    for module, members in errata.modules().items():
        now = causes(ast.parse(f"import {module.__name__}"), copy, copy)
        record.store(module.__name__, now, {each.id: "Measured." for each in members})
    figures = losses.FIGURES.relative_to(ROOT).as_posix()
    record.store(figures, causes(ast.parse("import reference.sketches"), copy, copy))
    return copy


def run(clone: Path, *command: str, code: int = 0) -> str:
    """Run a command there, with the package of the clone, and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(clone)}
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def follow(clone: Path, command: str, code: int = 0) -> str:
    """Run a command that the guide names, for the page."""
    assert f"`{command}`" in GUIDE, command
    words = command.replace("<chapter>/<page>", PAGE).split()
    if words[0] == "make":
        # The environment is this one, whatever its age.
        words[:1] = [MAKE, "--old-file=.venv/all"]
    else:
        words[0] = sys.executable
    return run(clone, *words, code=code)


def write(path: Path, *parts: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts), encoding="utf-8")


@pytest.mark.skipif(MAKE is None and not os.environ.get("CI"), reason="no make: install one (Debian: apt install make)")
def test_a_page_made_as_the_guide_says_passes(clone):
    folder = clone / "lossbook/course" / PAGE
    chapter = clone / f"chapters/{PAGE}.ipynb"
    write(folder / "__init__.py", '"""Ties."""\n', block("Add a page"))
    toc = (clone / "_toc.yml").read_text(encoding="utf-8")
    line = re.search(r"^ *- file: chapters/regression/squared-and-absolute\n", toc, re.M)[0]
    write(clone / "_toc.yml", toc.replace(line, line + line.replace("squared-and-absolute", "ties")))
    assert f"chapters/{PAGE}.ipynb: started" in follow(clone, "make refresh PAGE=<chapter>/<page>")
    assert PAGE in (clone / "lossbook/course/order.txt").read_text(encoding="utf-8").split()

    write(folder / "demos.py", '"""The demo."""', DEMO_IMPORTS, "\n", block("Add a demo"))
    exercise = block("Add an exercise, a bug or a quiz")
    write(folder / "exercises.py", '"""The questions."""', EXERCISE_IMPORTS, "\n", exercise, MORE_EXERCISES)
    page = notebooks.read(chapter)
    assert [cell.metadata.tags for cell in page.cells] == [["title"], ["front-block"]]
    for cell in CELLS:
        page.cells.append(
            new_markdown_cell(cell) if isinstance(cell, str) else new_code_cell(cell[0], metadata={"tags": cell[1:]})
        )
    nbformat.write(page, chapter)
    said = follow(clone, "make refresh PAGE=<chapter>/<page>")
    assert f"chapters/{PAGE}.ipynb is run (asked for)" in said
    assert " is measured" not in said
    assert " is drawn" not in said
    follow(clone, "make format")

    # What is formatted is not in the stored form yet, and the lint says how long the page takes.
    lint = ".venv/bin/python -m tools.lint <chapter>/<page>"
    about = (folder / "__init__.py").read_text(encoding="utf-8")
    counted = re.findall(r"(\w+) is \d+ minutes; tools/length\.py counts (\d+)", follow(clone, lint, code=1))
    assert [what for what, _ in counted] == ["reading", "practice"]
    for what, minutes in counted:
        about = re.sub(rf"{what}=\d+", f"{what}={minutes}", about)
    write(folder / "__init__.py", about)
    follow(clone, ".venv/bin/python -m tools.normalize")
    follow(clone, lint)

    tests = [f"chapters/{PAGE}.ipynb", "tests/course/test_exercises.py"]
    tests += ["tests/explorable/test_demos.py", "tests/explorable/test_stored_demos.py"]
    pytest_options = ["-q", "-p", "no:cacheprovider", "-k", "ties and not properties or parabola"]
    said = run(clone, sys.executable, "-m", "pytest", *pytest_options, *tests)
    assert re.search(r"^\d\d+ passed, \d+ deselected", said, re.M)


def test_the_blocks_of_the_guide_are_the_three_that_it_needs():
    assert [type(ast.parse(block(each)).body[-1]) for each in ("Add a page", "Add a demo")] == [
        ast.Assign,
        ast.FunctionDef,
    ]
