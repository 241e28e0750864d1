"""A loss of the reader's own, without a kernel: what a page asks for, and what is said to one who slips."""

import pytest

from tools import notebooks, pages
from website.python import packs

PAGE = "regression/squared-and-absolute"
SLIPS = {
    "no return": (("return r**2", "r**2"), "my_loss returns nothing; put return before its result"),
    "a mean": (
        ("return r**2 / 2", "return np.mean(r**2)"),
        "the value of my_loss must have the shape of r, (201,), got shape (); return one value for each position",
    ),
    "an if": (("return r**2 / 2", "return r if r > 0 else -r"), "my_loss gets all positions at once"),
    "a function of math": (
        ("return r**2 / 2", "import math; return math.fabs(r)"),
        "and `import math; return math.fabs(r)` takes it for one number",
    ),
    "a call": (("gradient=my_gradient", "gradient=my_gradient(1)"), "gradient must be a function, its name without"),
    "half of it with a target": (("my_loss(r)", "my_loss(y_true, r)"), "my_loss takes y_true first, my_gradient does"),
}


@pytest.fixture
def cell():
    """Return the code of the page's cell for a loss of the reader's own."""
    cells = notebooks.read(pages.find(PAGE)).cells
    (own,) = (each.source for each in cells if "own-loss" in notebooks.tags(each))
    return own


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_in_a_sentence(node, cell, slip):
    (right, wrong), sentence = SLIPS[slip]
    assert right in cell
    answer = node.run(cell.replace(right, wrong))
    assert not answer.gave
    (text,) = answer.outputs[-1]["traceback"]
    assert sentence in text
    assert text.count("\n") == 0
    assert "Traceback" not in text


def test_once_the_gradient_is_right_the_figure_says_so(node, cell):
    answer = node.run(cell.replace("return 2 * r", "return r"))
    assert answer.outputs[-1]["data"]["text/plain"].endswith("\nmy_gradient agrees with the measured slope.")
    assert [pack for pack in answer.packs if pack.endswith(packs.REST)] == []


def test_the_way_an_exception_shows_itself_may_fail(node):
    answer = node.run(
        "class Odd(Exception):\n    def _render_traceback_(self):\n        return 1 / 0\nraise Odd('odd')"
    )
    assert answer.outputs[-1]["traceback"][0].endswith("Odd: odd\n")
    assert answer.outputs[-1]["traceback"][0].startswith("Traceback")
