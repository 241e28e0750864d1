"""A control for each parameter of what is explored."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from numbers import Integral, Real
from typing import Any

import numpy as np

from lossbook.explorable import Choice, Slider, Toggle
from lossbook.explorable.controls import Control
from lossbook.explore.arguments import Slip, number_range
from lossbook.explore.decimals import PRINTABLE, decimals_of
from lossbook.explore.subject import Curves, Subject

CURVES = 600  # about how many are computed, one for each combination of the controls
MOST_NODES = 61
SLIDABLE = (1e-6, 1e9)  # the sizes of a number for which a slider has the decimals and the room; 0 has them too


def controls_of(subject: Subject, ranges: dict[str, Any]) -> list[Control]:
    """Return a control for each parameter that can have one, in the order of the parameters."""
    made: dict[str, Control] = {}
    numbers: dict[str, tuple[float, float] | None] = {}
    for name in ranges:
        if name not in subject.parameters:
            known = ", ".join(subject.parameters) or "none"
            raise Slip(f"{name} is no parameter of {subject.title}, which has {known}")
    for name, value in subject.parameters.items():
        given = ranges.get(name)
        if given is not None and np.ndim(given) == 1 and all(isinstance(each, str) for each in given):
            made[name] = Choice(name=name, options=given, default=value if value in given else "")
        elif given is not None:
            numbers[name] = number_range(name, given, ", or texts to choose from,")
        elif isinstance(value, bool):
            made[name] = Toggle(name=name, default=value)
        elif isinstance(value, Real) and (value == 0 or SLIDABLE[0] <= abs(float(value)) <= SLIDABLE[1]):
            numbers[name] = None
    others = math.prod(len(control.grid) for control in [*subject.choices, *made.values()])
    most = max(3, min(MOST_NODES, int((CURVES / others) ** (1 / max(1, len(numbers))))))
    for name, given in numbers.items():
        nodes, default = _nodes(subject, name, given, most)
        if len(nodes) > 1:  # else the loss accepts nothing near its value
            made[name] = Slider(name=name, nodes=nodes, default=default, decimals=decimals_of(np.array(nodes)))
    return [made[name] for name in subject.parameters if name in made]


def _nodes(subject: Subject, name: str, given: tuple[float, float] | None, most: int) -> tuple[list[float], float]:
    """Return the nodes of a slider and its default. All but the default and the ends that are given are round."""
    value = subject.parameters[name]
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else 1.0
    whole = isinstance(value, Integral) and not subject.accepts(name, number + 0.5)

    def accepts(number: float) -> bool:
        return subject.accepts(name, round(number) if whole else number)

    if given:
        low, high = given
        number = min(max(number, low), high)
        kept = {low, high, number}
    else:
        reach = max(5 * (abs(number) or 1), 1.5)  # beyond 1, so that the end of a share is found
        low, high = (_end(accepts, number, side * reach) for side in (-1, 1))
        room = 0.02 * (high - low)
        low, high = low + room * (not accepts(low)), high - room * (not accepts(high))
        kept = {number}
    rough = max((high - low) / (most - 1), 1e-9)
    decade = 10.0 ** math.floor(math.log10(rough))
    step = max(float(whole), decade * next(step for step in (1, 2, 2.5, 5, 10) if step * decade > rough * (1 - 1e-9)))
    steps = step * np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    nodes = {float(np.round(node, 12)) for node in (*steps, *kept)}
    return sorted(node for node in nodes if given or node == number or accepts(node)), number


def _end(accepts: Callable[[float], bool], inside: float, outside: float) -> float:
    """Return how far a parameter can go from a number that is accepted towards one that may not be."""
    if accepts(outside):
        return outside
    places = 9 - max(0, math.ceil(math.log10(abs(inside - outside))))  # so that the end of a domain is met exactly
    for _ in range(50):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if accepts(middle) else (inside, middle)
    return round(inside, places)


def printable(controls: list[Control], curves: Callable[..., Curves], ranges: dict[str, Any]) -> list[Control]:
    """Return controls whose sliders end before any combination gives numbers that a readout cannot hold.

    A range that is given stays as it is, and so does all else where the loss itself is too large to be printed.
    """
    names = [control.name for control in controls]
    grids = [list(control.grid) for control in controls]
    starts = [grid.index(control.default) for grid, control in zip(grids, controls, strict=True)]
    states = itertools.product(*grids)
    size = np.array([np.abs(curves(**dict(zip(names, state, strict=True)))).max() for state in states])
    size = size.reshape([len(grid) for grid in grids])
    free = [control.name not in ranges and isinstance(control, Slider) for control in controls]
    while size.max() >= PRINTABLE:
        worst = [int(at) for at in np.unravel_index(size.argmax(), size.shape)]
        away = [abs(at - start) * may for at, start, may in zip(worst, starts, free, strict=True)]
        if not any(away) or size[*starts] >= PRINTABLE:
            break
        axis = away.index(max(away))
        at, start = worst[axis], starts[axis]
        kept = slice(at) if at > start else slice(at + 1, None)
        size = size[(slice(None),) * axis + (kept,)]
        grids[axis], starts[axis] = grids[axis][kept], start - (0 if at > start else at + 1)
    shorter = zip(controls, grids, strict=True)
    return [
        replace(control, nodes=[float(node) for node in grid]) if isinstance(control, Slider) else control
        for control, grid in shorter
        if len(grid) > 1
    ]
