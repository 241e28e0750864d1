"""List which files the course opens, and which packs each cell needs: ``python -m website.python.trace``.

All exercises are checked, which gives the list `start`, then all cells of all pages are run, which gives `pages`, with
what readers are likely to try besides. Whatever is on neither list stays available, in packs that are fetched later.
The packs of each cell are those that a reader needs who runs it alone, with what it needs from above it: a page fetches
them side by side before it runs the cell. To be run when a test says that the lists are out of date.
"""

import ast
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from lossbook import course
from lossbook.exercises import WriteFunction
from tools import notebooks, pages
from website.python import packs, runnable
from website.python.node import Node

HERE = Path(__file__).parent

OPENED = (HERE / "tracing" / "opened.py").read_text(encoding="utf-8")
IMPORTED = (HERE / "tracing" / "imported.py").read_text(encoding="utf-8")
CHECKS = """
from lossbook.exercises import Choose, FindNumber, exercises
for exercise in exercises():
    exercise.check()
    if isinstance(exercise, FindNumber):
        exercise.check(exercise.answer)
    elif not isinstance(exercise, Choose):
        exercise.check(exercise.version)
        exercise.check(exercise.mistakes[0][0].version)
    exercise.hint(), exercise.solution()
"""
TRIED = """
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import scipy.stats
from sklearn.datasets import load_diabetes
from sklearn.linear_model import HuberRegressor, LinearRegression, LogisticRegression, Ridge
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.metrics import log_loss, mean_absolute_error, mean_squared_error
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

figure, (left, right) = plt.subplots(1, 2, figsize=(6, 3))
left.plot([1, 2], label="a"), left.legend(), left.scatter([1], [2]), left.bar([1], [2])
left.fill_between([1, 2], [1, 2])
right.hist(np.random.default_rng(0).normal(size=99)), right.contour(np.eye(4)), right.imshow(np.eye(3))
plt.colorbar(right.images[0]), plt.title("x"), plt.tight_layout(), plt.show()
frame = pd.DataFrame({"a": [1, 2.0], "b": ["x", "y"]})
frame.describe(), frame.groupby("b").mean(), frame.plot(), repr(frame.a)
x, y = load_diabetes(return_X_y=True)
cross_val_score(make_pipeline(StandardScaler(), Ridge()), x, y), train_test_split(x, y)
scipy.stats.norm(0, 1).cdf(1), scipy.stats.ttest_ind([1, 2, 3], [2, 3, 4])
display(frame, LinearRegression().fit(x, y))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        packs.build(folder, opened={"start": packs.everything(), "pages": set()})
        with Node(folder) as node:
            node.execute(OPENED)
            node.execute(CHECKS)
            start = _places(node)
            for page in course.pages():
                node.reset()
                for cell in runnable.cells(notebooks.read(pages.find(page))):
                    _run(node, cell.source, page)
            node.reset()
            _run(node, TRIED, "what readers try")
            later = _places(node) - start
        for name, places in (("start", start), ("pages", later)):
            text = "".join(f"{place}\n" for place in sorted(places))
            (packs.OPENED / f"{name}.txt").write_text(text, encoding="utf-8")
            print(f"{name}: {len(places)} files")
        index = packs.build(folder)
        needed = {page: _needed(folder, index, page) for page in course.pages()}
    runnable.PACKS.write_text(json.dumps(needed, indent=1) + "\n", encoding="utf-8")


def _run(node: Node, code: str, where: str) -> None:
    answer = node.run(code)
    if not answer.gave:
        raise SystemExit(f"{where}: {answer.outputs[-1]['traceback'][0]}")


def _places(node: Node) -> set[str]:
    """Return the third-party files that were opened, by the places of their sources in the packs."""
    known = packs.everything()
    files = json.loads(node.execute("opened()"))
    places = {file.replace("/lib/python312.zip/", f"/{packs.LIBRARY}/").lstrip("/") for file in files}
    return {place.removesuffix("c") if place.endswith(".pyc") else place for place in places} & known


def _needed(folder: Path, index: dict, page: str) -> dict[str, list[str]]:
    """Return the packs that each cell of a page needs, by the cells' ids; for a starter, also those of its check."""
    pack_of = {module: pack for pack, modules in index["modules"].items() for module in modules.split()}
    nb = notebooks.read(pages.find(page))
    cells = runnable.cells(nb)
    found: dict[str, set[str]] = {}
    with Node(folder) as node:
        node.execute(IMPORTED)
        before = [node.needed(cell.source, [each.source for each in cells[:place]]) for place, cell in enumerate(cells)]
        own: list[set[str]] = []
        for cell, needed in zip(cells, before, strict=True):
            _run(node, cell.source, page)
            own.append(_imported(node))
            whole = [place for place, code in needed if code == cells[place].source]
            parts = [module for place, code in needed if place not in whole for module in _modules(code)]
            modules = own[-1].union(*(own[place] for place in whole), json.loads(node.execute(f"reached({parts})")))
            found[cell.id] = {pack_of[module] for module in modules if module in pack_of}
        for starter, name in _exercises(nb):
            found[starter] |= {pack_of[module] for module in _checked(node, page, name) if module in pack_of}
    return {cell: sorted(packs) for cell, packs in found.items() if packs}


def _imported(node: Node) -> set[str]:
    return set(json.loads(node.execute("imported()")))


def _modules(code: str) -> Iterator[str]:
    """Yield the names of what import statements import, each of which may be a module."""
    for statement in ast.walk(ast.parse(code)):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)


def _exercises(nb: NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield the id of each starter, and the name of its exercise, which the cell below it checks."""
    starter = ""
    for cell in nb.cells:
        tags = notebooks.tags(cell)
        if "starter" in tags:
            starter = cell.id
        elif "exercise" in tags and starter:
            yield starter, re.search(r"exercises\.(\w+)\.check", cell.source)[1]
            starter = ""


def _checked(node: Node, page: str, name: str) -> set[str]:
    """Return what a check imports, of a right answer and of a wrong one."""
    node.execute(f"from lossbook import course\nexercise = course.exercises({page!r})[{name!r}]")
    if isinstance(course.exercises(page)[name], WriteFunction):
        node.execute("exercise.check(exercise.version), exercise.check(exercise.mistakes[0][0].version); None")
    else:
        node.check(page, name, "answer, reason = 1, 2")
    return _imported(node)


if __name__ == "__main__":
    main()
