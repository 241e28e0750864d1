"""Answers as learners give them: the wrong ones are named, and no right one is refused."""

import pytest

from benchmarks.answers import NAMED, answers, imports, is_named, possible
from lossbook import course
from lossbook.exercises import WriteFunction

PAGES = [page for page in course.pages() if course.exercises(page)]
EXERCISES = [
    pytest.param(page, name, id=exercise.name, marks=pytest.mark.per("exercise", name=exercise.name))
    for page in PAGES
    for name, exercise in course.exercises(page).items()
]
COUNT = 10  # wrong answers to each exercise, where there are as many
ROADS = 3  # right answers to each function, by other roads than the solution's


@pytest.mark.per("page")
@pytest.mark.parametrize("page", PAGES)
def test_every_exercise_has_answers(page):
    assert list(answers(page)) == list(course.exercises(page)), "not the exercises of the page, in their order"


@pytest.mark.parametrize(("page", "name"), EXERCISES)
def test_answers(page, name):
    exercise = course.exercises(page)[name]
    given, around = answers(page)[name], imports(page)
    wrong = [answer for answer in given if not answer.is_right]
    right = [answer for answer in given if answer.is_right]
    assert len(wrong) >= min(COUNT, possible(exercise) or COUNT)
    assert len(right) >= (ROADS if isinstance(exercise, WriteFunction) else 1)
    for many in (wrong, right):
        assert len({answer.given for answer in many}) == len(many), "the same answer twice"

    refused = [
        (answer.about, result) for answer in right if (result := answer.check(exercise, around)).status != "passed"
    ]
    assert refused == []
    said = [(answer, answer.check(exercise, around)) for answer in wrong]
    assert [answer.about for answer, result in said if result.status != "wrong"] == [], "accepted, or not looked at"
    for answer, result in said:
        assert bool(answer.says) == is_named(result), f"{answer.about}: {result!r}"
        assert answer.says in result.message, f"{answer.about}: {result!r}"
    assert sum(bool(answer.says) for answer in wrong) >= NAMED * len(wrong)
