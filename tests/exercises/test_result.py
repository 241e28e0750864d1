"""What a check says, in a terminal and in a notebook."""

import pytest
from bs4 import BeautifulSoup

from lossbook.exercises import Result

LONG = " ".join(["The `y_true - y_pred` of a sample is its residual with the sign turned."] * 6)


@pytest.mark.parametrize(
    ("status", "head"),
    [("passed", "✓ Right. "), ("wrong", "✗ Not yet. "), ("open", "○ Not attempted yet. "), ("note", "")],
)
def test_heads(status, head):
    result = Result(status, "Look here.")
    assert repr(result) == f"{head}Look here."
    block = BeautifulSoup(result._repr_html_(), "html.parser")
    assert block.get_text() == repr(result)
    assert [strong.get_text() for strong in block("strong")] == ([head.strip()] if head else [])


def test_a_text_fits_a_terminal():
    text = repr(Result("wrong", LONG, code="x" * 200))
    lines, code = text.split("\n\n")
    assert max(map(len, lines.split("\n"))) <= 88
    assert lines.replace("\n", " ") == f"✗ Not yet. {LONG}"
    assert code == "x" * 200


def test_code_in_a_text_stays_on_one_line():
    assert repr(Result("note", LONG)).count("`y_true - y_pred`") == 6
    assert max(map(len, repr(Result("note", f"Tried: `{'a b ' * 100}`.")).split("\n"))) <= 88


def test_lines_of_a_message_stay_lines():
    assert repr(Result("note", "One.\nTwo.")) == "One.\nTwo."


def test_a_notebook_gets_a_block_that_is_announced():
    block = BeautifulSoup(
        Result("wrong", "Use `a < b & c`, not <b>.", code="if a < b:\n    pass")._repr_html_(), "html.parser"
    )
    (outer,) = block.find_all(recursive=False)
    assert outer["role"] == "status"
    assert outer["class"] == ["exercise-result"]
    assert [each.get_text() for each in block("code")] == ["a < b & c"]
    assert block.find("pre").get_text() == "if a < b:\n    pass"
    assert not block("b")
    assert "not <b>." in block.get_text()
    # No color of its own for text or background, so it reads in light and dark.
    assert "color:" not in outer["style"].replace("border", "")
