"""The figure: a panel for the value and one for the slope, and lines of numbers below."""

import itertools
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.core import Loss
from lossbook.explorable import Axis, Bound, Explorable, Handle, Line, Panel, Readout, Slider
from lossbook.explorable.marks import Mark
from lossbook.explore.arguments import Slip, number_range
from lossbook.explore.controls import controls_of, printable
from lossbook.explore.decimals import decimals_of, decimals_printed
from lossbook.explore.function import of_function
from lossbook.explore.sample import of_loss
from lossbook.explore.subject import Curves, free
from lossbook.explore.verdict import verdict
from lossbook.plots import GRAY, INK, PURPLE

POINTS = 201  # on each curve; the dot stops at every fifth
STOP = 5
MEASURED: dict[str, Any] = {
    "color": GRAY,
    "width": 6,
    "opacity": 0.35,
}  # how the slope is drawn below a gradient that may cover it


def explore(
    loss: Loss | Callable[..., ArrayLike],
    *,
    gradient: Callable[..., ArrayLike] | None = None,
    y_true: Any = None,
    y_pred: Any = None,
    span: tuple[float, float] = (-5, 5),
    **ranges: tuple[float, float] | Sequence[str],
) -> Explorable:
    """Return a live figure of a loss, or of a function of your own: its value and its slope, with sliders.

    A loss is drawn against the residual where it takes any target, and otherwise against the score, with a choice of
    the target. Where a sample has several scores, one entry of `y_pred` is moved at a time. The slope of a loss is its
    gradient, that of a function a central difference. A gradient of your own is drawn beside that, and a line below
    says whether the two agree, judged as `check_gradient` does, and if not, where they differ most.

    Args:
        loss: a `lossbook.Loss`, or a function of the positions on the axis, an array, and of any parameters. A function
            whose first parameter is `y_true` is drawn against its second one.
        gradient: the derivative of the function `loss`, as a function of the same positions, and of whichever of the
            parameters it needs.
        y_true, y_pred: one sample, in place of the example that is taken for a loss of several scores. For a function
            of `y_true`, its one value, in place of a slider.
        span: the ends of the axis.
        ranges: by the name of a parameter, the ends of its slider, or the texts to choose from. Without them, a
            loss is asked which numbers it accepts, and a positive parameter of a function stays positive. True and
            False become a toggle, and a parameter without a default starts at 1. Any other parameter keeps its value,
            and so does a number that is infinite, or too small or too large for a slider.

    Raises:
        ValueError: says which argument does not fit, or where the value or the slope is not finite.

    >>> from lossbook import Huber
    >>> figure = explore(Huber(delta=1.5))
    >>> figure.printed()
    ['at residual = 2.00: value 1.875, slope +1.500']
    >>> figure.controls["delta"].grid[:3]
    [0.2, 0.4, 0.6]
    >>> figure = explore(lambda r, delta, scale=2.0: scale * np.minimum(np.abs(r), delta), delta=(0.5, 3))
    >>> figure.state
    {'delta': 1.0, 'scale': 2.0, 'r': 2.0}
    >>> figure = explore(lambda r: r**2, gradient=lambda r: r)
    >>> print(*figure.printed(), sep="\\n")
    at r = 2.00: value 4.000, slope +4.000 measured, +2.000 yours
    your gradient does not agree with the measured slope: it is 0.5 times as large everywhere.
    """
    try:
        return _figure(loss, gradient, y_true, y_pred, span, ranges)
    except Exception as error:
        if hasattr(error, "__notes__"):
            error.__traceback__ = _beyond_here(error.__traceback__)
        raise


def _beyond_here(frames: TracebackType | None) -> TracebackType | None:
    """Return the frames of an exception from the reader's function or loss on, without those of this package."""
    ours = Path(_beyond_here.__code__.co_filename).parent
    while frames and Path(frames.tb_frame.f_code.co_filename).parent == ours:
        frames = frames.tb_next
    return frames


def _figure(
    loss: Loss | Callable[..., ArrayLike],
    gradient: Callable[..., ArrayLike] | None,
    y_true: Any,
    y_pred: Any,
    span: tuple[float, float],
    ranges: dict[str, Any],
) -> Explorable:
    low, high = number_range("span", span)
    x = np.round(np.linspace(low, high, POINTS), 12)  # so that zero is exactly zero
    if isinstance(loss, Loss):
        if gradient is not None:
            raise Slip(f"gradient belongs to a function of your own; {type(loss).__name__} has one already")
        subject = of_loss(loss, x, y_true, y_pred)
    else:
        subject = of_function(loss, gradient, x, y_true, y_pred)
    curves = cache(subject.checked)
    controls = printable([*subject.choices, *controls_of(subject, ranges)], curves, ranges)
    names = [control.name for control in controls]
    variable, stops = subject.variable, x[::STOP]
    places = {stop: STOP * number for number, stop in enumerate(stops.tolist())}

    @cache
    def along(*state: Any) -> Curves:
        return curves(**dict(zip(names, state, strict=True)))

    first = along(*(control.default for control in controls))
    family = np.array([along(*state) for state in itertools.product(*(control.grid for control in controls))])
    panels, printed = [], []
    points: dict[str, Any] = {}
    for title, kinds in {"value": [0], "slope": [*range(1, len(subject.kinds))]}.items():
        drawn, begin = family[:, kinds], np.array([first[kind] for kind in kinds])
        digits = decimals_printed(drawn, begin, f"the {title} of {subject.title}")
        marks: list[Mark] = []
        shown = []
        for kind, label in zip(kinds, ("measured", "yours") if len(kinds) > 1 else ("",), strict=True):

            def curve(*state: Any, kind: int = kind) -> NDArray:
                return along(*state)[kind]

            def point(*state: Any, curve: Callable[..., NDArray] = curve) -> float:
                *others, at = state
                values = curve(*others)
                # Nearly always it is a stop, and looking up is much faster than interpolating.
                return values[places[at]] if at in places else float(np.interp(at, x, values))

            key = free([*subject.kinds][kind], [*names, variable])
            points[key] = Bound(point, *names, variable)
            look = MEASURED if label == "measured" else {"color": PURPLE}
            marks.append(Line(x=x, y=Bound(curve, *names), label=label, **look))
            shown.append(f"{{{key}:{'+' * (title == 'slope')}.{digits}f}}" + f" {label}" * bool(label))
        marks.append(Handle(x=variable, y=points[key], color=INK))
        printed.append(f"{title} {', '.join(shown)}")
        panels.append(Panel(title, Axis(subject.label, low, high), Axis(title, *_limits(drawn, begin)), marks=marks))
    moved = f"{{{subject.moved}}}" if subject.moved else variable
    start = float(stops[np.abs(stops - subject.start).argmin()])
    return Explorable(
        "-".join(["explore", *re.findall("[a-z0-9]+", subject.title.lower())]),
        title=subject.title,
        caption="Move the sliders, and drag a dot along its curve." + subject.sample,
        alt=f"The value of {subject.title}, left, and its slope, right, against {subject.label} "
        f"from {low:g} to {high:g}."
        + f" The slope is drawn as measured, and as {subject.gradient} has it."
        * bool(subject.gradient),
        controls=[*controls, Slider(name=variable, nodes=stops.tolist(), default=start, decimals=decimals_of(stops))],
        panels=panels,
        readouts=[
            Readout(f"at {moved} = {{{variable}}}: {', '.join(printed)}", **points),
            *verdict(subject, controls),
        ],
    )


def _limits(family: NDArray, first: NDArray) -> tuple[float, float]:
    """Return limits that nearly all curves keep, unless the first would then fill less than a third of the height."""
    low, high = float(first.min()), float(first.max())
    room = high - low if high - low > 1e-9 else 1.0
    nearly_all = np.quantile(family, [0.02, 0.98])
    low, high = max(min(low, nearly_all[0]), low - room), min(max(high, nearly_all[1]), high + room)
    margin = 0.05 * (high - low) if high - low > 1e-9 else 0.5
    return float(low - margin), float(high + margin)
