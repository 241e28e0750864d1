"""Exercises that say which mistake was made: a function to write, a number to find, an option to choose."""

import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from types import CodeType
from typing import Any

import numpy as np

from lossbook.exercises import record
from lossbook.exercises.comparing import same, shape, shown
from lossbook.exercises.mistakes import Mistake, generic
from lossbook.exercises.result import Result
from lossbook.exercises.running import Outcome, call


class Exercise:
    """What all exercises share: a name, hints that come one after the other, and a solution.

    Args:
        name: ``chapter/page/exercise``, in lower-case words joined by hyphens.
        hints: from a nudge to nearly the answer.
    """

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
            return Result("note", "There is no hint for this one.")
        self._given = min(self._given + 1, len(self.hints))
        return Result("note", f"Hint {self._given} of {len(self.hints)}: {self.hints[self._given - 1]}")

    def solution(self) -> Result:
        """Show a solution."""
        return Result("note", *self._solution())

    def __repr__(self) -> str:
        return f"Exercise {self.name}: check(your answer), hint(), solution()"

    def _check(self, answer: Any, *more: Any) -> Result:
        raise NotImplementedError

    def _solution(self) -> tuple[str, str]:
        raise NotImplementedError


@dataclass(frozen=True)
class Case:
    """Arguments to try a function on.

    Args:
        arguments: in the order of the solution's parameters.
        only: what to say if the answer is wrong in such cases only: "It fails only for whole numbers: ..."
    """

    arguments: tuple
    only: str = ""


class WriteFunction(Exercise):
    """A function to write, or to repair.

    Args:
        name: ``chapter/page/exercise``.
        starter: the code that the learner finds; unchanged, it counts as not attempted.
        solution: the right version.
        cases: what it is tried on; plain tuples stand for cases without a remark.
        mistakes: wrong versions, each with its message. Those of `lossbook.exercises.mistakes` come for free.
        hints: from a nudge to nearly the answer.
        what: what the function returns, as messages call it: "gradient", "value", ...
        rtol, atol: how far a number may be off.

    Raises:
        ValueError: if the solution does not take the cases.

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
        what: str = "result",
        rtol: float = 1e-6,
        atol: float = 1e-9,
    ) -> None:
        super().__init__(name, hints=hints)
        self.starter = textwrap.dedent(starter).strip()
        self.version = solution
        self.cases = [case if isinstance(case, Case) else Case(case) for case in cases]
        self.what, self.rtol, self.atol = what, rtol, atol
        self._special = list(mistakes)
        self.expected = [solution(*case.arguments) for case in self.cases]

    @cached_property
    def mistakes(self) -> list[tuple[Mistake, list[Outcome]]]:
        """Every known mistake that shows on the cases, with what it gives; of two that look alike, the first."""
        known: list[tuple[Mistake, list[Outcome]]] = []
        right = [Outcome(value) for value in self.expected]
        for mistake in [*self._special, *generic(self.version, self.what)]:
            outcomes = [call(mistake.version, case.arguments) for case in self.cases]
            if any(outcome.problem for outcome in outcomes) or self._alike(outcomes, right):
                continue
            if not any(self._alike(outcomes, others) for _, others in known):
                known.append((mistake, outcomes))
        return known

    def _check(self, answer: Any, *more: Any) -> Result:
        if answer is ... or self._is_starter(answer):
            return Result("open", self._invitation())
        if not callable(answer):
            return Result("wrong", f"Hand over the function itself, without calling it; this is {shown(answer)}.")
        outcomes = []
        for case in self.cases:
            outcomes.append(call(answer, case.arguments))
            if outcomes[-1].problem:
                return Result("wrong", f"{outcomes[-1].problem} {_tried(answer, case)}")
        if all(outcome.value is None for outcome in outcomes):
            return Result("wrong", "Your function returns `None`. Is there a `return` at its end?")
        wrong = [place for place, outcome in enumerate(outcomes) if not self._agrees(outcome.value, place)]
        if not wrong:
            return self._passed(outcomes)
        return Result("wrong", self._diagnosis(answer, outcomes, wrong))

    def _passed(self, outcomes: list[Outcome]) -> Result:
        if any(outcome.changed for outcome in outcomes):
            return Result(
                "wrong", "The result is right, but your code changes the arrays it is given. Work on new ones."
            )
        return Result("passed", f"Your {self.what} agrees in all {len(self.cases)} cases.")

    def _diagnosis(self, answer: Callable, outcomes: list[Outcome], wrong: list[int]) -> str:
        for mistake, known in self.mistakes:
            if self._alike(outcomes, known):
                return mistake.message
        remarks = {self.cases[place].only for place in wrong}
        if len(remarks) == 1 and "" not in remarks:
            return remarks.pop()
        place = min(wrong, key=lambda place: sum(np.size(given) for given in self.cases[place].arguments))
        got, expected = outcomes[place].value, self.expected[place]
        case = self.cases[place]
        if shape(got) != shape(expected):
            return f"{_tried(answer, case)} The result has shape {shape(got)}, expected is {shape(expected)}."
        return f"{_tried(answer, case)} Expected: `{shown(expected)}`, got: `{shown(got)}`."

    def _agrees(self, got: Any, place: int) -> bool:
        return same(got, self.expected[place], self.rtol, self.atol)

    def _alike(self, first: list[Outcome], second: list[Outcome]) -> bool:
        pairs = zip(first, second, strict=True)
        return all(same(one.value, other.value, self.rtol, self.atol) for one, other in pairs)

    def _is_starter(self, answer: Any) -> bool:
        code = getattr(answer, "__code__", None)
        functions = [each for each in compile(self.starter, "starter", "exec").co_consts if isinstance(each, CodeType)]
        return code is not None and any(_alike_code(code, each) for each in functions)

    def _invitation(self) -> str:
        first = self.starter.split("(")[0].removeprefix("def ")
        if "..." in self.starter:
            return f"Replace the `...` in `{first}` with your code."
        return f"`{first}` is as you found it. Find the mistake, and repair it."

    def _solution(self) -> tuple[str, str]:
        return "One way to write it:", textwrap.dedent(inspect.getsource(self.version)).strip()


def _alike_code(one: CodeType, other: CodeType) -> bool:
    """Whether two pieces of code do the same, wherever they stand."""

    def constants(code: CodeType) -> list:
        return [each for each in code.co_consts if not isinstance(each, CodeType)]

    inner = [[each for each in code.co_consts if isinstance(each, CodeType)] for code in (one, other)]
    return (
        (one.co_code, one.co_names, one.co_varnames, constants(one))
        == (other.co_code, other.co_names, other.co_varnames, constants(other))
        and len(inner[0]) == len(inner[1])
        and all(map(_alike_code, *inner))
    )


def _tried(answer: Callable, case: Case) -> str:
    name = getattr(answer, "__name__", "function")
    return f"Tried: `{name}({', '.join(shown(given) for given in case.arguments)})`."


class FindNumber(Exercise):
    """A number to find: computed, read off a figure, or predicted before something is run.

    Args:
        name: ``chapter/page/exercise``.
        answer: the number.
        tolerance: how far off an answer may be.
        mistakes: what to say about numbers that show a mistake.
        hints: from a nudge to nearly the answer.
        why: why it is that number, said when it is found.

    >>> exercise = FindNumber(
    ...     "regression/quantiles/share",
    ...     answer=0.9,
    ...     tolerance=0.005,
    ...     mistakes={0.1: "That is the share above."},
    ...     why="Nine days in ten lie below.",
    ... )
    >>> exercise.check(0.1)
    ✗ Not yet. That is the share above.
    """

    def __init__(
        self,
        name: str,
        *,
        answer: float,
        tolerance: float,
        why: str,
        mistakes: Mapping[float, str] | None = None,
        hints: Sequence[str] = (),
    ) -> None:
        super().__init__(name, hints=hints)
        self.answer, self.tolerance, self.why = float(answer), float(tolerance), why
        self.mistakes = self._known(dict(mistakes or {}))

    def _known(self, special: dict[float, str]) -> dict[float, str]:
        free = {
            -self.answer: "The size is right and the sign is not.",
            100 * self.answer: "That is a hundred times too large: a percentage where a share is asked for?",
            self.answer / 100: "That is a hundred times too small: a share where a percentage is asked for?",
            2 * self.answer: "That is twice too large.",
            self.answer / 2: "That is half of it.",
        }
        known: dict[float, str] = {}
        for number, message in [*special.items(), *free.items()]:
            if all(abs(number - other) > 2 * self.tolerance for other in [self.answer, *known]):
                known[float(number)] = message
        return known

    def _check(self, answer: Any, *more: Any) -> Result:
        if answer is ...:
            return Result("open", "Replace the `...` with your number.")
        if isinstance(answer, np.ndarray) and answer.size == 1:
            answer = answer.item()
        if isinstance(answer, bool) or not isinstance(answer, Real) or not np.isfinite(answer):
            return Result("wrong", f"One finite number is asked for, this is `{shown(answer)}`.")
        # A little more than the tolerance, for the last bit of a number on its edge.
        near = 1.000001 * self.tolerance
        if abs(answer - self.answer) <= near:
            return Result("passed", self.why)
        for number, message in self.mistakes.items():
            if abs(answer - number) <= near:
                return Result("wrong", message)
        return Result("wrong", f"It is {'less' if answer > self.answer else 'more'} than {answer:g}.")

    def _solution(self) -> tuple[str, str]:
        return f"`{self.answer:.6g}`, and anything within {self.tolerance:g} of it. {self.why}".strip(), ""


class Choose(Exercise):
    """An option to choose, and where `reasons` are given, the reason for it.

    Args:
        name: ``chapter/page/exercise``.
        options: each with what is said about it.
        right: the right option.
        reasons: each with what is said about it; the second argument of `check`.
        because: the right reason.
        hints: from a nudge to nearly the answer.

    Raises:
        ValueError: if the right option or reason is not among them.
    """

    def __init__(
        self,
        name: str,
        *,
        options: Mapping[str, str],
        right: str,
        reasons: Mapping[str, str] | None = None,
        because: str = "",
        hints: Sequence[str] = (),
    ) -> None:
        super().__init__(name, hints=hints)
        self.options, self.right, self.reasons, self.because = dict(options), right, dict(reasons or {}), because
        if right not in self.options or (self.reasons and because not in self.reasons):
            raise ValueError(f"the right answer of {name} must be among its options and reasons")

    def _check(self, answer: Any, *more: Any) -> Result:
        if answer is ... or (self.reasons and (more[:1] or (...,))[0] is ...):
            what = "an option and a reason" if self.reasons else "one of the options"
            return Result("open", f"Replace the `...` with {what}.")
        for given, known in zip((answer, *more), (self.options, self.reasons), strict=False):
            if given not in list(known):
                return Result("wrong", f"`{given!r}` is none of {', '.join(f'`{each!r}`' for each in known)}.")
        if answer != self.right:
            return Result("wrong", self.options[answer])
        if self.reasons and more[0] != self.because:
            return Result("wrong", f"The choice is right, and the reason is not. {self.reasons[more[0]]}")
        return Result("passed", " ".join(filter(None, [self.options[answer], self.reasons.get(self.because, "")])))

    def _solution(self) -> tuple[str, str]:
        reason = f", because `{self.because!r}`" if self.reasons else ""
        return f"`{self.right!r}`{reason}. {self.options[self.right]}", ""
