"""A number to find and an option to choose: their checks need no more than what `declared` hands over.

The website checks both without Python: ``website/static/numbers.js`` follows the same rules, on the same declarations.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from lossbook.exercises.comparing import numbers, shown
from lossbook.exercises.exercise import Exercise
from lossbook.exercises.result import Result

# What a check of any number may say, besides what its exercise says itself.
SENTENCES = {
    "open": "Replace the `...` with your number.",
    "comma": "One finite number is asked for, and a comma separates numbers. Decimals come after a point, and nothing "
    "stands between thousands: `1234.5`.",
    "none": "One finite number is asked for, this is `{answer}`.",
    "rounded": "That is rounded too far: {asked} asked for.",
    "cut": "That is cut off, not rounded, and {asked} asked for.",
    "close": "That is close. Was something rounded on the way? Carry all digits, and round once, at the end.",
    "less": "It is less than {answer}.",
    "more": "It is more than {answer}.",
}


class FindNumber(Exercise):
    """A number to find: computed, read off a figure, or predicted before something is run.

    Args:
        name: ``chapter/page/exercise``.
        answer: the number.
        tolerance: how far off an answer may be.
        mistakes: what to say about numbers that show a mistake.
        hints: from a nudge to nearly the answer.
        why: why it is that number, shown when it is found, and in the solution.

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
        self.starter, self.answered = "answer = ...", "answer"
        self.answer, self.tolerance, self.why = float(answer), float(tolerance), why
        # Slightly more than the tolerance, so that rounding does not reject a number on its edge.
        self._near, self._close = 1.000001 * self.tolerance, 3 * self.tolerance
        # How many decimals are asked for; where no tolerance is given, a check does not speak of them.
        self._decimals = -math.floor(math.log10(2 * self.tolerance) + 1e-9) if self.tolerance else -1
        self.special = dict(mistakes or {})
        self.mistakes = self._known(self.special)

    def _known(self, special: dict[float, str]) -> dict[float, str]:
        free = {
            -self.answer: "The size is right and the sign is not.",
            2 * self.answer: "That is twice too large.",
            self.answer / 2: "That is half of it.",
        }
        # Only a share can be mistaken for a percentage.
        if abs(self.answer) <= 1:
            free[100 * self.answer] = "That is a hundred times too large: a percentage where a share is asked for?"
        elif abs(self.answer) <= 100:
            free[self.answer / 100] = "That is a hundred times too small: a share where a percentage is asked for?"
        known: dict[float, str] = {}
        for number, message in [*special.items(), *free.items()]:
            if all(abs(number - other) > 2 * self.tolerance for other in [self.answer, *known]):
                known[float(number)] = message
        return known

    def declared(self, typeset: Callable[[str], str] = str) -> dict[str, Any]:
        """Return all that the check needs as plain data, with every message as `typeset` returns it."""
        return {
            "kind": "number",
            "answer": self.answer,
            "near": self._near,
            "close": self._close,
            "decimals": self._decimals,
            "why": typeset(self.why),
            "mistakes": [[number, typeset(message)] for number, message in self.mistakes.items()],
            "sentences": {name: typeset(self._sentence(name, "{answer}")) for name in SENTENCES},
        }

    def _check(self, answer: Any, *more: Any) -> Result:
        if answer is ...:
            return Result("open", self._sentence("open"))
        number = _one_number(answer)
        if number is None:
            return Result("wrong", self._sentence("comma" if _has_comma(answer) else "none", shown(answer)))
        if abs(number - self.answer) <= self._near:
            return Result("passed", self.why)
        for known, message in self.mistakes.items():
            if abs(number - known) <= self._near:
                return Result("wrong", message)
        how = self._rounded(number) or ("less" if number > self.answer else "more")
        return Result("wrong", self._sentence(how, f"{number:.10g}"))

    def _rounded(self, number: float) -> str:
        """Name what happened to a number that is off because digits were dropped, at the end or on the way."""
        off = abs(number - self.answer)
        given = max(0, -Decimal(repr(number)).as_tuple().exponent) if number % 1 else 0
        unit = float(f"1e-{given}")  # what the last of its decimals counts
        if given < self._decimals and off <= 0.500001 * unit:
            return "rounded"
        if given <= self._decimals and off < unit and abs(number) < abs(self.answer):
            return "cut"
        return "close" if self._decimals > 0 and off <= self._close else ""

    def _sentence(self, name: str, answer: str = "") -> str:
        asked = "1 decimal is" if self._decimals == 1 else f"{self._decimals} decimals are"
        return SENTENCES[name].format(answer=answer, asked=asked)

    def _solution(self) -> tuple[str, str]:
        return f"`{self.answer:.6g}`. {self.why}", ""


def _one_number(answer: Any) -> float | None:
    """Return a number of any type, or the only one of an array, as a float; None for what is no finite number."""
    try:
        is_exact = isinstance(answer, int | Fraction | Decimal) and not isinstance(answer, bool)
        array = np.asarray(float(answer)) if is_exact else numbers(answer)
    except (OverflowError, ValueError):  # a number that no float holds, or a signaling NaN
        return None
    if array is None or array.size != 1 or array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        return None
    return float(array.item()) + 0.0  # which is never -0, so no message speaks of it


def _has_comma(answer: Any) -> bool:
    """Say whether an answer may be a number that was typed with a comma: to Python, `0,75` is a pair."""
    return isinstance(answer, tuple) and len(answer) > 1 and all(type(part) in (int, float) for part in answer)


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
        self.starter, self.answered = "answer = ...", "answer"
        if self.reasons:
            self.starter, self.answered = "answer = ...\nreason = ...", "answer, reason"
        if right not in self.options or (self.reasons and because not in self.reasons):
            raise ValueError(f"the right answer of {name} must be among its options and reasons")

    def declared(self, typeset: Callable[[str], str] = str) -> dict[str, Any]:
        """Return what the check says of everything that can be chosen, with every message as `typeset` returns it.

        An option has an outcome for each reason; where no reason is asked for, the one for the reason "".
        """

        def outcome(*chosen: str) -> list[str]:
            result = self._check(*chosen)
            return [result.status, typeset(result.message)]

        return {
            "kind": "choice",
            "open": typeset(self._check(...).message),
            "outcomes": {
                option: {reason: outcome(option, reason) for reason in self.reasons or [""]} for option in self.options
            },
        }

    def _check(self, answer: Any, *more: Any) -> Result:
        if answer is ... or (self.reasons and (more[:1] or (...,))[0] is ...):
            what = "an option and a reason" if self.reasons else "one of the options"
            return Result("open", f"Replace the `...` with {what}.")
        for given, known in zip((answer, *more), filter(None, (self.options, self.reasons)), strict=False):
            # Only texts are looked up: an array can be neither hashed nor compared with a text.
            if not isinstance(given, str) or given not in known:
                return Result("wrong", f"`{shown(given)}` is none of {', '.join(f'`{each!r}`' for each in known)}.")
        is_chosen, is_because = answer == self.right, not self.reasons or more[0] == self.because
        if is_chosen and is_because:
            return Result("passed", self._why)
        if is_chosen:
            return Result("wrong", f"The choice is right, and the reason is not. {self.reasons[more[0]]}")
        if not self.reasons:
            return Result("wrong", self.options[answer])
        if is_because:
            return Result("wrong", f"{self.options[answer]} Your reason holds, and speaks for another choice.")
        return Result("wrong", f"{self.options[answer]} Nor does the reason hold. {self.reasons[more[0]]}")

    @property
    def _why(self) -> str:
        return " ".join(filter(None, [self.options[self.right], self.reasons.get(self.because, "")]))

    def _solution(self) -> tuple[str, str]:
        reason = f', for the reason `"{self.because}"`' if self.reasons else ""
        return f'`"{self.right}"`{reason}. {self._why}', ""
