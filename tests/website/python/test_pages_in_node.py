"""All exercises, and all cells that run in a page, in the packs of a site."""

import json
from pathlib import Path

import pytest
from same import differences

from benchmarks.answers import answers, imports
from lossbook import course
from lossbook.exercises import Choose, WriteFunction
from tools import notebooks, pages
from website.python import packs, runnable

PAGES = course.pages()
WITH_EXERCISES = [page for page in PAGES if course.exercises(page)]
SAID_HERE = {
    # With 32 bits, NumPy's default integer is too small for what it holds elsewhere, and the check says so.
    ("regression/squared-and-absolute", "pixels", "an `int64` holds whole numbers"): "an `int32` ends at 2147483647",
    # `rel_entr` of this SciPy, older than 1.15, divides before it takes the logarithm: 1 / 1e-310 overflows.
    (
        "classification/softmax",
        "rows",
        "This is the Kullback-Leibler divergence: the entropy of the",
    ): "There is a `inf` in the result where `713.801` is expected.",
}
MISTAKES = (Path(__file__).parent / "mistakes.py").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def warm(shared):
    """Import what many pages do: it is no cost of the one that happens to be the first."""
    libraries = "pandas, scipy.optimize, scipy.stats, sklearn.datasets, sklearn.linear_model"
    assert shared.run(f"import {libraries}\nfrom lossbook.plots import figure\nfigure();").gave
    return shared


@pytest.mark.per("page")
@pytest.mark.parametrize("page", WITH_EXERCISES)
def test_exercises(node, page):
    """Starters, solutions and registered mistakes, as code where they are code, and the answers of learners."""
    before = f"import numpy as np\n{imports(page)}"
    given = answers(page)
    for name, exercise in course.exercises(page).items():
        node.run(before)
        assert node.check(page, name, exercise.starter).gave == "open", name
        if isinstance(exercise, WriteFunction):
            solution = exercise.solution().code
        elif isinstance(exercise, Choose):
            solution = _assigned((exercise.right, *([exercise.because] if exercise.reasons else [])))
        else:
            solution = _assigned((exercise.answer,))
        passed = node.check(page, name, solution)
        assert passed.gave == "passed", (name, passed.outputs)
        assert all(pack.startswith("course-") or pack in packs.APART for pack in passed.packs), passed.packs
        for answer in given[name]:
            code = answer.given[0] if isinstance(exercise, WriteFunction) else _assigned(answer.given)
            checked = node.check(page, name, code)
            said = _plain(checked.outputs[-1]["data"]["text/plain"])
            assert checked.gave == ("passed" if answer.is_right else "wrong"), (name, answer.about, said)
            expected = SAID_HERE.get((page, name, answer.says), answer.says)
            assert _plain(expected) in said, (name, answer.about)
    problems = json.loads(node.execute(f"{MISTAKES}\ndiagnosed({page!r})"))
    assert problems == []


def _plain(text: str) -> str:
    """Return a text as it is however its lines are broken."""
    return " ".join(text.split())


def _assigned(given) -> str:
    names = ("answer", "reason")[: len(given)]
    return f"{', '.join(names)} = {', '.join(map(repr, given))}"


@pytest.mark.per("page")
@pytest.mark.parametrize("page", PAGES)
def test_cells(warm, node, page):
    """Every cell that runs in the page gives the outputs that are stored with it."""
    different, unlisted = {}, {}
    listed = runnable.packs(page)
    for number, cell in enumerate(runnable.cells(notebooks.read(pages.find(page)))):
        answer = node.run(cell.source, str(number))
        if more := set(answer.packs) - set(listed.get(cell.id, [])):
            unlisted[cell.id] = more
        is_compared = "nbval-ignore-output" not in notebooks.tags(cell)
        if found := differences(cell, answer.outputs) if is_compared else [] if answer.gave else answer.outputs:
            different[cell.source] = found
    assert different == {}
    assert unlisted == {}, "cells fetch packs that are not listed for them: python -m website.python.trace"
