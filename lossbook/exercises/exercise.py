"""Exercises that say which mistake was made: what all have in common, and a function to write."""

import ast
import inspect
import math
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import CodeType
from typing import Any

import numpy as np

from lossbook.exercises import cells, record
from lossbook.exercises.comparing import code_of, numbers, same, same_code, shape, shown
from lossbook.exercises.mistakes import Mistake, generic
from lossbook.exercises.result import Result
from lossbook.exercises.running import Outcome, call


class Exercise:
    """What all exercises share: a name, hints that come one after the other, and a solution.

    A subclass sets `starter`, the code that the learner finds, and `answered`, the part of it that `check` gets.

    Args:
        name: ``chapter/page/exercise``, in lower-case words joined by hyphens.
        hints: from a nudge to nearly the answer, as Markdown with mathematics between dollar signs.
    """

    starter: str
    answered: str

    def __init__(self, name: str, *, hints: Sequence[str]) -> None:
        if name.count("/") != 2:
            raise ValueError(f"name must be chapter/page/exercise, got {name!r}")
        self.name = name
        self.hints = list(hints)
        self._given = 0

    def check(self, answer: Any = ..., *more: Any) -> Result:
        """Say whether an answer is right, and if not, which mistake it is. Never raises on a wrong answer."""
        result = self._check(answer, *more)
        if result.status in ("passed", "wrong"):
            record.keep(self.name, result.status)
        return result

    def hint(self) -> Result:
        """Give the next hint, and the last one again when there are no more."""
        if not self.hints:
            return Result("note", "There is no hint for this one; `solution()` shows a solution.")
        more = "" if self._given < len(self.hints) else " That was the last hint; `solution()` shows a solution."
        self._given = min(self._given + 1, len(self.hints))
        return Result("note", f"Hint {self._given} of {len(self.hints)}: {self.hints[self._given - 1]}{more}")

    def solution(self) -> Result:
        """Show a solution."""
        return Result("note", *self._solution())

    def folds(self) -> dict[str, str]:
        """Return what unfolds below the check, as Markdown by title."""
        hints = "\n".join(f"- {hint}" for hint in self.hints)
        return {"Hints": hints} | self._answers()

    def __repr__(self) -> str:
        return f"Exercise {self.name}: check(your answer), hint(), solution()"

    def _check(self, answer: Any, *more: Any) -> Result:
        raise NotImplementedError

    def _solution(self) -> tuple[str, str]:
        raise NotImplementedError

    def _answers(self) -> dict[str, str]:
        """Return the folds that give the answer away."""
        message, _ = self._solution()
        return {"A solution": message}


@dataclass(frozen=True)
class Case:
    """Arguments to try a function on.

    Args:
        arguments: in the order of the solution's parameters.
        only: what to say if the answer is wrong only in cases with this remark: "It fails only for whole numbers: ..."
        accepts: where several results are right, such as any slope at a kink: whether a result of the right shape,
            which comes before the arguments, is one of them. Mistakes are told apart by the other cases.
    """

    arguments: tuple
    only: str = ""
    accepts: Callable[..., bool] | None = None


class WriteFunction(Exercise):
    """A function to write, or to repair.

    Args:
        name: ``chapter/page/exercise``.
        starter: the code that the learner finds. If it differs only in layout, comments, docstrings or its name, it
            counts as not attempted, unless it passes: then the repair was made elsewhere, such as in a default.
        solution: the right version.
        cases: what it is tried on; plain tuples stand for cases without a remark.
        mistakes: wrong versions, each with its message. Those of `lossbook.exercises.mistakes` are added to them.
        hints: from a nudge to nearly the answer.
        cause: what is wrong with the starter, where it is a bug to find; Markdown.
        remark: what there is to say about the solution; Markdown.
        what: what the function returns, as messages call it: "gradient", "value", ...
        rtol, atol: how far a number may be off.

    >>> exercise = WriteFunction(
    ...     "regression/squared-and-absolute/square",
    ...     starter="def square(y_true, y_pred):\\n    ...",
    ...     solution=lambda y_true, y_pred: (y_pred - y_true) ** 2,
    ...     cases=[(np.array([1.0, 2.0]), np.array([3.0, 5.0]))],
    ...     hints=["Subtract first."],
    ...     what="value",
    ... )
    >>> def square(y_true, y_pred):
    ...     ...
    >>> exercise.check(square)
    ○ Not attempted yet. Replace the `...` in `square` with your code.
    """

    def __init__(
        self,
        name: str,
        *,
        starter: str,
        solution: Callable[..., Any],
        cases: Iterable[Case | tuple],
        mistakes: Sequence[Mistake] = (),
        hints: Sequence[str] = (),
        cause: str = "",
        remark: str = "",
        what: str = "result",
        rtol: float = 1e-6,
        atol: float = 1e-9,
    ) -> None:
        super().__init__(name, hints=hints)
        self.starter = textwrap.dedent(starter).strip()
        self.version = solution
        self.cases = [case if isinstance(case, Case) else Case(case) for case in cases]
        self.cause, self.remark = textwrap.dedent(cause).strip(), textwrap.dedent(remark).strip()
        self.what, self.rtol, self.atol = what, rtol, atol
        self.special = list(mistakes)
        self.expected = [solution(*case.arguments) for case in self.cases]

    @property
    def answered(self) -> str:
        """The name of the starter's function; of several, the one with the gap, else the last, which calls the rest."""
        functions = [node for node in ast.parse(self.starter).body if isinstance(node, ast.FunctionDef)]
        return max(reversed(functions), key=_has_gap).name if functions else "function"

    @cached_property
    def mistakes(self) -> list[tuple[Mistake, list[Outcome]]]:
        """Every known mistake that changes a result, with its results; of two with the same results, the first.

        A case's own remark is more exact than a mistake that any function can have, so it takes precedence.
        """
        known: list[tuple[Mistake, list[Outcome]]] = []
        right = [Outcome(value) for value in self.expected]
        for place, mistake in enumerate([*self.special, *generic(self.version, self.what)]):
            outcomes = [call(mistake.version, case.arguments) for case in self.cases]
            if any(outcome.problem for outcome in outcomes) or self._alike(outcomes, right):
                continue
            if place >= len(self.special) and self._remark(outcomes):
                continue
            if not any(self._alike(outcomes, others) for _, others in known):
                known.append((mistake, outcomes))
        return known

    def _check(self, answer: Any, *more: Any) -> Result:
        if answer is ...:
            return Result("open", self._invitation())
        if not callable(answer):
            return Result("wrong", f"Hand over the function itself, without calling it; this is `{shown(answer)}`.")
        if broken := cells.broken(answer):
            return Result("wrong", broken)
        result = self._tried(answer)
        if result.status == "passed":
            return result
        if self._is_starter(answer):
            result = Result("open", self._invitation())
        return replace(result, message=" ".join(filter(None, [result.message, cells.others(answer)])))

    def _tried(self, answer: Callable) -> Result:
        outcomes = []
        for case in self.cases:
            outcomes.append(call(answer, case.arguments))
            if outcomes[-1].value is ... or "'ellipsis'" in outcomes[-1].problem:
                return Result("wrong", "There is still a `...` in your code, where something is to be filled in.")
            if outcomes[-1].problem:
                return Result("wrong", f"{outcomes[-1].problem} {self._call(answer, case)}")
        wrong = [place for place, outcome in enumerate(outcomes) if not self._agrees(outcome.value, place)]
        if not wrong:
            return self._passed(outcomes)
        if all(outcome.value is None for outcome in outcomes):
            return Result("wrong", "Your function returns `None`. Is there a `return` at its end?")
        diagnosis = self._diagnosis(answer, outcomes, wrong)
        if any(outcome.changed for outcome in outcomes):
            diagnosis += " Your code also changes the arrays that it is given; work on new ones."
        return Result("wrong", diagnosis)

    def _passed(self, outcomes: list[Outcome]) -> Result:
        if any(outcome.changed for outcome in outcomes):
            message = "The result is right, but your code changes the arrays that it is given. Work on new ones."
            return Result("wrong", message)
        for outcome, expected, case in zip(outcomes, self.expected, self.cases, strict=True):
            got = outcome.value
            # Given whole numbers, a right formula may return whole numbers.
            is_whole = _is_array(got, "iub") and not any(_is_array(given, "iub") for given in case.arguments)
            if is_whole and _is_array(expected, "f"):
                return Result(
                    "wrong",
                    f"The numbers are right, but they are of type `{got.dtype}`, and floats are asked for. With "
                    "integers the next step goes wrong: `a -= 0.1` refuses them, and what is put into them loses its "
                    "decimals.",
                )
        tried = "in the one case" if len(outcomes) == 1 else f"in all {len(outcomes)} cases"
        return Result("passed", f"Your {self.what} agrees {tried} that it was tried on.")

    def _diagnosis(self, answer: Callable, outcomes: list[Outcome], wrong: list[int]) -> str:
        for mistake, known in self.mistakes:
            if self._alike(outcomes, known):
                return mistake.message
        if remark := self._remark(outcomes):
            return remark
        if off := self._off_by_a_constant(outcomes):
            return off
        place = min(wrong, key=lambda place: sum(map(_size, self.cases[place].arguments)))
        got, expected = outcomes[place].value, self.expected[place]
        called = self._call(answer, self.cases[place])
        if isinstance(expected, tuple) or shape(expected) is None:
            return f"{called} {_compared(got, expected)}"
        if shape(got) is None:
            kind = "`None`" if got is None else f"`{shown(got)}`, of type `{type(got).__name__}`"
            return f"{called} The result is {kind}. Expected: {_form(expected)}."
        if shape(got) != shape(expected):
            return f"{called} The result is {_form(got)}. Expected: {_form(expected)}."
        lost = np.isfinite(expected) & ~np.isfinite(numbers(got))
        if lost.any():
            first = numbers(got)[lost][0]
            return (
                f"{called} There is a `{first:g}` in the result where `{shown(np.asarray(expected)[lost][0])}` is "
                "expected. Is something divided by zero, the logarithm of zero taken, or does an exponential overflow?"
            )
        return f"{called} {_compared(got, expected)}"

    def _remark(self, outcomes: list[Outcome]) -> str:
        """Return the remark of the cases with a wrong result, if all of them have the same one."""
        wrong = {case.only for place, case in enumerate(self.cases) if not self._agrees(outcomes[place].value, place)}
        return wrong.pop() if len(wrong) == 1 else ""

    def _off_by_a_constant(self, outcomes: list[Outcome]) -> str:
        """Say by what factor, or else by what difference, all results are off, if it is the same everywhere."""
        got = [numbers(outcome.value) for outcome in outcomes]
        right = [numbers(expected) for expected in self.expected]
        pairs = list(zip(got, right, strict=True))
        if any(
            one is None or one.dtype.kind == "c" or other is None or one.shape != other.shape for one, other in pairs
        ):
            return ""
        ours, theirs = (np.concatenate([np.ravel(each) for each in side]).astype(float) for side in (right, got))
        used = np.isfinite(ours) & (ours != 0)
        if len(set(ours[used].round(9))) < 3 or not np.isfinite(theirs).all():
            return ""
        factor, difference = np.median(theirs[used] / ours[used]), np.median(theirs - ours)
        # What is off in its last digits is not off by a factor that anybody forgot.
        if np.allclose(theirs, ours, rtol=1e-3, atol=1e-3 * np.abs(ours[used]).max()):
            return ""
        if factor and np.allclose(theirs, factor * ours, rtol=self.rtol, atol=self.atol):
            return (
                f"Your {self.what} is {factor:.4g} times what it should be, everywhere. Which constant factor is "
                "missing, or one too many?"
            )
        if np.allclose(theirs, ours + difference, rtol=self.rtol, atol=self.atol):
            return (
                f"Your {self.what} is off by {difference:+.4g}, everywhere. Which constant term is missing, or one too "
                "many?"
            )
        return ""

    def _agrees(self, got: Any, place: int) -> bool:
        case, expected = self.cases[place], self.expected[place]
        if case.accepts and shape(got) == shape(expected):
            return case.accepts(numbers(got), *case.arguments)
        return same(got, expected, self.rtol, self.atol)

    def _alike(self, first: list[Outcome], second: list[Outcome]) -> bool:
        return all(
            case.accepts or same(one.value, other.value, self.rtol, self.atol)
            for case, one, other in zip(self.cases, first, second, strict=True)
        )

    def _is_starter(self, answer: Any) -> bool:
        code = code_of(answer)
        if code is None:
            return False
        given = {each.co_name: each for each in compile(self.starter, "starter", "exec").co_consts if _is_code(each)}
        unchanged = {name for name, each in given.items() if same_code(code, each)}
        # If the starter has several functions, the repair may be in one that is not passed to `check`.
        there = {name: code_of(answer.__globals__.get(name)) for name in given}
        return bool(unchanged) and all(
            name in unchanged or there[name] is None or same_code(there[name], each) for name, each in given.items()
        )

    def _invitation(self) -> str:
        if _has_gap(ast.parse(self.starter)):
            return f"Replace the `...` in `{self.answered}` with your code."
        return f"`{self.answered}` is as you found it. Find the mistake, and repair it."

    def _call(self, answer: Callable, case: Case) -> str:
        name = getattr(answer, "__name__", "")
        name = name if isinstance(name, str) and name.isidentifier() else self.answered
        return f"Tried: `{name}({', '.join(map(shown, case.arguments))})`."

    def _solution(self) -> tuple[str, str]:
        return "One way to write it:", _source(self.version, self.answered)

    def _answers(self) -> dict[str, str]:
        _, code = self._solution()
        solution = "\n\n".join(filter(None, [f"```python\n{code}\n```", self.remark]))
        return ({"The cause": self.cause} if self.cause else {}) | {"A solution": solution}


def _is_code(constant: Any) -> bool:
    return isinstance(constant, CodeType)


def _has_gap(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Constant) and node.value is ... for node in ast.walk(tree))


def _is_array(value: Any, kinds: str) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0 and value.dtype.kind in kinds


def _size(given: Any) -> int:
    return math.prod(shape(given) or (1,))


def _form(value: Any) -> str:
    dimensions = shape(value)
    return "one number" if dimensions == () else f"an array of shape `{dimensions}`"


def _compared(got: Any, expected: Any) -> str:
    """Show both with enough digits to tell them apart; of long arrays, only the first entry that differs."""
    where = ""
    if isinstance(expected, np.ndarray) and expected.size > 12:
        off = np.argwhere(~np.isclose(numbers(got), expected, rtol=1e-6, atol=1e-9, equal_nan=True))
        if len(off):
            place = tuple(int(index) for index in off[0])
            got, expected = numbers(got)[place], expected[place]
            where = f"First at `{list(place)}`: e" if len(place) > 1 else f"First at `[{place[0]}]`: e"
    for digits in (4, 8, 16):
        texts = shown(expected, digits), shown(got, digits)
        if texts[0] != texts[1]:
            break
    return f"{where or 'E'}xpected: `{texts[0]}`, got: `{texts[1]}`."


def _source(function: Callable, name: str) -> str:
    """Return a function as a learner would write it, under the name that the starter gives it."""
    try:
        code = textwrap.dedent(inspect.getsource(function)).strip()
        if function.__name__ != "<lambda>":
            return re.sub(rf"\b{function.__name__}\b", name, code)
        # The lines of a lambda need not be a complete statement, so its whole file is parsed.
        lines, _ = inspect.findsource(function)
        text = "".join(lines)
        here = [
            node
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Lambda) and node.lineno == function.__code__.co_firstlineno
        ]
        (found,) = here
    except (AttributeError, OSError, SyntaxError, TypeError, ValueError):
        return f"# {name}: its source is not at hand."
    return f"def {name}({ast.unparse(found.args)}):\n    return {ast.unparse(found.body)}"
