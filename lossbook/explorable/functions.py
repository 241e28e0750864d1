"""Functions of controls: which controls a function depends on, and where it was called when it fails."""

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any


class Bound:
    """A function and the controls whose values it takes, in the order of its parameters, whatever those are called.

    Without it, the names of the parameters tell the controls. It is for a function that follows one control here and
    another there, or controls whose names are not known where it is written.

    Args:
        function: takes the value of each control, by position.
        controls: the names of the controls.

    >>> def height(loss, position):
    ...     return f"{loss} at {position}"
    >>> first = Bound(height, "loss", "first_score")
    >>> first(loss="Huber", first_score=2)
    'Huber at 2'
    """

    def __init__(self, function: Callable[..., Any], *controls: str) -> None:
        self.function, self.controls = function, controls

    def __call__(self, **state: Any) -> Any:
        return self.function(*(state[name] for name in self.controls))


@dataclass
class Where:
    """The place of a source, for error messages."""

    what: str
    state: dict[str, Any] | None = None

    def __str__(self) -> str:
        return self.what

    @property
    def at(self) -> str:
        if not self.state:
            return ""
        return " at " + ", ".join(f"{name} = {_shown(value)}" for name, value in self.state.items())


def call(function: Callable, where: Where) -> Any:
    """Return what a function gives; an exception says where it was raised."""
    try:
        return function(**(where.state or {}))
    except Exception as error:
        error.add_note(f"raised by {where}{where.at}")
        raise


def _shown(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def parameters(function: Callable, controls: Collection[str], what: str) -> list[str]:
    """Return the controls that a function depends on; parameters with a default of their own may be anything.

    Raises:
        ValueError: for a parameter that is no control.
    """
    if isinstance(function, Bound):
        taken = dict.fromkeys(function.controls, inspect.Parameter.empty)
    else:
        taken = {name: parameter.default for name, parameter in inspect.signature(function).parameters.items()}
    for name, default in taken.items():
        if name not in controls and default is inspect.Parameter.empty:
            known = ", ".join(controls) or "none"
            raise ValueError(f"{what}: the function takes {name!r}, which is no control; controls are {known}")
    return [name for name in taken if name in controls]
