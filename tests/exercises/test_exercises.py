"""Every exercise of the course, and how its page shows it."""

import ast
import importlib
import re
import textwrap
from pathlib import Path

import nbformat
import numpy as np
import pytest

from lossbook.exercises import Choose, FindNumber, Quiz, WriteFunction, exercises
from lossbook.exercises.comparing import same
from lossbook.exercises.running import call

ROOT = Path(__file__).parents[2]
ALL = exercises()
FUNCTIONS = [each for each in ALL if isinstance(each, WriteFunction)]
NUMBERS = [each for each in ALL if isinstance(each, FindNumber)]
CHOICES = [each for each in ALL if isinstance(each, Choose)]
PAGES = sorted({each.name.rsplit("/", 1)[0] for each in ALL})


def by_name(found):
    """Return what parametrizes a test by exercise."""
    return {"argvalues": [pytest.param(each, id=each.name, marks=pytest.mark.per("exercise")) for each in found]}


def module_of(page):
    return importlib.import_module("lossbook.exercises." + page.replace("-", "_").replace("/", "."))


def run(source, exercise):
    """Run code as its page would, and return its last function."""
    page = exercise.name.rsplit("/", 1)[0]
    space = {"np": np, **{name: each for name, each in vars(module_of(page)).items() if not name.startswith("_")}}
    exec(compile(source, "page", "exec"), space)
    return space[[node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)][-1].name]


# All exercises ------------------------------------------------------------------------------------


def test_names_are_different():
    names = [each.name for each in ALL]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("exercise", **by_name(ALL))
def test_name(exercise):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*/[a-z]+(-[a-z]+)*/[a-z0-9]+(-[a-z0-9]+)*", exercise.name)
    page = exercise.name.rsplit("/", 1)[0]
    assert any(each is exercise for each in vars(module_of(page)).values()), "it is declared in the module of its page"


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
def test_the_starter_is_not_attempted(exercise):
    assert exercise.check(run(exercise.starter, exercise)).status == "open"


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_the_solution_passes(exercise):
    result = exercise.check(exercise.version)
    assert result.status == "passed", repr(result)


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_the_solution_that_is_shown_passes(exercise):
    result = exercise.check(run(exercise.solution().code, exercise))
    assert result.status == "passed", repr(result)


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_every_mistake_gets_its_own_message(exercise):
    messages = [mistake.message for mistake, _ in exercise.mistakes]
    assert len(set(messages)) == len(messages)
    said = [exercise.check(mistake.version).message for mistake, _ in exercise.mistakes]
    assert said == messages


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_every_special_mistake_shows_on_the_cases(exercise):
    """One that raises, gives the right result, or gives what one before it gives would never be named."""
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
        if np.abs(answer - taken).min() > 1.5 * exercise.tolerance:
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
    return nbformat.read(ROOT / "chapters" / f"{page}.ipynb", as_version=4).cells


def names_of(exercise):
    module = module_of(exercise.name.rsplit("/", 1)[0])
    return [name for name, each in vars(module).items() if each is exercise]


def place_of_check(exercise, cells):
    """Return the code cell whose last expression checks an exercise, and the arguments of the check as code."""
    for place, cell in enumerate(cells):
        if cell.cell_type != "code" or "check(" not in cell.source or cell.source.startswith(("%", "!")):
            continue
        last = ast.parse(cell.source).body[-1]
        call = getattr(last, "value", None)
        if isinstance(last, ast.Expr) and isinstance(call, ast.Call):
            *_, name, method = ("", *ast.unparse(call.func).split("."))
            if method == "check" and name in names_of(exercise):
                return place, [ast.unparse(each) for each in call.args]
    pytest.fail(f"no cell ends with {names_of(exercise)[0]}.check(...)")


def folds_below(place, cells):
    """Return the folds between a check and the next check, by title."""
    below = []
    for cell in cells[place + 1 :]:
        if cell.cell_type == "code" and ".check(" in cell.source:
            break
        if cell.cell_type == "markdown":
            below.append(cell.source)
    found = re.findall(r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", "\n\n".join(below), flags=re.DOTALL)
    return {title.strip(): content.strip() for title, content in found}


def plain(tree):
    """Return code without what does not count: layout, comments, docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) and len(node.body) > 1:
            del node.body[0]
    return ast.unparse(tree)


def words(text):
    return " ".join(re.sub(r"[`$*\\]", "", text).split())


@pytest.mark.parametrize("exercise", **by_name(FUNCTIONS))
def test_the_page_shows_the_starter(exercise):
    cells = cells_of(exercise.name.rsplit("/", 1)[0])
    place, arguments = place_of_check(exercise, cells)
    declared = plain(ast.parse(exercise.starter))
    functions = "\n\n".join(
        cell.source for cell in cells[: place + 1] if cell.cell_type == "code" and "def " in cell.source
    )
    shown = [
        plain(ast.parse(cell.source))
        for cell in cells[: place + 1]
        if cell.cell_type == "code" and not cell.source.startswith("%")
    ]
    assert any(declared in each for each in shown), f"no cell above the check is\n\n{declared}"
    assert len(arguments) == 1
    assert f"def {arguments[0]}(" in functions


@pytest.mark.parametrize("exercise", **by_name([*NUMBERS, *CHOICES]))
def test_the_page_leaves_a_gap_for_the_answer(exercise):
    cells = cells_of(exercise.name.rsplit("/", 1)[0])
    place, arguments = place_of_check(exercise, cells)
    code = "\n".join(cell.source for cell in cells[max(0, place - 2) : place + 1] if cell.cell_type == "code")
    assert len(arguments) == 1 + bool(getattr(exercise, "reasons", {}))
    for argument in arguments:
        assert argument == "..." or re.search(
            rf"^([a-z_]+, )*{argument}(, [a-z_]+)* = \.\.\.", code, flags=re.MULTILINE
        )
    if isinstance(exercise, Choose):
        near = "\n".join(cell.source for cell in cells[max(0, place - 2) : place + 1])
        for option in [*exercise.options, *exercise.reasons]:
            assert option in near, "the options stand above the check"


@pytest.mark.parametrize("exercise", **by_name(ALL))
def test_the_page_stores_that_it_is_not_attempted(exercise):
    cells = cells_of(exercise.name.rsplit("/", 1)[0])
    place, _ = place_of_check(exercise, cells)
    (output,) = cells[place].outputs
    assert output.data["text/plain"].startswith("○ Not attempted yet.")
    assert 'role="status"' in output.data["text/html"]


@pytest.mark.parametrize("exercise", **by_name(ALL))
def test_the_page_has_every_hint_in_a_fold(exercise):
    cells = cells_of(exercise.name.rsplit("/", 1)[0])
    place, _ = place_of_check(exercise, cells)
    folds = folds_below(place, cells)
    hints = words(" ".join(content for title, content in folds.items() if "int" in title))
    assert [hint for hint in exercise.hints if words(hint) not in hints] == []


@pytest.mark.parametrize("exercise", **by_name(ALL))
def test_the_page_has_a_solution_in_a_fold(exercise):
    cells = cells_of(exercise.name.rsplit("/", 1)[0])
    place, _ = place_of_check(exercise, cells)
    folds = folds_below(place, cells)
    assert "A solution" in folds, f"folds below the check: {list(folds)}"
    if isinstance(exercise, WriteFunction):
        code = re.search(r"```python\n(.*?)```", folds["A solution"], flags=re.DOTALL)
        assert code, "the solution is a fenced python block"
        above = "\n".join(imports(cell.source) for cell in cells[: place + 1] if cell.cell_type == "code")
        result = exercise.check(run(f"{above}\n{textwrap.dedent(code[1])}", exercise))
        assert result.status == "passed", repr(result)
    elif isinstance(exercise, Choose):
        assert words(exercise.right) in words(folds["A solution"])


def imports(source):
    """Return the imports from this package that a cell begins with: what a solution may use."""
    if source.startswith(("%", "#")):
        return ""
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    return "\n".join(ast.unparse(node) for node in nodes if (node.module or "").split(".")[0] in ("lossbook", "scipy"))


@pytest.mark.per("page")
@pytest.mark.parametrize("page", PAGES)
def test_the_page_has_three_exercises_a_bug_and_a_quiz(page):
    own = [each for each in ALL if each.name.startswith(f"{page}/")]
    assert f"{page}/bug" in [each.name for each in own]
    assert len(own) >= 4, "three exercises besides the bug"
    quizzes = {name: each for name, each in vars(module_of(page)).items() if isinstance(each, Quiz)}
    assert len(quizzes) == 1
    (name, quiz), *_ = quizzes.items()
    assert quiz.page == page
    assert 3 <= len(quiz.items) <= 5
    shown = [cell for cell in cells_of(page) if cell.cell_type == "code" and cell.source.split("\n")[-1] == name]
    assert len(shown) == 1, "one cell ends with the quiz"
    assert shown[0].outputs[0].data["text/markdown"] == quiz._repr_markdown_()


@pytest.mark.per("page")
@pytest.mark.parametrize("page", PAGES)
def test_the_feedback_of_a_quiz_is_about_its_option(page):
    (quiz,) = [each for each in vars(module_of(page)).values() if isinstance(each, Quiz)]
    for item in quiz.items:
        feedback = list(item.options.values())
        assert len(set(feedback)) == len(feedback)
        assert len(item.rights) < len(item.options)
    places = {list(item.options).index(item.rights[0]) for item in quiz.items}
    assert len(places) > 1, "the right option always stands at the same place"
