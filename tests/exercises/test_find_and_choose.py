"""Numbers to find and options to choose: what the check says about every kind of answer."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from lossbook.exercises import Choose, FindNumber


class Weird:
    def __array__(self, *given, **named):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError

    def __eq__(self, other):
        raise RuntimeError

    __hash__ = None


def number(**changes):
    options = {
        "answer": 0.8,
        "tolerance": 0.01,
        "why": "Four in five.",
        "mistakes": {0.2: "That is the share above."},
        "hints": ["Count."],
    }
    return FindNumber("samples/numbers/share", **(options | changes))


share = number()
RATIO = Fraction(4, 5)
NO_NUMBERS = [
    *[
        np.nan,
        np.inf,
        -np.inf,
        True,
        np.True_,
        None,
        "0.8",
        [0.8, 0.8],
        np.array([]),
        [[1], [1, 2]],
        {},
        0.8 + 0j,
        (True, 8),
    ],
    *[10**400, Fraction(10**400, 3), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Weird(), len, "x" * 999],
]


@pytest.mark.parametrize(
    "answer",
    [0.8, 0.81, 0.79, np.float32(0.8), np.array([0.8]), np.array([[0.8]]), np.array(0.8), [0.8], RATIO, Decimal("0.8")],
    ids=repr,
)
def test_the_number(answer):
    assert repr(share.check(answer)) == "✓ Right. Four in five."


def test_integers():
    assert number(answer=3, tolerance=0).check(3).status == "passed"
    assert number(answer=3, tolerance=0).check(3.0).status == "passed"
    assert number(answer=3, tolerance=0).check(np.int8(3)).status == "passed"


def test_an_exact_number_is_not_a_matter_of_decimals():
    exact = number(answer=2.5, tolerance=0, mistakes={})
    assert [exact.check(each).message for each in (2, 2.4, 3)] == [
        "It is more than 2.",
        "It is more than 2.4.",
        "It is less than 3.",
    ]


def test_an_integer_of_any_size():
    assert share.check(10**30).message == "It is less than 1e+30."


def test_zero_has_no_sign():
    assert number(answer=80, mistakes={}).check(-0.0).message == "It is more than 0."


@pytest.mark.parametrize("answer", [(0, 8), (1, 234, 567), (1, 234.5)])
def test_a_comma_makes_a_tuple(answer):
    assert share.check(answer).message == (
        "One finite number is asked for, and a comma separates numbers. Decimals come after a point, and nothing "
        "stands between thousands: `1234.5`."
    )


@pytest.mark.parametrize("answer", [..., "no answer at all"])
def test_no_number_yet(answer):
    result = share.check() if answer == "no answer at all" else share.check(answer)
    assert repr(result) == "○ Not attempted yet. Replace the `...` with your number."


@pytest.mark.parametrize("answer", NO_NUMBERS, ids=lambda answer: type(answer).__name__)
def test_no_number(answer):
    result = share.check(answer)
    assert result.status == "wrong"
    assert result.message.startswith("One finite number is asked for, this is `")
    assert len(result.message) < 200


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (0.2, "That is the share above."),
        (0.21, "That is the share above."),
        (-0.8, "The size is right and the sign is not."),
        (80, "That is a hundred times too large: a percentage where a share is asked for?"),
        (1.6, "That is twice too large."),
        (0.4, "That is half of it."),
        (0.84, "It is less than 0.84."),
        (0.75, "It is more than 0.75."),
        (1234567.5, "It is less than 1234567.5."),
        (-5, "It is more than -5."),
    ],
)
def test_what_is_said_about_a_wrong_number(answer, said):
    assert share.check(answer).message == said


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (2.7, "That is rounded too far: 2 decimals are asked for."),
        (3, "That is rounded too far: 2 decimals are asked for."),
        (2, "That is cut off, not rounded, and 2 decimals are asked for."),
        (2.71, "That is cut off, not rounded, and 2 decimals are asked for."),
        (2.73, "That is close. Was something rounded on the way? Carry all digits, and round once, at the end."),
        (2.74, "It is less than 2.74."),
        (2.6, "It is more than 2.6."),
        (4, "It is less than 4."),
    ],
)
def test_a_number_that_is_rounded(answer, said):
    assert number(answer=2.7183, tolerance=0.005, mistakes={}).check(answer).message == said


def test_one_decimal_is_one():
    said = number(answer=2.72, tolerance=0.05, mistakes={}).check(3).message
    assert said == "That is rounded too far: 1 decimal is asked for."


def test_a_whole_number_is_not_rounded():
    assert number(answer=38, tolerance=0.5, mistakes={}).check(37).message == "It is more than 37."


def test_a_percentage_and_a_share():
    assert "a hundred times too small" in number(answer=80, mistakes={}).check(0.8).message
    assert number(answer=300, mistakes={}).check(3).message == "It is more than 3."
    assert number(answer=30, mistakes={}).check(3000).message == "It is less than 3000."


def test_a_mistake_that_is_within_the_tolerance_is_none():
    assert number(answer=0.0, mistakes={}).mistakes == {}
    assert number(answer=0.01, tolerance=0.1, mistakes={}).check(-0.01).status == "passed"
    special = number(mistakes={-0.8: "Mine.", 0.79: "Nothing.", 0.2: "A.", 0.205: "B."}).mistakes
    assert "Nothing." not in special.values()
    assert special[-0.8] == "Mine."
    assert {"A.", "B."} & set(special.values()) == {"A."}


def test_the_solution_of_a_number():
    assert share.solution().message == "`0.8`. Four in five."


def choice(**changes):
    options = {
        "options": {"mean": "It moves.", "median": "It stays."},
        "right": "median",
        "reasons": {"rank": "Ranks do not move.", "size": "Sizes do."},
        "because": "rank",
    }
    return Choose("samples/choices/center", **(options | changes))


center, without_reason = choice(), choice(reasons=None, because="")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((), "○ Not attempted yet. Replace the `...` with an option and a reason."),
        ((..., ...), "○ Not attempted yet. Replace the `...` with an option and a reason."),
        (("median", ...), "○ Not attempted yet. Replace the `...` with an option and a reason."),
        (("median",), "○ Not attempted yet. Replace the `...` with an option and a reason."),
        (("median", "rank"), "✓ Right. It stays. Ranks do not move."),
        (("mean", "rank"), "✗ Not yet. It moves. Your reason holds, and speaks for another choice."),
        (("mean", "size"), "✗ Not yet. It moves. Nor does the reason hold. Sizes do."),
        (("median", "size"), "✗ Not yet. The choice is right, and the reason is not. Sizes do."),
        (("mode", "size"), "✗ Not yet. `'mode'` is none of `'mean'`, `'median'`."),
        (("median", "luck"), "✗ Not yet. `'luck'` is none of `'rank'`, `'size'`."),
    ],
)
def test_option_and_reason(answers, said):
    assert repr(center.check(*answers)) == said


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((), "○ Not attempted yet. Replace the `...` with one of the options."),
        (("median",), "✓ Right. It stays."),
        (("median", "for no reason"), "✓ Right. It stays."),
        (("mean",), "✗ Not yet. It moves."),
    ],
)
def test_option_without_reason(answers, said):
    assert repr(without_reason.check(*answers)) == said


@pytest.mark.parametrize(
    "answer",
    [["median"], {"median"}, {}, None, np.array(["median"]), np.ones(3), 1, True, np.nan, Weird(), len],
    ids=lambda answer: type(answer).__name__,
)
def test_no_option(answer):
    for answers in ((answer, "rank"), ("median", answer)):
        result = center.check(*answers)
        assert result.status == "wrong"
        assert " is none of " in result.message


@pytest.mark.parametrize("changes", [{"right": "mode"}, {"because": "luck"}, {"because": ""}])
def test_the_right_answer_must_be_there(changes):
    with pytest.raises(ValueError, match="the right answer of samples/choices/center must be among"):
        choice(**changes)


def test_the_solution_of_a_choice():
    assert center.solution().message == '`"median"`, for the reason `"rank"`. It stays. Ranks do not move.'
    assert without_reason.solution().message == '`"median"`. It stays.'


@pytest.mark.parametrize(
    ("exercise", "starter", "answered"),
    [
        (share, "answer = ...", "answer"),
        (without_reason, "answer = ...", "answer"),
        (center, "answer = ...\nreason = ...", "answer, reason"),
    ],
    ids=["number", "choice", "choice and reason"],
)
def test_what_the_page_shows(exercise, starter, answered):
    assert (exercise.starter, exercise.answered) == (starter, answered)
    space = {"exercise": exercise}
    exec(f"{starter}\nresult = exercise.check({answered})", space)
    assert space["result"].status == "open"
    assert exercise.folds()["A solution"] == exercise.solution().message


def test_hints_are_a_list():
    assert share.folds()["Hints"] == "- Count."
