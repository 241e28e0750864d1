"""What a panel is made of: axes, and marks on them.

Where a mark takes numbers, it takes an array, a function of controls that returns an array, or a list of these, whose
values are added up. The names of a function's parameters, or `Bound`, say on which controls it depends; it is
evaluated on the grid of those controls and of no others, so give each function few of them, and use sums where you can.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from lossbook.plots import BLUE, GRAY, GREEN, INK, ORANGE, PURPLE

Source = ArrayLike | Callable[..., Any] | Sequence[Callable[..., Any]]

# The page has a light and a dark value for each of these names.
COLORS = {BLUE: "blue", ORANGE: "orange", GREEN: "green", PURPLE: "purple", GRAY: "gray", INK: "ink"}


ANCHORS = ("start", "middle", "end")


def color_name(color: str, what: str) -> str:
    """Return the name of a color of the palette in `lossbook.plots`."""
    if color not in COLORS:
        raise ValueError(f"color of {what} must come from lossbook.plots ({', '.join(COLORS)}), got {color!r}")
    return COLORS[color]


@dataclass(frozen=True)
class Axis:
    """One axis of a panel.

    Args:
        label: what is measured, with its unit: "residual (points)".
        low, high: the limits, which no control moves: pictures stay comparable.
        log: whether the scale is logarithmic; everything along the axis must then be positive.
        ticks: about how many; or (position, text) pairs; or None.

    Raises:
        ValueError: if the limits are not in order, or not positive on a logarithmic axis.
    """

    label: str
    low: float
    high: float
    log: bool = False
    ticks: int | Sequence[tuple[float, str]] | None = None

    def __post_init__(self) -> None:
        if not (self.low < self.high and np.isfinite(self.high - self.low)):
            raise ValueError(
                f"limits of the axis {self.label!r} must be finite and in order, got {self.low!r} and {self.high!r}"
            )
        if self.log and self.low <= 0:
            raise ValueError(f"limits of the logarithmic axis {self.label!r} must be positive, got {self.low!r}")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What all marks share.

    Args:
        color: of the palette in `lossbook.plots`.
        label: written beside the mark in its color; none if empty.
        label_at: the x at which the label stands; None for the right end.
        label_below: whether it stands below the mark rather than above.
        interpolate: False where the picture jumps between nodes; the nearest node is drawn then.
        after_guess: whether it stays hidden until the reader has guessed.
    """

    color: str = INK
    label: str = ""
    label_at: float | None = None
    label_below: bool = False
    interpolate: bool = True
    after_guess: bool = False

    kind: ClassVar[str]
    # The axis along which each source is measured, and how many dimensions one of its values has.
    sources: ClassVar[dict[str, tuple[str, int]]]
    options: ClassVar[tuple[str, ...]] = ()

    @property
    def title(self) -> str:
        """Its name in error messages."""
        return f"{self.kind} {self.label!r}" if self.label else self.kind


@dataclass(frozen=True, kw_only=True)
class Line(Mark):
    """A line through points; `x` and `y` of shape (m,)."""

    x: Source
    y: Source
    width: float = 2
    dash: bool = False
    opacity: float = 1

    kind: ClassVar = "line"
    sources: ClassVar = {"x": ("x", 1), "y": ("y", 1)}
    options: ClassVar = ("width", "dash", "opacity")


@dataclass(frozen=True, kw_only=True)
class Points(Mark):
    """Dots; `x` and `y` of shape (m,)."""

    x: Source
    y: Source
    radius: float = 3
    opacity: float = 1
    hollow: bool = False

    kind: ClassVar = "points"
    sources: ClassVar = {"x": ("x", 1), "y": ("y", 1)}
    options: ClassVar = ("radius", "opacity", "hollow")


@dataclass(frozen=True, kw_only=True)
class Area(Mark):
    """The band between `y1` and `y2`; all of shape (m,)."""

    x: Source
    y1: Source
    y2: Source
    opacity: float = 0.2

    kind: ClassVar = "area"
    sources: ClassVar = {"x": ("x", 1), "y1": ("y", 1), "y2": ("y", 1)}
    options: ClassVar = ("opacity",)


@dataclass(frozen=True, kw_only=True)
class Bars(Mark):
    """Bars from zero to `y` at `x`, both of shape (m,), `width` wide in units of x."""

    x: Source
    y: Source
    width: float
    opacity: float = 1

    kind: ClassVar = "bars"
    sources: ClassVar = {"x": ("x", 1), "y": ("y", 1)}
    options: ClassVar = ("width", "opacity")


@dataclass(frozen=True, kw_only=True)
class Heatmap(Mark):
    """Colors for `z` of shape (rows, columns), row 0 at the bottom; the outer cells' centers lie on the limits."""

    z: Source
    x_limits: tuple[float, float]
    y_limits: tuple[float, float]
    z_limits: tuple[float, float]

    kind: ClassVar = "heatmap"
    sources: ClassVar = {"z": ("z", 2)}
    options: ClassVar = ("x_limits", "y_limits", "z_limits")

    @property
    def z_range(self) -> tuple[float, float]:
        """The range to be stored: values beyond a limit have the color of the limit."""
        return self.z_limits


@dataclass(frozen=True, kw_only=True)
class Contours(Mark):
    """Lines of equal `z`, of shape (rows, columns) as for a heat map, at the `levels`."""

    z: Source
    x_limits: tuple[float, float]
    y_limits: tuple[float, float]
    levels: Sequence[float]

    kind: ClassVar = "contours"
    sources: ClassVar = {"z": ("z", 2)}
    options: ClassVar = ("x_limits", "y_limits", "levels")

    @property
    def z_range(self) -> tuple[float, float]:
        """The range to be stored: values far beyond the levels move no contour. A single level gets room around it."""
        low, high = min(self.levels), max(self.levels)
        room = (high - low) or abs(low) or 1
        return low - room, high + room


@dataclass(frozen=True, kw_only=True)
class Arrows(Mark):
    """Arrows from (`x`, `y`) by (`dx`, `dy`), all of shape (m,), in the units of the axes."""

    x: Source
    y: Source
    dx: Source
    dy: Source
    width: float = 2

    kind: ClassVar = "arrows"
    sources: ClassVar = {"x": ("x", 1), "y": ("y", 1), "dx": ("dx", 1), "dy": ("dy", 1)}
    options: ClassVar = ("width",)


@dataclass(frozen=True, kw_only=True)
class Text(Mark):
    """A text at (`x`, `y`), two numbers; `text` is a string or a function that returns one."""

    x: Source
    y: Source
    text: str | Callable[..., str]
    anchor: str = "middle"

    kind: ClassVar = "text"
    sources: ClassVar = {"x": ("x", 0), "y": ("y", 0)}
    options: ClassVar = ("anchor",)


@dataclass(frozen=True, kw_only=True)
class Handle(Mark):
    """A dot to drag; `x` and `y` are each the name of a slider, or a number or function where it is not free.

    On a curved grid, such as a triangle of three probabilities or a surface, `x` and `y` are functions of two sliders
    that `moves` names: ``moves=("first", "second")``. Dragging the dot sets these sliders to the positions, of all that
    they can reach, whose dot is nearest to the pointer. The functions may depend on no other control; one of them may
    leave out one of the two sliders. The keyboard moves every handle through its sliders.

    A label that `invites` the reader, such as "drag me", is left out where nothing can be dragged: in the picture and
    on paper.
    """

    x: str | Source
    y: str | Source
    moves: Sequence[str] = ()
    radius: float = 8
    invites: bool = False

    kind: ClassVar = "handle"
    sources: ClassVar = {"x": ("x", 0), "y": ("y", 0)}
    options: ClassVar = ("radius",)


@dataclass(frozen=True)
class Panel:
    """Axes with marks, drawn in the order given.

    Args:
        title: a few words above the panel.
        x, y: the axes.
        marks: at least one.
        height: of the panel in CSS pixels.
        description: what it shows, for readers who cannot see it; the title if empty.
    """

    title: str
    x: Axis
    y: Axis
    marks: Sequence[Mark] = field(kw_only=True)
    height: int = field(default=260, kw_only=True)
    description: str = field(default="", kw_only=True)
