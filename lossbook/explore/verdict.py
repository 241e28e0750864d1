"""Whether a gradient of the reader's is right, and if not, in what it differs from the slope."""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossbook.checking import GradientCheck, is_kink
from lossbook.explorable import Readout
from lossbook.explorable.controls import Control
from lossbook.explorable.functions import Where
from lossbook.explorable.text import MINUS
from lossbook.explore.subject import Subject

MOST_CHECKED = 8  # at so many settings of each slider is a gradient checked
SAME = 1e-4  # how far, relatively, factors between two gradients may be apart to count as one


@dataclass(frozen=True)
class _Checked:
    """The check of a gradient at one position and one setting of the controls."""

    check: GradientCheck
    x: float
    state: dict[str, Any]

    @property
    def gap(self) -> float:
        """How far the two are apart, to three digits: the last ones are not the same on every processor."""
        return float(f"{abs(self.check.written - self.check.measured):.3g}")


def verdict(subject: Subject, controls: Sequence[Control]) -> list[Readout]:
    """Return a line that says whether the reader's gradient agrees with the slope, and if not, in what it differs."""
    if not subject.gradient:
        return []
    name = f"`{subject.gradient}`" if subject.gradient.isidentifier() else subject.gradient
    found: list[_Checked] = []
    for state in _settings(controls):
        with np.errstate(all="ignore"):
            checks = subject.checks(**state)
        here = [_Checked(check, x, state) for check, x in zip(checks, subject.x[1:-1].tolist(), strict=True)]
        if any(each.check.verdict == "wrong" for each in here):
            return [Readout(f"{name} does not agree with the measured slope: {_difference(subject, here)}.")]
        found += here
    kinks = [each for each in found if is_kink(each.check)]
    near = [each for each in found if "kink" in each.check.verdict and not is_kink(each.check)]
    if near:
        worst = max(near, key=lambda each: each.check.difference)
        line = f"{name} nearly agrees with the measured slope: it is off by up to {worst.check.difference:.1g} of it"
        return [Readout(f"{line}, at {_place(subject, worst)}.")]
    line = f"{name} agrees with the measured slope" + ", whatever the sliders say" * bool(controls)
    if kinks:
        places = {each.x for each in kinks}
        such = "" if len(places) == 1 else " such as"
        line += f". At a kink,{such} {subject.variable} = {_number(kinks[0].x)}, any number between the slopes to both "
        line += "sides is right"
    return [Readout(line + ".")]


def _settings(controls: Sequence[Control]) -> Iterator[dict[str, Any]]:
    """Yield the settings at which a gradient is checked: the start, with each control moved alone, and all to the ends.

    Of long sliders, some nodes are left out.
    """
    start = {control.name: control.default for control in controls}
    yield start
    for control in controls:
        every = -(-len(control.grid) // MOST_CHECKED)
        yield from (start | {control.name: value} for value in control.grid[::every])
    ends = itertools.product(*((control.grid[0], control.grid[-1]) for control in controls))
    for end in itertools.islice(ends, MOST_CHECKED):
        yield dict(zip(start, end, strict=True))


def _difference(subject: Subject, here: list[_Checked]) -> str:
    """Say in what a wrong gradient differs at one setting: by a factor, by a number, or most at which position."""
    where = _minus(Where("", here[0].state).at)
    if factor := _factor(here):
        sign = "of the other sign" if factor < 0 else ""
        size = "" if math.isclose(abs(factor), 1, rel_tol=SAME) else f"{abs(factor):.4g} times as large"
        return f"it is {' and '.join(filter(None, (sign, size)))} everywhere{where}"
    if offset := _offset(here):
        return f"it is {abs(offset):.4g} too {'high' if offset > 0 else 'low'} everywhere{where}"
    wrong = [each for each in here if each.check.verdict == "wrong"]
    worst = max(wrong, key=lambda each: each.gap)
    digits = f"it gives {_number(worst.check.written)}, and the slope is {_number(worst.check.measured)}"
    many = f"at {len(wrong)} of {len(here)} positions" if len(wrong) < len(here) else "everywhere"
    return f"it is off {many}, most at {_place(subject, worst)}, where {digits}"


def _factor(checked: list[_Checked]) -> float | None:
    """Return the one factor by which gradients differ from what is measured, or None."""
    told = [each for each in _told(checked) if each.written or each.measured]
    if not all(each.written and each.measured for each in told):
        return None
    return _common([each.written / each.measured for each in told])


def _offset(checked: list[_Checked]) -> float | None:
    """Return the one number by which gradients differ from what is measured, or None."""
    return _common([each.written - each.measured for each in _told(checked)])


def _told(checked: list[_Checked]) -> list[GradientCheck]:
    return [each.check for each in checked if not is_kink(each.check) and "rounding" not in each.check.verdict]


def _common(numbers: list[float]) -> float | None:
    """Return the number that all of these are, or None."""
    low, high = min(numbers, default=math.nan), max(numbers, default=math.nan)
    middle = (low + high) / 2
    return middle if high - low <= SAME * abs(middle) else None


def _place(subject: Subject, checked: _Checked) -> str:
    return _minus(Where("", {subject.variable: checked.x} | checked.state).at.removeprefix(" at "))


def _number(value: float) -> str:
    return _minus(f"{value:.4g}")


def _minus(text: str) -> str:
    return re.sub(r"-(?=\d)", MINUS, text)
