"""Every exercise of the course, and how its page shows it."""

import ast
import re

import numpy as np
import pytest

from lossbook import course
from lossbook.exercises import Choose, FindNumber, WriteFunction, exercises
from lossbook.exercises.comparing import same
from lossbook.exercises.running import call
from tools import notebooks, pages, written

ALL = exercises()
FUNCTIONS = [each for each in ALL if isinstance(each, WriteFunction)]
NUMBERS = [each for each in ALL if isinstance(each, FindNumber)]
CHOICES = [each for each in ALL if isinstance(each, Choose)]
PAGES = [page for page in course.pages() if course.exercises(page)]


def by_name(found):
    """Return what parametrizes a test by exercise."""
    return {"argvalues": [pytest.param(each, id=each.name, marks=pytest.mark.per("exercise")) for each in found]}


def page_of(exercise):
    return exercise.name.rsplit("/", 1)[0]


def run(source, imports):
    """Run code with nothing but NumPy and these imports, and return its last function."""
    space = {}
    exec(compile(f"import numpy as np\n{imports}\n{source}", "page", "exec"), space)
    return space[[node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)][-1].name]


# All exercises ------------------------------------------------------------------------------------


def test_names_are_different():
    names = [each.name for each in ALL]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("exercise", **by_name(ALL))
def test_name(exercise):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*/[a-z]+(-[a-z]+)*/[a-z0-9]+(-[a-z0-9]+)*", exercise.name)
    name = exercise.name.rsplit("/", 1)[1].replace("-", "_")
    assert course.exercises(page_of(exercise)).get(name) is exercise, f"its page declares it as {name}"


@pytest.mark.parametrize("exercise", **by_name(ALL))
def test_hints(exercise):
    assert len(exercise.hints) >= 2, "a nudge first, and more for who needs it"
    assert len(set(exercise.hints)) == len(exercise.hints)
    assert all(hint == hint.strip() and hint.endswith((".", "?", ")", "`")) for hint in exercise.hints)


@pytest.mark.parametrize("exercise", **by_name(ALL))
def test_no_answer_is_not_attempted(exercise):
    assert exercise.check().status == "open"
    assert exercise.check(...).status == "open"


# Functions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_the_solution_passes(exercise):
    result = exercise.check(exercise.version)
    assert result.status == "passed", repr(result)


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_every_mistake_gets_its_own_message(exercise):
    messages = [mistake.message for mistake, _ in exercise.mistakes]
    assert len(set(messages)) == len(messages)
    said = [exercise.check(mistake.version).message for mistake, _ in exercise.mistakes]
    assert said == messages


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_every_special_mistake_shows_on_the_cases(exercise):
    """One that raises, or gives the right result or that of a mistake before it, would never be named."""
    shown = {mistake.message for mistake, _ in exercise.mistakes}
    assert [mistake.message for mistake in exercise.special if mistake.message not in shown] == []


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_every_mistake_is_known_in_single_precision_too(exercise):
    def rounded(value):
        if isinstance(value, tuple):
            return tuple(map(rounded, value))
        fits = isinstance(value, np.ndarray) and value.dtype == float and not (np.abs(value) > 1e38).any()
        return value.astype(np.float32) if fits else value

    messages = [mistake.message for mistake, _ in exercise.mistakes]
    said = [
        exercise.check(lambda *given, m=mistake: rounded(m.version(*given))).message for mistake, _ in exercise.mistakes
    ]
    assert said == messages


def parts(value):
    return [np.asarray(each, float) for each in (value if isinstance(value, tuple) else (value,))]


def wrong_versions(exercise, count=10):
    """Yield answers that are wrong in ways nobody thought of: the solution scaled, shifted, noisy, permuted..."""
    rng = np.random.default_rng([ord(letter) for letter in exercise.name])
    ways = [
        lambda value, seed: value * (1 + seed.uniform(0.05, 0.9)),
        lambda value, seed: value * -seed.uniform(1.1, 1.9),
        lambda value, seed: value + seed.uniform(0.1, 3),
        lambda value, seed: value - seed.uniform(0.1, 3),
        lambda value, seed: value + seed.normal(size=value.shape),
        lambda value, seed: value * seed.uniform(0.3, 3, size=value.shape),
        lambda value, seed: seed.permutation(value.ravel()).reshape(value.shape) + 0.01,
        lambda value, seed: np.roll(value, 1) * 1.07,
        lambda value, seed: np.sign(value) * np.abs(value) ** seed.uniform(1.2, 1.8) + 0.05,
        lambda value, seed: np.abs(value) + seed.uniform(0.5, 2),
        lambda value, seed: np.full(value.shape, seed.normal()),
        lambda value, seed: value + np.where(seed.random(value.shape) < 0.5, 0.3, 0.0) + 1e-3,
    ]
    for way in rng.choice(len(ways), size=count, replace=False):
        seed = int(rng.integers(2**32))

        def version(*given, way=ways[way], seed=seed):
            value = exercise.version(*given)
            wrong = [way(part, np.random.default_rng(seed)) for part in parts(value)]
            return tuple(wrong) if isinstance(value, tuple) else wrong[0]

        yield version


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_random_wrong_answers_get_no_diagnosis(exercise):
    known = {mistake.message for mistake, _ in exercise.mistakes}
    tried = 0
    for version in wrong_versions(exercise):
        outcomes = [call(version, case.arguments) for case in exercise.cases]
        if any(outcome.problem for outcome in outcomes):
            continue
        result = exercise.check(version)
        assert result.status == "wrong"
        assert result.message not in known
        tried += 1
    assert tried == 10


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_the_cases_tell_a_lot(exercise):
    """A constant, or one of the arguments handed back, must not pass, nor a solution for one case only."""
    assert len(exercise.cases) >= 2
    for value in (0.0, 1.0):
        assert exercise.check(lambda *given, value=value: value).status == "wrong"
    first = exercise.expected[0]
    assert not all(same(each, first, exercise.rtol, exercise.atol) for each in exercise.expected)
    for place in range(len(exercise.cases[0].arguments)):
        assert exercise.check(lambda *given, place=place: given[place]).status == "wrong"


# Numbers and choices ------------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", **by_name(NUMBERS))
def test_numbers(exercise):
    assert exercise.check(exercise.answer).status == "passed"
    assert exercise.why.strip()
    messages = list(exercise.mistakes.values())
    assert len(set(messages)) == len(messages)
    for number, message in exercise.mistakes.items():
        for answer in (number, np.float64(number), number + exercise.tolerance / 2):
            result = exercise.check(answer)
            assert (result.status, result.message) == ("wrong", message)


@pytest.mark.parametrize("exercise", **by_name(NUMBERS))
def test_every_special_number_is_far_from_the_others(exercise):
    lost = [message for message in exercise.special.values() if message not in exercise.mistakes.values()]
    assert lost == []


@pytest.mark.parametrize("exercise", **by_name(NUMBERS))
def test_random_wrong_numbers_get_no_diagnosis(exercise):
    rng = np.random.default_rng([ord(letter) for letter in exercise.name])
    size = max(abs(exercise.answer), 20 * exercise.tolerance, 1e-3)
    taken = np.array([exercise.answer, *exercise.mistakes])
    tried = 0
    while tried < 10:
        answer = exercise.answer + rng.normal() * 3 * size
        is_close = abs(answer - exercise.answer) <= 3 * exercise.tolerance  # then a check asks about rounding
        if not is_close and np.abs(answer - taken).min() > 1.5 * exercise.tolerance:
            result = exercise.check(answer)
            assert result.message not in exercise.mistakes.values()
            assert result.message.startswith("It is less" if answer > exercise.answer else "It is more")
            tried += 1


@pytest.mark.parametrize("exercise", **by_name(CHOICES))
def test_choices(exercise):
    answers = (exercise.right, exercise.because) if exercise.reasons else (exercise.right,)
    assert exercise.check(*answers).status == "passed"
    assert len(exercise.options) >= 2
    said = [exercise.check(option, *answers[1:]).message for option in exercise.options]
    if exercise.reasons:
        assert len(exercise.reasons) >= 2
        said += [exercise.check(exercise.right, reason).message for reason in exercise.reasons if reason != answers[1]]
    assert len(set(said)) == len(said)
    passed = [option for option in exercise.options if exercise.check(option, *answers[1:]).status == "passed"]
    assert passed == [exercise.right]
    assert exercise.check(exercise.right + "?", *answers[1:]).message.startswith("`")


# The pages ----------------------------------------------------------------------------------------


def cells_of(page):
    return notebooks.read(pages.find(page)).cells


def around(exercise):
    """Return the cells of a page up to the check of an exercise, and the check."""
    cells = cells_of(page_of(exercise))
    name = exercise.name.rsplit("/", 1)[1].replace("-", "_")
    place = next(
        place for place, cell in enumerate(cells) if "exercise" in notebooks.tags(cell) and written.named(cell) == name
    )
    return cells[:place], cells[place]


@pytest.mark.parametrize("exercise", **by_name(CHOICES))
def test_the_page_names_the_options(exercise):
    above, _ = around(exercise)
    task = next(cell.source for cell in reversed(above) if cell.cell_type == "markdown")
    for option in [*exercise.options, *exercise.reasons]:
        assert f'"{option}"' in task, "the task does not name it"


@pytest.mark.parametrize("exercise", **by_name(ALL))
def test_the_page_stores_that_it_is_not_attempted(exercise):
    _, check = around(exercise)
    (output,) = check.outputs
    assert output.data["text/plain"].startswith("○ Not attempted yet.")
    assert 'role="status"' in output.data["text/html"]


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_starter_and_solution_run_on_the_page_and_fit_it(exercise):
    """With what the page has imported from this package and SciPy, and in lines no wider than those of its code."""
    above, _ = around(exercise)
    imports = "\n".join(imported(cell.source) for cell in above if cell.cell_type == "code")
    assert exercise.check(run(exercise.starter, imports)).status == "open"
    code = exercise.solution().code
    result = exercise.check(run(code, imports))
    assert result.status == "passed", repr(result)
    assert [line for line in f"{exercise.starter}\n{code}".split("\n") if len(line) > 88] == []


def imported(source):
    """Return what a solution may use of a cell: its imports from this package and SciPy."""
    if source.startswith(("%", "#")):
        return ""
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    return "\n".join(ast.unparse(node) for node in nodes if (node.module or "").split(".")[0] in ("lossbook", "scipy"))


@pytest.mark.per("page")
@pytest.mark.parametrize("page", PAGES)
def test_the_page_stores_its_quiz(page):
    """That it shows each exercise and one quiz is for the lint to see."""
    quiz = course.quiz(page)
    assert quiz.page == page
    assert 3 <= len(quiz.items) <= 5
    (cell,) = [cell for cell in cells_of(page) if "quiz" in notebooks.tags(cell)]
    assert cell.outputs[0].data["text/markdown"] == quiz._repr_markdown_()


@pytest.mark.per("page")
@pytest.mark.parametrize("page", PAGES)
def test_the_feedback_of_a_quiz_is_about_its_option(page):
    quiz = course.quiz(page)
    for item in quiz.items:
        feedback = list(item.options.values())
        assert len(set(feedback)) == len(feedback)
        assert len(item.rights) < len(item.options)
    places = {list(item.options).index(item.rights[0]) for item in quiz.items}
    assert len(places) > 1, "the right option always stands at the same place"
