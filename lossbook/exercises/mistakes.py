"""Mistakes that everybody makes: each is a wrong version of a solution, with what a teacher would say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Mistake:
    """A wrong version of a solution.

    Args:
        message: what it is, why it is wrong, and where to look, without giving the line away.
        version: the wrong version, with the arguments of the solution.
    """

    message: str
    version: Callable[..., Any]


def generic(solution: Callable[..., Any], what: str) -> Iterator[Mistake]:
    """Yield the mistakes that can be made with any function of arrays.

    Args:
        solution: the right version.
        what: what it returns: "gradient", "value" or another noun.
    """
    sign = "You subtracted the other way round."
    if what == "gradient":
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
        lambda *given: np.asarray(solution(*given)) * np.shape(given[0])[0],
    )
    yield Mistake(
        f"Your {what} is n times too small, for n samples: you divided by n once too often.",
        lambda *given: np.asarray(solution(*given)) / np.shape(given[0])[0],
    )
    yield Mistake(
        "The first two arguments change places somewhere. Here `y_true` comes first.",
        lambda first, second, *more: solution(second, first, *more),
    )
    yield Mistake(
        f"You return the mean, one number. The {what} of each sample is asked for.",
        lambda *given: _reduced(solution(*given), np.mean),
    )
    yield Mistake(
        f"You return the sum, one number. The {what} of each sample is asked for.",
        lambda *given: _reduced(solution(*given), np.sum),
    )
    yield Mistake(
        "There are as many rows and columns in your result as samples: a shape `(n, 1)` met a shape `(n,)`, and NumPy "
        "paired every sample with every other.",
        lambda first, second, *more: solution(first[:, None], second[None, :], *more),
    )
    yield Mistake(
        f"Your {what} is right where it is positive. Where it should be negative, the sign is missing.",
        lambda *given: np.abs(solution(*given)),
    )


def _reduced(result: Any, how: Callable) -> Any:
    if np.ndim(result) == 0:
        raise TypeError("one number already")
    return how(result)
