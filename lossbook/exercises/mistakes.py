"""Mistakes that everybody makes: each is a wrong version of a solution, with what a teacher would say."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Mistake:
    """A wrong version of a solution.

    Args:
        message: what it is, why it is wrong, and where to look, without giving the answer away.
        version: the wrong version, with the arguments of the solution.
    """

    message: str
    version: Callable[..., Any]


def generic(solution: Callable[..., Any], what: str) -> Iterator[Mistake]:
    """Yield the mistakes that can be made with any function of arrays.

    A version that does not apply to this solution may raise an error; the exercise then leaves it out.

    Args:
        solution: the right version.
        what: what it returns: "gradient", "value" or another noun.
    """
    one, two = _names(solution)
    sign = "Did you subtract the other way round?"
    if what == "gradient" and (one, two) == ("y_true", "y_pred"):
        sign = "It is the derivative with respect to `y_true`, not with respect to `y_pred`."
    yield Mistake(f"Your {what} is right up to the sign. {sign}", lambda *given: -np.asarray(solution(*given)))
    yield Mistake(
        f"Your {what} is twice too large. Is there a 2 too many, or a ½ missing?",
        lambda *given: 2 * np.asarray(solution(*given)),
    )
    yield Mistake(
        f"Your {what} is half of what it should be. Is there a 2 missing, or a ½ too many?",
        lambda *given: np.asarray(solution(*given)) / 2,
    )
    yield Mistake(
        f"Your {what} is n times too large, for n samples: a mean has a 1/n.",
        lambda *given: np.asarray(solution(*given)) * _samples(given),
    )
    yield Mistake(
        f"Your {what} is n times too small, for n samples: you divided by n once too often.",
        lambda *given: np.asarray(solution(*given)) / _samples(given),
    )
    yield Mistake(
        f"The first two arguments change places somewhere. Here `{one}` comes first, then `{two}`.",
        lambda first, second, *more: solution(second, first, *more),
    )
    yield Mistake(
        f"You return the mean, one number. The {what} of each sample is asked for.",
        lambda *given: np.mean(solution(*given)),
    )
    yield Mistake(
        f"You return the sum, one number. The {what} of each sample is asked for.",
        lambda *given: np.sum(solution(*given)),
    )
    # Either argument may be the column, which gives two different results; so neither message names a side.
    yield Mistake(
        "A shape `(n, 1)` met a shape `(n,)`, and NumPy paired every sample with every other: n × n numbers for n.",
        lambda first, second, *more: solution(first[:, None], second[None, :], *more),
    )
    yield Mistake(
        f"Every `{one}` is paired with every `{two}`, n × n numbers for n samples. Where does a shape `(n, 1)` meet a "
        "shape `(n,)`?",
        lambda first, second, *more: solution(first[None, :], second[:, None], *more),
    )
    yield Mistake(
        f"Your {what} is right where it is positive. Where it should be negative, the sign is missing.",
        lambda *given: np.abs(solution(*given)),
    )
    yield Mistake(
        f"You go along the wrong axis: the {what} is taken down the columns where it should go along the rows.",
        lambda *given: _transposed(solution, given),
    )
    yield Mistake(
        f"Given whole numbers, your {what} loses its decimals. An array made from integers, as by `np.zeros_like`, "
        "holds integers only, and cuts off what you put in.",
        lambda *given: _cut(solution(*given)) if any(map(_is_whole, given)) else solution(*given),
    )
    yield Mistake(
        f"Your {what} consists of whole numbers: its decimals are cut off. Look for `//`, for `int` and for arrays of "
        "integers.",
        lambda *given: _cut(solution(*given)),
    )
    # The next float above or below a kink belongs to another branch; away from kinks the result hardly changes.
    for side, where, to in (
        ("just above", f"`{two}` has just passed it", np.inf),
        ("just below", f"`{two}` has not reached it yet", -np.inf),
    ):
        yield Mistake(
            f"Your {what} is right but for one point, the kink itself. There it takes the branch {side}, as if "
            f"{where}. Is it `<` or `<=`?",
            lambda first, second, *more, to=to: solution(first, np.nextafter(np.asarray(second, float), to), *more),
        )


def _names(solution: Callable) -> tuple[str, str]:
    try:
        names = [*inspect.signature(solution).parameters]
    except ValueError:  # some functions written in C have no signature
        names = []
    return (names[0], names[1]) if len(names) > 1 else ("y_true", "y_pred")


def _samples(given: tuple) -> int:
    return len(given[0]) if np.ndim(given[0]) else 1


def _transposed(solution: Callable, given: tuple) -> Any:
    result = solution(*(each.T if np.ndim(each) == 2 else each for each in given))
    return np.transpose(result)


def _is_whole(given: Any) -> bool:
    return isinstance(given, np.ndarray) and given.dtype.kind in "iu"


def _cut(result: Any) -> Any:
    result = np.asarray(result)
    if not result.ndim or not np.isfinite(result).all():
        raise TypeError("no integers")
    whole = result.astype(np.int64)
    if result.any() and not whole.any():
        raise TypeError("zeros come from many mistakes")
    return whole
