"""What is explored: curves along an axis, and the parameters that they depend on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbook.checking import GradientCheck
from lossbook.explorable.controls import Control
from lossbook.explorable.functions import Where
from lossbook.explore.arguments import Slip

Curves = Sequence[NDArray]


@dataclass(frozen=True)
class Subject:
    """What is explored along `x`; `curves` takes parameters by their names, and returns a curve for each of `kinds`."""

    x: NDArray
    title: str
    variable: str
    label: str
    curves: Callable[..., Curves]
    parameters: dict[str, Any]
    accepts: Callable[[str, float], bool]
    start: float
    choices: list[Control] = field(default_factory=list)
    sample: str = ""
    moved: str = ""
    """The choice of the entry that is moved, if there is one."""
    gradient: str = ""
    """What the reader's own gradient is called, if there is one."""
    checks: Callable[..., list[GradientCheck]] = lambda: []
    """Takes parameters by their names, and checks the reader's gradient at every position but the ends."""

    @property
    def kinds(self) -> dict[str, str]:
        """The curves by their names, with what they are called in messages."""
        of_loss = {kind: f"the {kind} of {self.title}" for kind in ("value", "slope")}
        return of_loss | ({"gradient": self.gradient} if self.gradient else {})

    def checked(self, **state: Any) -> Curves:
        """Return the curves, or raise an error that says at which arguments."""
        at = Where("", state).at
        with np.errstate(all="ignore"):  # what is not finite is an error below
            curves = self.curves(**state)
        for (kind, what), curve in zip(self.kinds.items(), curves, strict=True):
            if curve.shape != self.x.shape:
                advice = "" if curve.ndim else "; return one value for each position, without a mean or a sum"
                if curve.ndim == 0 and kind == "gradient":
                    advice += f", and a constant as np.full_like({self.variable}, {curve:g})"
                wanted = f"the shape of {self.variable}, {self.x.shape}"
                raise Slip(f"{what} must have {wanted}, got shape {curve.shape}{at}{advice}")
            finite = np.isfinite(curve)
            if not finite.all():
                at = Where("", {self.variable: float(self.x[finite.argmin()])} | state).at
                advice = (
                    "; at a kink, any number between the slopes to both sides is right"
                    if kind == "gradient"
                    else "; span=(low, high) chooses the ends of the axis"
                )
                raise Slip(f"{what} must be finite, got {curve[finite.argmin()]}{at}{advice}")
        return curves


@contextmanager
def named(title: str, state: dict[str, Any]) -> Iterator[None]:
    """Let an exception of a loss or a function say whose it is, and at which arguments."""
    try:
        yield
    except Exception as error:
        error.add_note(f"raised by {title}{Where('', state).at}")
        raise


def free(name: str, taken: Iterable[str]) -> str:
    """Return the name of a control or of a field of a readout that no parameter has."""
    while name in taken:
        name += "_"
    return name
