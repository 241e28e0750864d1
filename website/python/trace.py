"""List which files the course opens, for the packs: ``python -m website.python.trace``.

All exercises are checked, which gives the list `start`, then all cells of all pages are run, which gives `pages`, with
what readers are likely to try besides. Whatever is on neither list stays available, in packs that are fetched later.
To be run when a test says that a page fetches one of these.
"""

import json
import tempfile
from pathlib import Path

from lossbook import course
from tools import notebooks, pages
from website.python import packs, runnable
from website.python.node import Node

BEGIN = """
import sys
opened = set()
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.add(arguments[0])
    elif event == "import" and arguments[1]:
        opened.add(arguments[1])
sys.addaudithook(note)
"""
END = """
import json
opened |= {file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
json.dumps(sorted(opened))
"""
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
            node.execute(BEGIN)
            node.execute(CHECKS)
            start = _places(node)
            for path in map(pages.find, course.pages()):
                node.reset()
                for cell in runnable.cells(notebooks.read(path)):
                    _run(node, cell.source, pages.name(path))
            node.reset()
            _run(node, TRIED, "what readers try")
            later = _places(node) - start
    for name, places in (("start", start), ("pages", later)):
        packs.OPENED.mkdir(exist_ok=True)
        (packs.OPENED / f"{name}.txt").write_text("".join(f"{place}\n" for place in sorted(places)), encoding="utf-8")
        print(f"{name}: {len(places)} files")


def _run(node: Node, code: str, where: str) -> None:
    answer = node.run(code)
    if not answer.gave:
        raise SystemExit(f"{where}: {answer.outputs[-1]['traceback'][0]}")


def _places(node: Node) -> set[str]:
    """Return the third-party files that were opened, by the places of their sources in the packs."""
    known = packs.everything()
    opened = json.loads(node.execute(END))
    places = {file.replace("/lib/python312.zip/", f"/{packs.LIBRARY}/").lstrip("/") for file in opened}
    return {place.removesuffix("c") if place.endswith(".pyc") else place for place in places} & known


if __name__ == "__main__":
    main()
