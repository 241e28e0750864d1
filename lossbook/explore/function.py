"""A function of the reader's as what is explored, and a gradient of it."""

import inspect
import re
import reprlib
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.checking import GradientCheck, check_along
from lossbook.explore.arguments import Slip, is_number
from lossbook.explore.subject import Curves, Subject, named

TARGET = "y_true"  # as the first parameter of a function
STEP = 1e-6  # of a central difference, as a share of the axis

# What NumPy raises where a function takes an array for one number, as `if`, `max` and those of `math` do.
ONE_NUMBER = re.compile(r"truth value of an array|can be converted to Python scalars")


def of_function(
    function: Callable[..., ArrayLike],
    gradient: Callable[..., ArrayLike] | None,
    x: NDArray,
    y_true: Any,
    y_pred: Any,
) -> Subject:
    """Return a function of the reader's, and a gradient if there is one, as what is explored along `x`."""
    if not callable(function) or isinstance(function, type):
        raise Slip(f"loss must be a loss like Huber(), or a function like lambda r, delta: ..., got {function!r}")
    value = _Function.of(function, "loss", "your loss")
    if y_pred is not None or (y_true is not None and not value.takes_target):
        raise Slip("y_true and y_pred are the sample of a loss; a function takes the positions on the axis")
    if y_true is not None and not is_number(y_true):
        raise Slip(f"y_true must be one finite number for a function, got {y_true!r}")
    fixed = {} if y_true is None else {TARGET: y_true}
    parameters = {TARGET: 0.0} if value.takes_target and not fixed else {}
    parameters |= {name: 1.0 if each is inspect.Parameter.empty else each for name, each in value.others.items()}
    written = None if gradient is None else _gradient_of(value, gradient)
    value = replace(value, is_measured=written is not None)

    def state_of(changed: dict[str, Any]) -> dict[str, Any]:
        return fixed | parameters | changed

    def curves(**state: Any) -> Curves:
        state, step = state_of(state), STEP * (x[-1] - x[0])
        up, down = np.minimum(x + step, x[-1]), np.maximum(x - step, x[0])  # the ends may be those of its domain
        at, above, below = (value.at(each, state) for each in (x, up, down))
        slope = (above - below) / (up - down)
        return [at, slope] if written is None else [at, slope, written.at(x, state)]

    def checks(**state: Any) -> list[GradientCheck]:
        state = state_of(state)
        slopes = curves(**state)[-1]
        return check_along(lambda places: value.at(places, state), slopes[1:-1], x[1:-1], STEP * (x[-1] - x[0]))

    def accepts(name: str, number: float) -> bool:
        return parameters[name] <= 0 or number > 0

    return Subject(
        x,
        value.title,
        value.variable,
        value.variable,
        curves,
        parameters,
        accepts,
        x[0] + 0.7 * (x[-1] - x[0]),
        gradient=written.title if written else "",
        checks=checks,
    )


@dataclass(frozen=True)
class _Function:
    """A function of the reader's: of the positions, after the target if it takes one, and of other parameters."""

    function: Callable[..., ArrayLike]
    title: str
    takes_target: bool
    variable: str
    others: dict[str, Any]
    """The other parameters, with their defaults."""
    is_measured: bool = False
    """Whether its slope is measured to check a gradient."""

    @classmethod
    def of(cls, function: Callable[..., ArrayLike], argument: str, unnamed: str) -> "_Function":
        title = getattr(function, "__name__", "<lambda>").replace("<lambda>", unnamed)
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            raise Slip(f"{argument} must say what its parameters are, got {function!r}; put it into a lambda") from None
        starred = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        taken = {name: each.default for name, each in signature.parameters.items() if each.kind not in starred}
        if not taken:
            raise Slip(f"{argument} must take the positions on the axis as its first parameter, got {title}{signature}")
        first, *others = taken
        takes_target = first == TARGET and bool(others)
        variable = others.pop(0) if takes_target else first
        return cls(function, title, takes_target, variable, {name: taken[name] for name in others})

    def at(self, places: NDArray, state: dict[str, Any]) -> NDArray:
        """Return what the function gives at places on the axis, or raise an error that says what to change."""
        state = {name: value for name, value in state.items() if name in (TARGET, *self.others)}
        # A function may work in place, so it gets copies.
        given = [places.copy()]
        if self.takes_target:
            given.insert(0, np.full_like(places, state.pop(TARGET)))
        try:
            with named(self.title, state):
                returned = self.function(*given, **state)
        except (TypeError, ValueError) as error:
            if ONE_NUMBER.search(str(error)):
                raise Slip(
                    f"{self.title} gets all positions at once, {self.variable} as an array of shape {places.shape}, "
                    f"and{_line(error, self.function)} takes it for one number. Write np.where for if, np.maximum for "
                    "max, and np.log and its like for the functions of math"
                ) from None
            if "bitwise_xor" in str(error):
                raise Slip(f"{self.title} has a ^, which is no power in Python: r squared is r**2") from None
            raise
        if returned is None:
            raise Slip(f"{self.title} returns nothing; put return before its result")
        array = np.asarray(returned)
        if array.dtype.kind not in "biuf":
            raise Slip(f"{self.title} must return an array of real numbers, got {reprlib.repr(returned)}")
        if array.dtype.kind == "f" and array.itemsize < 8 and self.is_measured:
            raise Slip(
                f"{self.title} computes in {array.dtype}, which has too few digits to measure a slope; use float64"
            )
        return array.astype(float)


def _line(error: Exception, function: Callable) -> str:
    """Return the line of the function, as words in a sentence, in which an error was raised."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [each.line for each in traceback.extract_tb(error.__traceback__) if each.filename == file]
    return f" `{lines[-1]}`" if lines and lines[-1] else " a line of it"


def _gradient_of(loss: _Function, gradient: Callable[..., ArrayLike]) -> _Function:
    """Return the gradient of a reader's loss, of which it may take the parameters."""
    if not callable(gradient) or isinstance(gradient, type):
        raise Slip(f"gradient must be a function, its name without parentheses, got {reprlib.repr(gradient)}")
    written = _Function.of(gradient, "gradient", "your gradient")
    if written.takes_target != loss.takes_target:
        one, other = (written, loss) if written.takes_target else (loss, written)
        raise Slip(f"loss and gradient must take the same; {one.title} takes {TARGET} first, {other.title} does not")
    for name, default in written.others.items():
        if name not in loss.others and default is inspect.Parameter.empty:
            known = ", ".join(loss.others) or "none"
            raise Slip(f"gradient takes {name}, which is no parameter of {loss.title}; it has {known}")
    return written
