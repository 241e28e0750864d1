"""Functions to write and to repair: what the check says about every kind of answer."""

import functools

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from samples import CASES, gradient_exercise, pinball, pull, value_exercise
from traitlets.config import Config

from lossbook.exercises import Case, Mistake, WriteFunction
from lossbook.exercises import exercise as module
from lossbook.exercises.running import call

values, gradients = value_exercise(), gradient_exercise()


class Callable:
    def __call__(self, y_true, y_pred):
        return pinball(y_true, y_pred)


def decorated(function):
    @functools.wraps(function)
    def inner(*given):
        return function(*given)

    return inner


def in_single(y_true, y_pred):
    return pinball(y_true.astype(np.float32), y_pred.astype(np.float32))


RIGHT = {
    "function": pinball,
    "lambda": lambda y_true, y_pred: pinball(y_true, y_pred),
    "partial": functools.partial(pinball),
    "instance": Callable(),
    "method": Callable().__call__,
    "decorated": decorated(pinball),
    "float32": in_single,
    "list": lambda y_true, y_pred: list(pinball(y_true, y_pred)),
    "prints": lambda y_true, y_pred: print("here") or pinball(y_true, y_pred),
}


@pytest.mark.parametrize("answer", RIGHT.values(), ids=RIGHT)
def test_right(answer):
    result = values.check(answer)
    assert repr(result) == "✓ Right. Your value agrees in all 4 cases that it was tried on."


def test_one_case_is_no_all():
    assert "agrees in the one case that" in value_exercise(cases=CASES[:1]).check(pinball).message


def giving(value):
    return lambda y_true, y_pred: value


class Weird:
    def __array__(self, *given, **named):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError


WRONG = {
    "None": (giving(None), "Your function returns `None`. Is there a `return` at its end?"),
    "gap": (giving(...), "There is still a `...` in your code"),
    "text": (giving("no"), "The result is `'no'`, of type `str`. Expected: an array of shape `(1,)`."),
    "texts": (giving(["1.0"]), "of type `list`"),
    "ragged": (giving([[1], [1, 2]]), "The result is `[[1], [1, 2]]`, of type `list`."),
    "generator": (lambda y_true, y_pred: (y for y in y_pred), "of type `generator`"),
    "weird": (giving(Weird()), "The result is `a Weird`, of type `Weird`."),
    "class": (type("Loss", (), {"__init__": lambda self, *given: None}), "of type `Loss`"),
    "built-in": (max, "Your code raised ValueError"),
    "one number": (giving(3.0), "The result is one number. Expected: an array of shape `(1,)`."),
    "column": (
        lambda y_true, y_pred: pinball(y_true, y_pred)[:, None],
        "The result is an array of shape `(1, 1)`. Expected: an array of shape `(1,)`.",
    ),
    "nan": (lambda y_true, y_pred: 0 * y_pred / 0, "There is a `nan` in the result where `2.1` is expected."),
    "inf": (lambda y_true, y_pred: y_pred / 0, "There is a `inf` in the result where `2.1` is expected."),
    "complex": (lambda y_true, y_pred: pinball(y_true, y_pred) + 1j, "Expected: `[2.1]`, got: `[2.1+1.j]`."),
    "raises": (lambda y_true, y_pred: y_true.no, "raised AttributeError: 'numpy.ndarray' object has no attribute 'no'"),
    "too few arguments": (lambda y_true: y_true, "Your code raised TypeError"),
    "own": (lambda y_true, y_pred: y_pred + 100, "Tried: `pinball([2.], [5.])`. Expected: `[2.1]`, got: `[105.]`."),
    "last digits": (lambda *given: pinball(*given) + 1e-5, "Expected: `[2.1]`, got: `[2.10001]`."),
    "still a gap": (lambda y_true, y_pred: ... * y_pred, "There is still a `...` in your code"),
}


@pytest.mark.parametrize(("answer", "said"), WRONG.values(), ids=WRONG)
def test_wrong(answer, said):
    result = values.check(answer)
    assert result.status == "wrong"
    assert said in result.message


NO_FUNCTIONS = [3.0, "pinball", None, np.ones(3), [[1], [1, 2]], Weird(), (value for value in ()), {}, np.nan]


@pytest.mark.parametrize("answer", NO_FUNCTIONS, ids=[type(answer).__name__ for answer in NO_FUNCTIONS])
def test_no_function(answer):
    result = values.check(answer)
    assert result.status == "wrong"
    assert result.message.startswith("Hand over the function itself, without calling it; this is `")


def test_a_loop_without_end(monkeypatch):
    monkeypatch.setattr(module, "call", functools.partial(call, seconds=0.1))

    def loops(y_true, y_pred):
        while True:
            pass

    message = values.check(loops).message
    assert message.startswith("Your code was still running after 0.1 seconds.")
    assert message.endswith("Tried: `loops([ 1. 2. -0.5], [ 3.5 2. -4. ])`.")


def test_code_that_changes_what_it_is_given():
    def changes(y_true, y_pred):
        result = pinball(y_true, y_pred)
        y_pred[:] = 0
        return result

    assert values.check(changes).message == (
        "The result is right, but your code changes the arrays that it is given. Work on new ones."
    )
    assert values.check(pinball).status == "passed"


def test_code_that_changes_what_it_is_given_and_is_wrong_too():
    def changes(y_true, y_pred):
        y_pred -= y_true
        return y_pred if y_pred.dtype == float else y_pred + 0.5

    message = values.check(changes).message
    assert "Expected: `[2.1]`, got: `[3.]`." in message
    assert message.endswith("Your code also changes the arrays that it is given; work on new ones.")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda value: 1.5 * value, "Your value is 1.5 times what it should be, everywhere."),
        (lambda value: -value / 3, "Your value is -0.3333 times what it should be, everywhere."),
        (lambda value: value - 0.25, "Your value is off by -0.25, everywhere."),
        (lambda value: (0.7 * value).astype(np.float32), "Your value is 0.7 times what it should be, everywhere."),
    ],
)
def test_off_by_a_constant(wrong, said):
    assert values.check(lambda *given: wrong(pinball(*given))).message.startswith(said)


def test_the_type_is_shown_where_it_is_not_the_usual_one():
    exercise = value_exercise(cases=[*CASES, (np.float32([1, 2]), np.float32([3, 1]))])
    message = exercise.check(lambda y_true, y_pred: pinball(y_true, y_pred) + (y_true.dtype == np.float32)).message
    assert "Tried: `<lambda>" not in message
    assert "[1. 2.] (float32), [3. 1.] (float32)" in message


@pytest.fixture
def in_a_notebook():
    """Run cells as a kernel does, which keeps the code of those that Python cannot read too; return their names."""
    config = Config({"HistoryManager": {"enabled": False}})
    shell = InteractiveShell(config=config)

    def run(*cells):
        shell.reset()
        for cell in cells:
            shell.run_cell(cell, store_history=True)
        return shell.user_ns

    yield run
    shell.restore_sys_module_state()


STARTER = "def pinball(y_true, y_pred):\n    ..."
OLDER = "def pinball(y_true, y_pred):\n    return y_pred - y_true"
CHECK = "exercise.check(pinball)"


def test_after_a_syntax_error_the_older_version_is_not_judged(in_a_notebook):
    space = in_a_notebook(OLDER, "def pinball(y_true, y_pred)\n    return y_true", CHECK)
    assert values.check(space["pinball"]).message == (
        "What you ran last for `pinball` has a syntax error in line 1, so an older version would be checked. "
        "Mend it, run it, and check again."
    )
    space = in_a_notebook("def other(:", OLDER, "print(", CHECK)
    assert "syntax" not in values.check(space["pinball"]).message


def test_a_function_of_another_name_is_named(in_a_notebook):
    space = in_a_notebook(STARTER, OLDER.replace("pinball", "pinbal"), CHECK)
    result = values.check(space["pinball"])
    assert result.status == "open"
    assert result.message.endswith("Checked was `pinball`; what you ran last defines `pinbal`.")
    assert "Checked was" not in values.check(in_a_notebook(STARTER, OLDER, CHECK)["pinball"]).message


def test_none_in_one_case_only():
    def forgets(y_true, y_pred):
        return pinball(y_true, y_pred) if len(y_true) > 1 else None

    assert values.check(forgets).message.endswith("The result is `None`. Expected: an array of shape `(1,)`.")


def test_long_arrays_show_the_first_entry_that_is_off():
    long = value_exercise(cases=[(np.zeros(100), np.arange(100.0)), (np.zeros((5, 4)), np.ones((5, 4)))])
    flat = long.check(lambda y_true, y_pred: np.where(y_pred == 42, 7, pinball(y_true, y_pred)))
    assert flat.message.endswith("First at `[42]`: expected: `29.4`, got: `7`.")

    def off_at_a_place(y_true, y_pred):
        result = pinball(y_true, y_pred)
        result.flat[6] = 7
        return result

    assert long.check(off_at_a_place).message.endswith("First at `[1, 2]`: expected: `0.7`, got: `7`.")


# Whole numbers ------------------------------------------------------------------------------------


def signs(y_true, y_pred):
    return np.sign(y_pred - y_true).astype(float)


def sign_exercise(cases):
    return WriteFunction(
        "samples/gradients/sign", starter="def signs(y_true, y_pred):\n    ...", solution=signs, cases=cases
    )


def test_the_right_numbers_of_the_wrong_type():
    result = sign_exercise(CASES[:2]).check(lambda y_true, y_pred: np.where(y_pred > y_true, 1, 0) - (y_pred < y_true))
    assert result.status == "wrong"
    assert result.message.startswith("The numbers are right, but they are of type `int64`, and floats are asked for.")


def test_whole_numbers_from_whole_numbers_are_fine():
    assert sign_exercise(CASES).check(lambda y_true, y_pred: np.sign(y_pred - y_true)).status == "passed"


# Tuples -------------------------------------------------------------------------------------------


def both(y_true, y_pred):
    return np.mean(y_pred - y_true), y_pred - y_true


def test_two_results():
    pair = WriteFunction(
        "samples/values/pair",
        starter="def both(y_true, y_pred):\n    ...",
        solution=both,
        cases=CASES[:2],
        mistakes=[Mistake("Swapped.", lambda *given: both(*given)[::-1])],
    )
    assert pair.check(both).status == "passed"
    assert pair.check(lambda *given: list(both(*given))).status == "passed"
    assert pair.check(lambda *given: both(*given)[::-1]).message == "Swapped."
    assert pair.check(lambda *given: (0.0, both(*given)[1])).message.endswith("got: `(0, [ 2.5 0. -3.5])`.")
    for other in (giving(1.0), giving((1.0,)), giving(np.ones(3)), giving(None), giving("ab")):
        assert pair.check(other).status == "wrong"


# Mistakes -----------------------------------------------------------------------------------------

GENERIC = {
    "sign": (lambda f: lambda t, p: -f(t, p), "right up to the sign"),
    "twice": (lambda f: lambda t, p: 2 * f(t, p), "twice too large"),
    "half": (lambda f: lambda t, p: f(t, p) / 2, "half of what it should be"),
    "times n": (lambda f: lambda t, p: f(t, p) * len(p), "n times too large"),
    "over n": (lambda f: lambda t, p: f(t, p) / len(p), "n times too small"),
    "swapped": (lambda f: lambda t, p: f(p, t), "first two arguments change places somewhere. Here `y_true` comes"),
    "mean": (lambda f: lambda t, p: np.mean(f(t, p)), "You return the mean, one number."),
    "sum": (lambda f: lambda t, p: sum(f(t, p)), "You return the sum, one number."),
    "broadcast": (lambda f: lambda t, p: f(t[:, None], p), "n × n"),
    "broadcast the other way": (lambda f: lambda t, p: f(t, p[:, None]), "n × n"),
    "whole from whole": (lambda f: lambda t, p: f(t, p).astype(p.dtype), "`np.zeros_like`"),
    "whole": (lambda f: lambda t, p: f(t, p).astype(int), "consists of whole numbers"),
}


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize(("wrong", "said"), GENERIC.values(), ids=GENERIC)
@pytest.mark.parametrize("exercise", [values, gradients], ids=["value", "gradient"])
def test_generic_mistakes(exercise, wrong, said, precision):
    answer = wrong(exercise.version)
    if precision == np.float32:
        exact = answer

        def answer(t, p):
            result = exact(t, p)
            return result if np.asarray(result).dtype.kind == "i" else np.float32(result)

    message = exercise.check(answer).message
    assert said in message
    assert "Tried" not in message


def test_the_value_lost_its_sign():
    losing = WriteFunction(
        "samples/values/difference",
        starter="def difference(a, b):\n    ...",
        solution=lambda a, b: 3 * a - b,
        cases=CASES,
        what="difference",
    )
    assert "Where it should be negative, the sign is missing." in losing.check(lambda a, b: abs(3 * a - b)).message
    assert "Here `a` comes first, then `b`." in losing.check(lambda a, b: 3 * b - a).message
    assert losing.check(lambda a, b: b - 3 * a).message.endswith("Did you subtract the other way round?")


@pytest.mark.parametrize(
    ("at_zero", "said"), [(1.25, "the branch just above, as if `y_pred` has"), (-1.4, "the branch just below")]
)
def test_the_wrong_branch_at_the_kink(at_zero, said):
    message = gradients.check(lambda t, p: np.where(p == t, at_zero, pull(t, p))).message
    assert said in message


def test_a_smooth_function_has_no_kink():
    smooth = value_exercise(solution=lambda y_true, y_pred: (y_pred - y_true) ** 2)
    assert not any("kink" in mistake.message for mistake, _ in smooth.mistakes)


def test_the_wrong_axis():
    rows = WriteFunction(
        "samples/values/rows",
        starter="def rows(scores, shift):\n    ...",
        solution=lambda scores, shift: (scores**2).sum(axis=1),
        cases=[(np.arange(6.0).reshape(3, 2), 0.5)],
    )
    assert "wrong axis" in rows.check(lambda scores, shift: (scores**2).sum(axis=0)).message
    shares = WriteFunction(
        "samples/values/shares",
        starter="def shares(scores):\n    ...",
        solution=lambda scores: scores / scores.sum(axis=1, keepdims=True),
        cases=[(np.arange(1, 7.0).reshape(3, 2),)],
    )
    assert "wrong axis" in shares.check(lambda scores: scores / scores.sum(axis=0)).message


def test_the_mean_over_all_pairs():
    means = value_exercise(solution=lambda y_true, y_pred: np.mean(pinball(y_true, y_pred)))
    assert "n × n" in means.check(lambda t, p: np.mean(pinball(t[:, None], p))).message
    assert "a mean has a 1/n" in means.check(lambda t, p: np.sum(pinball(t, p))).message


def test_single_numbers_among_the_cases():
    mixed = value_exercise(cases=[*CASES, (1.0, 3.0)])
    assert "You return the mean" in mixed.check(lambda t, p: np.mean(pinball(t, p))).message
    assert "n times too large" in mixed.check(lambda t, p: pinball(t, p) * np.size(t)).message


def test_zeros_are_not_decimals_cut_off():
    small = value_exercise(cases=[(np.array([0.1, 0.2]), np.array([0.3, 0.1]))])
    assert "whole numbers" not in small.check(lambda t, p: np.zeros_like(p)).message


def test_special_mistakes_come_first():
    special = value_exercise(mistakes=[Mistake("Mine.", lambda t, p: -pinball(t, p))])
    assert special.check(lambda t, p: -pinball(t, p)).message == "Mine."


def test_of_two_alike_the_first_and_none_that_is_right():
    special = value_exercise(
        mistakes=[
            Mistake("Right.", lambda t, p: pinball(t, p) + 1e-12),
            Mistake("First.", lambda t, p: p - 7),
            Mistake("Second.", lambda t, p: p - 7.0),
            Mistake("Raises.", lambda t, p: p.nothing),
        ]
    )
    messages = [mistake.message for mistake, _ in special.mistakes]
    assert messages[0] == "First."
    assert not {"Right.", "Second.", "Raises."} & set(messages)
    assert special.check(lambda t, p: p - 7).message == "First."
    assert special.check(lambda t, p: pinball(t, p) + 1e-12).status == "passed"


def test_a_mistake_has_to_show_in_every_case():
    only_once = values.check(lambda t, p: -pinball(t, p) if len(t) == 3 else pinball(t, p))
    assert "Expected: " in only_once.message


def test_what_a_case_says_itself():
    remark = "It fails only at the kink."
    cases = [*CASES[1:3], Case(CASES[0], only=remark)]
    exercise = gradient_exercise(cases=cases)
    assert exercise.check(lambda t, p: np.where(p == t, 1.25, pull(t, p))).message == remark
    assert exercise.check(lambda t, p: np.where(p == t, 77, pull(t, p))).message == remark
    assert exercise.check(lambda t, p: 3 * pull(t, p)).message != remark
    special = gradient_exercise(
        cases=cases, mistakes=[Mistake("Mine.", lambda t, p: np.where(p == t, 1.25, pull(t, p)))]
    )
    assert special.check(lambda t, p: np.where(p == t, 1.25, pull(t, p))).message == "Mine."


# Starters -----------------------------------------------------------------------------------------

BROKEN = """
def helper(r):
    return np.where(r > 0, 1.6 * r, -0.7 * r)


def pinball(y_true, y_pred, factor=1.0):
    r = y_pred - y_true
    return factor * helper(r)
"""
REPAIRED_HELPER = BROKEN.replace("1.6 * r, -0.7", "0.7 * r, -1.6")


def run(source, name="pinball"):
    space = {"np": np}
    exec(source, space)
    return space[name]


broken = value_exercise(starter=BROKEN)
GAP = "Replace the `...` in `pinball` with your code."


def test_the_starter_with_a_gap():
    for answer in (..., run(values.starter), run("def other(a, b):\n    '''What.'''\n    ...  # here", "other")):
        result = values.check(answer)
        assert (result.status, result.message) == ("open", GAP)
    assert values.check().status == "open"


def test_the_gap_may_stand_below_imports_and_helpers():
    starter = "import math\n\n\ndef helper(r):\n    return math.exp(r)\n\n\ndef pinball(t, p):\n    return helper(...)"
    exercise = value_exercise(starter=starter)
    assert exercise.check(run(starter)).message == GAP
    assert exercise.check().message == GAP


def test_broken_code_as_it_was_found():
    for source in (BROKEN, BROKEN.replace("    r = ", "    # the residual\n    r = ")):
        result = broken.check(run(source))
        assert (result.status, result.message) == (
            "open",
            "`pinball` is as you found it. Find the mistake, and repair it.",
        )


def test_broken_code_with_a_change():
    changed = BROKEN.replace("y_pred - y_true", "y_true - y_pred")
    assert broken.check(run(changed)).status == "passed"
    assert broken.check(run(BROKEN.replace("1.6", "1.7"))).status == "wrong"
    assert broken.check(run(BROKEN.replace("factor *", "2 *"))).status == "wrong"


def test_a_repair_outside_of_the_function_counts():
    assert broken.check(run(REPAIRED_HELPER)).status == "passed"
    default = (
        "def pinball(y_true, y_pred, low=1.6):\n    r = y_pred - y_true\n    return np.where(r > 0, 0.7 * r, -low * r)"
    )
    exercise = value_exercise(starter=default.replace("1.6", "0.7"))
    assert exercise.check(run(exercise.starter)).status == "open"
    assert exercise.check(run(default)).status == "passed"


def test_broken_code_that_raises_is_as_it_was_found():
    starter = "def pinball(y_true, y_pred):\n    return y_true.nothing"
    assert value_exercise(starter=starter).check(run(starter)).status == "open"


# Hints and solutions ------------------------------------------------------------------------------


def test_hints_come_one_after_the_other():
    exercise = value_exercise()
    assert [exercise.hint().message for _ in range(3)] == [
        "Hint 1 of 2: Subtract.",
        "Hint 2 of 2: Mind the sign.",
        "Hint 2 of 2: Mind the sign. That was the last hint; `solution()` shows a solution.",
    ]
    assert value_exercise(hints=[]).hint().message == "There is no hint for this one; `solution()` shows a solution."


def _square(y_true, y_pred):
    return (y_pred - y_true) ** 2


def test_the_solution_bears_the_name_of_the_starter():
    assert value_exercise(solution=_square).solution().code == (
        "def pinball(y_true, y_pred):\n    return (y_pred - y_true) ** 2"
    )


def test_the_solution_may_be_a_lambda():
    exercise = value_exercise(
        solution=lambda y_true, y_pred, tau=0.5: np.maximum(tau * (y_true - y_pred), (tau - 1) * (y_true - y_pred)),
    )
    code = exercise.solution().code
    assert code.startswith("def pinball(y_true, y_pred, tau=0.5):\n    return np.maximum(tau * (y_true - y_pred)")
    assert exercise.check(run(code)).status == "passed"


def test_a_solution_without_source_is_no_error():
    no_source = run("def _pinball(y_true, y_pred):\n    return y_pred - y_true", "_pinball")
    assert "its source is not at hand" in value_exercise(solution=no_source).solution().code
    assert "its source is not at hand" in value_exercise(solution=np.subtract).solution().code


def test_a_name_has_three_parts():
    with pytest.raises(ValueError, match="name must be chapter/page/exercise, got 'pinball'"):
        WriteFunction("pinball", starter="", solution=pinball, cases=[])


def test_shown_as_an_exercise():
    assert repr(values) == "Exercise samples/values/pinball: check(your answer), hint(), solution()"


def test_what_unfolds_below_the_check():
    exercise = value_exercise(cause="The sign.\n", remark="\nIt is $2r$.")
    folds = exercise.folds()
    assert list(folds) == ["Hints", "The cause", "A solution"]
    assert folds["Hints"] == "- Subtract.\n- Mind the sign."
    assert folds["The cause"] == "The sign."
    assert folds["A solution"] == f"```python\n{exercise.solution().code}\n```\n\nIt is $2r$."
    assert list(value_exercise().folds()) == ["Hints", "A solution"]


@pytest.mark.parametrize(
    ("starter", "name"),
    [
        ("def helper(y):\n    return y\n\n\ndef last(y):\n    return helper(y)", "last"),
        ("def gap(y):\n    ...\n\n\ndef last(y):\n    return gap(y)", "gap"),
        ("x = 1", "function"),
    ],
    ids=["last", "gap", "none"],
)
def test_what_is_handed_to_the_check(starter, name):
    assert value_exercise(starter=starter).answered == name


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (np.array([0.5, -1.4]), "agrees in all"),
        (np.array([0.5, 1.3]), "Only at the kink."),
        (np.array([0.5, np.nan]), "Only at the kink."),
        (np.array([0.5]), "Only at the kink."),
        (None, "Only at the kink."),
    ],
    ids=["within", "beyond", "NaN", "one of two", "nothing"],
)
def test_several_results_may_be_right(result, message):
    kink = Case(
        (np.array([1.0, 2.0]), np.array([1.0, 2.0])),
        only="Only at the kink.",
        accepts=lambda got, y_true, y_pred: bool(np.all((got >= -1.4) & (got <= 1.25))),
    )
    right = [case for case in CASES if not np.any(case[0] == case[1])]
    exercise = gradient_exercise(cases=[*right, kink])

    def answer(y_true, y_pred, of=pull):
        return result if np.array_equal(y_true, y_pred) else of(y_true, y_pred)

    assert message in exercise.check(answer).message
    residual = functools.partial(answer, of=lambda y_true, y_pred: y_pred - y_true)
    assert exercise.check(residual).message == "You return the residual."
