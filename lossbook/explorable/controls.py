"""What a reader can move: sliders, choices and toggles.

A control knows its grid (the values at which the functions of an explorable are evaluated), the values a reader can
reach, and the widget trait that stands for it in Python.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lossbook.explorable.text import Field

if TYPE_CHECKING:
    from traitlets import TraitType


MOST_DECIMALS = 9


def _check_name(name: str) -> None:
    if not name.isidentifier():
        raise ValueError(f"name of a control must be possible as the name of a parameter, got {name!r}")


def _trait(kind: type, control: "Control") -> "TraitType":
    """Return a trait that refuses what the control refuses, so that its observers never see such a value."""
    from traitlets import TraitError

    class Checked(kind):
        def validate(self, owner: Any, value: Any) -> Any:
            value = super().validate(owner, value)
            try:
                return control.check(value)
            except ValueError as error:
                raise TraitError(str(error)) from None

    return Checked(control.check(control.default)).tag(sync=True)


@dataclass(frozen=True, kw_only=True)
class Slider:
    """A number on a scale.

    Functions are evaluated at the `nodes`; between two nodes, curves and readouts are interpolated. A point that a
    reader drags is a slider, or two, with a `Handle` in a panel.

    Args:
        name: the name of the functions' parameter, and of the widget's trait.
        nodes: increasing numbers, at least two; geometrically spaced ones for `log`.
        default: where the slider stands at first.
        label: what the reader sees; the name if empty.
        unit: written after the value.
        between: how many reachable positions an interval between two nodes has; 1 stands for the nodes alone.
        log: whether values between two nodes are interpolated in their logarithms.
        decimals: how many are printed.
        button: the label of a button that moves the slider on by one position, such as "Next step"; none if empty.

    Raises:
        ValueError: for nodes that do not increase or are not finite, a default outside of them, or a bad `between`.

    >>> slider = Slider(name="delta", nodes=[0.5, 1.0, 2.0], default=1.0, between=2, decimals=2)
    >>> slider.value_at(0.5), slider.position_of(1.5)
    (0.75, 1.5)
    """

    name: str
    nodes: Sequence[float]
    default: float
    label: str = ""
    unit: str = ""
    between: int = 1
    log: bool = False
    decimals: int = 0
    button: str = ""

    kind: ClassVar = "slider"

    def __post_init__(self) -> None:
        _check_name(self.name)
        nodes = np.asarray(self.nodes, dtype=float)
        what = f"nodes of the slider {self.name!r}"
        if nodes.ndim != 1 or len(nodes) < 2 or not np.all(np.isfinite(nodes)) or np.any(np.diff(nodes) <= 0):
            raise ValueError(f"{what} must be two or more increasing finite numbers, got {self.nodes!r}")
        if self.log and nodes[0] <= 0:
            raise ValueError(f"{what} must be positive for a logarithmic slider, got {nodes[0]:g} as the first")
        if not nodes[0] <= self.default <= nodes[-1]:
            raise ValueError(
                f"default of the slider {self.name!r} must lie from {nodes[0]:g} to {nodes[-1]:g}, got {self.default!r}"
            )
        if not (isinstance(self.between, int) and self.between >= 1):
            raise ValueError(
                f"between of the slider {self.name!r} must be a whole number, 1 or more, got {self.between!r}"
            )
        if self.decimals not in range(MOST_DECIMALS + 1):
            raise ValueError(
                f"decimals of the slider {self.name!r} must be from 0 to {MOST_DECIMALS}, got {self.decimals!r}"
            )

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers can be reached, which are then handed to the functions as `int`."""
        return self.between == 1 and all(float(node).is_integer() for node in self.nodes)

    @cached_property
    def grid(self) -> list[float | int]:
        """The values at which functions are evaluated."""
        return [self._value(float(node)) for node in self.nodes]

    @property
    def positions(self) -> NDArray:
        """Every reachable position, counted in nodes: 1.5 is halfway between the second and the third."""
        return np.arange((len(self.nodes) - 1) * self.between + 1) / self.between

    @property
    def interpolates(self) -> bool:
        return True

    def value_at(self, position: float) -> float | int:
        """Return the value at a position in units of nodes, as the page computes it."""
        if float(position).is_integer():  # a logarithm and back would lose the last bit
            return self.grid[int(position)]
        places = np.arange(len(self.nodes))
        if self.log:
            return self._value(float(np.exp(np.interp(position, places, np.log(self.nodes)))))
        return self._value(float(np.interp(position, places, self.nodes)))

    def position_of(self, value: float) -> float:
        """Return the reachable position nearest to a value."""
        scale = np.log if self.log else np.asarray
        exact = np.interp(scale(value), scale(self.nodes), np.arange(len(self.nodes)))
        return float(np.round(exact * self.between) / self.between)

    def check(self, value: Any) -> float | int:
        """Return a value as the functions take it, or raise a ValueError that says what the slider takes."""
        low, high = self.nodes[0], self.nodes[-1]
        slack = 1e-9 * max(abs(low), abs(high))  # the page knows the nodes to twelve digits
        is_number = np.isscalar(value) and not isinstance(value, bool | str)
        is_whole = self.is_whole and is_number and np.isfinite(value)
        if not (is_number and low - slack <= value <= high + slack) or (is_whole and not float(value).is_integer()):
            kind = "whole number" if is_whole else "number"
            raise ValueError(f"{self.name} takes a {kind} from {low:g} to {high:g}, got {value!r}")
        return self._value(float(np.clip(value, low, high)))

    def print(self, value: float) -> str:
        """Return a value as the reader sees it."""
        return f"{Field('', f'.{self.decimals}f').print(value)} {self.unit}".rstrip()

    def trait(self) -> "TraitType":
        from traitlets import Float, Int

        return _trait(Int if self.is_whole else Float, self)

    def spec(self) -> dict:
        return {
            "kind": self.kind,
            "name": self.name,
            "label": self.label or self.name,
            "unit": self.unit,
            # Twelve digits are the same digits on every machine.
            "nodes": [float(f"{node:.12g}") for node in self.nodes],
            "between": self.between,
            "log": self.log,
            "decimals": self.decimals,
            "default": self.check(self.default),
            "button": self.button or None,
        }

    def _value(self, value: float) -> float | int:
        return round(value) if self.is_whole else value


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several named options; a function receives the option's name.

    Args:
        name: the name of the functions' parameter, and of the widget's trait.
        options: two or more different texts, shown as they are.
        default: the option chosen at first; the first one if empty.
        label: what the reader sees; the name if empty.

    Raises:
        ValueError: for fewer than two options, the same option twice, or a default that is no option.
    """

    name: str
    options: Sequence[str]
    default: str = ""
    label: str = ""

    kind: ClassVar = "choice"
    interpolates: ClassVar = False

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(set(self.options)) < max(2, len(self.options)):
            raise ValueError(
                f"options of the choice {self.name!r} must be two or more different texts, got {self.options!r}"
            )
        if not self.default:
            object.__setattr__(self, "default", self.options[0])
        self.check(self.default)

    @property
    def grid(self) -> list[str]:
        return list(self.options)

    def check(self, value: Any) -> str:
        """Return an option, or raise a ValueError that lists the options."""
        if value not in self.options:
            raise ValueError(f"{self.name} takes one of {', '.join(self.options)}; got {value!r}")
        return value

    def print(self, value: str) -> str:
        return value

    def trait(self) -> "TraitType":
        from traitlets import Unicode

        return _trait(Unicode, self)

    def spec(self) -> dict:
        return {
            "kind": self.kind,
            "name": self.name,
            "label": self.label or self.name,
            "options": self.grid,
            "default": self.default,
        }


@dataclass(frozen=True, kw_only=True)
class Toggle:
    """Something that is on or off; a function receives True or False.

    Args:
        name: the name of the functions' parameter, and of the widget's trait.
        default: whether it is on at first.
        label: what the reader sees; the name if empty.
    """

    name: str
    default: bool = False
    label: str = ""

    kind: ClassVar = "toggle"
    interpolates: ClassVar = False
    grid: ClassVar = [False, True]

    def __post_init__(self) -> None:
        _check_name(self.name)

    def check(self, value: Any) -> bool:
        """Return a truth value, or raise a ValueError."""
        if value not in (True, False):
            raise ValueError(f"{self.name} takes True or False, got {value!r}")
        return bool(value)

    def print(self, value: bool) -> str:
        return "on" if value else "off"

    def trait(self) -> "TraitType":
        from traitlets import Bool

        return _trait(Bool, self)

    def spec(self) -> dict:
        return {"kind": self.kind, "name": self.name, "label": self.label or self.name, "default": self.default}


Control = Slider | Choice | Toggle
