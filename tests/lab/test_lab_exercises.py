"""An exercise in a real JupyterLab: not attempted, answered badly, answered well, and remembered."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from lossbook.exercises.regression.squared_and_absolute import bug
from tools import lab
from tools.lab import run

IMPORT = "import numpy as np\n\nfrom lossbook.exercises.regression.squared_and_absolute import bug\n\n"
WRONG = "def mean_squared_error(y_true, y_pred):\n    return np.mean((np.ravel(y_pred) - y_true) ** 2)\n\n\n"
RAISES = "def mean_squared_error(y_true, y_pred):\n    return y_true.men()\n\n\n"
RIGHT = "def mean_squared_error(y_true, y_pred):\n    return np.mean((np.ravel(y_pred) - np.ravel(y_true)) ** 2)\n\n\n"
CHECK = "bug.check(mean_squared_error)"
CELLS = [
    IMPORT + bug.starter + "\n\n\n" + CHECK,
    WRONG + CHECK,
    RAISES + CHECK,
    "bug.hint()",
    RIGHT + CHECK,
    "import lossbook.exercises\n\nlossbook.exercises.progress()",
]


@pytest.fixture(scope="module")
def page(chromium: Browser, tmp_path_factory) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1300, "height": 2000})
    with lab.notebook(tmp_path_factory.mktemp("lab"), CELLS) as address:
        page = context.new_page()
        lab.open_notebook(page, address, len(CELLS))
        yield page
        context.close()


def test_the_check_follows_the_learner(page):
    said = [
        "Not attempted yet",
        "the predictions only",
        "AttributeError",
        "Hint 1 of 3",
        "Right.",
        "1 of",
    ]
    for index, words in enumerate(said):
        expect(run(page, index).get_by_role("status")).to_contain_text(words)
    # The line is the learner's own, and no traceback of ours is to be seen.
    expect(page.locator(".jp-CodeCell").nth(2).get_by_role("status")).to_contain_text("return y_true.men()")
    expect(page.locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
    found = Axe().run(page, context={"include": [[".exercise-result"]]})
    assert found.response["violations"] == [], found.generate_report()
