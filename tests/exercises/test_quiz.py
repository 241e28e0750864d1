"""Quizzes are Markdown that unfolds, with a verdict on every option."""

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from lossbook.exercises import Item, Quiz

ONE = Item(
    "Which one *stays*, for $r^2$?",
    {"the mean": "It moves.", "`median(y)`, if 1 < n & n > 2": "It stays at `y`.", "neither": "One does."},
    right="`median(y)`, if 1 < n & n > 2",
)
TWO = Item("Which are even?", {"2": "Yes.", "3": "Odd.", "4": "Twice 2."}, right=["2", "4"])
QUIZ = Quiz("samples/page", [ONE, TWO])


def rendered(markdown):
    return BeautifulSoup(MarkdownIt("commonmark").render(markdown), "html.parser")


def test_every_option_unfolds_to_its_verdict():
    folds = rendered(QUIZ._repr_markdown_())("details")
    assert len(folds) == 6
    said = [[part.strip() for part in fold.get_text().strip().split("\n") if part.strip()] for fold in folds]
    assert said == [
        ["the mean", "No. It moves."],
        ["median(y), if 1 < n & n > 2", "Right. It stays at y."],
        ["neither", "No. One does."],
        ["2", "Right. Yes."],
        ["3", "No. Odd."],
        ["4", "Right. Twice 2."],
    ]
    assert all(fold.find("summary") and not fold.has_attr("open") for fold in folds)
    assert [code.get_text() for code in folds[1]("code")] == ["median(y)", "y"]


def test_questions_are_numbered_and_say_if_several_are_right():
    page = rendered(QUIZ._repr_markdown_())
    asked = [paragraph.get_text() for paragraph in page.find_all("p", recursive=False)]
    assert asked == ["1. Which one stays, for $r^2$?", "2. Which are even? (More than one is right.)"]
    assert page.find("em").get_text() == "stays"


def test_a_terminal_shows_the_questions_and_gives_nothing_away():
    assert repr(QUIZ) == (
        "1. Which one *stays*, for $r^2$?\n"
        "   - the mean\n   - `median(y)`, if 1 < n & n > 2\n   - neither\n\n"
        "2. Which are even?\n   - 2\n   - 3\n   - 4\n\n"
        "The page, or print(quiz.answers()), says which are right, and why."
    )
    assert "median(y), if 1 < n & n > 2\n\n**Right.** It stays at `y`." in QUIZ.answers()
    assert "<" not in QUIZ.answers().replace("1 < n", "")


@pytest.mark.parametrize(
    ("options", "right", "said"),
    [
        ({"a": "Yes."}, "a", "options of 'Which\\?' must be two or more, each with feedback"),
        ({"a": "Yes.", "b": " "}, "a", "each with feedback"),
        ({"a": "Yes.", "b": "No."}, "c", "right must be among the options of 'Which\\?', got 'c'"),
        ({"a": "Yes.", "b": "No."}, [], "right must be among the options of 'Which\\?', got \\[\\]"),
        ({"a": "Yes.", "b": "No."}, ["a", "c"], "right must be among"),
    ],
)
def test_faults_of_an_item(options, right, said):
    with pytest.raises(ValueError, match=said):
        Item("Which?", options, right=right)


def test_an_option_has_more_than_a_formula():
    with pytest.raises(ValueError, match=r"option '\$r\^2\$' must have words"):
        Item("Which?", {"$r^2$": "Yes.", "the root of $r$": "No."}, right="$r^2$")
