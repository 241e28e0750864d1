"""The live figure of the page on gradients."""

import numpy as np
from numpy.typing import NDArray

from lossbook import GeneralRobust
from lossbook.explorable import (
    Axis,
    Choice,
    Explorable,
    Guess,
    Handle,
    Line,
    Panel,
    Points,
    Readout,
    Slider,
    Text,
)
from lossbook.explorable.text import MINUS
from lossbook.plots import BLUE, GRAY, GREEN, ORANGE, PURPLE

Y_TRUE = np.array([3.0, -0.5, 2.0, 7.0])
Y_PRED = np.array([2.5, 0.0, 2.3, 8.2])
SMALLEST = -16  # the smallest step, as a power of ten

# Derivatives that somebody may write, as multiples of the right one.
MISTAKES = {"right": 1, "sign swapped": -1, "1/n forgotten": len(Y_TRUE)}


def risk(offset: float, dtype: type = np.float64) -> np.floating:
    """Return the mean Charbonnier loss of the predictions plus an offset, the same to the last bit on every machine.

    With the smallest steps the demo shows the rounding of the loss, which must not depend on the machine. IEEE
    arithmetic fixes the results of +, -, *, / and the square root, so only these are used, one at a time and in a
    fixed order. `GeneralRobust`, which is the same loss, uses powers and logarithms, whose last bit depends on the
    library that computes them, as does the order in which NumPy adds.
    """
    residual = Y_PRED.astype(dtype) + dtype(offset) - Y_TRUE.astype(dtype)
    value = np.sqrt(1 + residual * residual) - 1
    return (value[0] + value[1] + value[2] + value[3]) / dtype(4)


def central(h: float, dtype: type = np.float64) -> float:
    return float((risk(h, dtype) - risk(-h, dtype)) / (2 * dtype(h)))


def single(h: float) -> float:
    return central(h, np.float32)


def forward(h: float) -> float:
    return float((risk(h) - risk(0)) / h)


DIFFERENCES = {"central, float64": central, "forward, float64": forward, "central, float32": single}


def step_of(exponent: int, digit: int = 1) -> float:
    """Return a step, read from text because a computed power of ten may be off in its last bit."""
    return float(f"{digit}e{exponent}")


def digits(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", MINUS)


def power(exponent: int) -> str:
    return f"1e{exponent}" if exponent else "1"


def gradient_check() -> Explorable:
    """The step of a finite difference against its error, for a right gradient and for wrong ones."""
    loss = GeneralRobust()
    right = float(np.mean(loss.gradient(Y_TRUE, Y_PRED)))
    start = loss(Y_TRUE, Y_PRED)
    offsets = np.linspace(-1.6, 1.6, 81)
    ends = offsets[[0, -1]]
    steps = [step_of(exponent, digit) for exponent in range(SMALLEST, 0) for digit in (1, 2, 5)] + [1.0]

    def slope(written: str) -> float:
        return MISTAKES[written] * right

    def measured(difference: str, exponent: int) -> float:
        return DIFFERENCES[difference](step_of(exponent))

    def off(written: str, difference: str, exponent: int) -> float:
        return abs(measured(difference, exponent) - slope(written)) / abs(slope(written))

    def between(difference: str, exponent: int) -> NDArray:
        """The two offsets at which the loss is evaluated."""
        h = step_of(exponent)
        return np.array([0 if difference == "forward, float64" else -h, h])

    def secant(difference: str, exponent: int) -> NDArray:
        h = step_of(exponent)
        return risk(h) + measured(difference, exponent) * (ends - h)

    def ratio(written: str, difference: str, exponent: int) -> str:
        below = measured(difference, exponent)
        if below == 0:
            return "no number: both losses are the same"
        return digits(slope(written) / below, 4)

    def errors(name: str) -> NDArray:
        return np.array([abs(DIFFERENCES[name](h) - right) / right for h in steps])

    styles = {
        "central, float32": (GRAY, True, (-7.5, 20), "middle"),
        "forward, float64": (PURPLE, False, (-4.7, 2e-4), "end"),
        "central, float64": (BLUE, False, (-8.5, 5e-10), "end"),
    }
    curves = [
        Line(x=np.log10(steps), y=errors(name), color=color, dash=dash, after_guess=True)
        for name, (color, dash, _, _) in styles.items()
    ]
    names = [
        Text(x=x, y=y, text=name, color=color, anchor=anchor, after_guess=True)
        for name, (color, _, (x, y), anchor) in styles.items()
    ]
    panels = [
        Panel(
            "The loss, and two slopes",
            Axis("offset b added to four predictions", -1.6, 1.6),
            Axis("loss L(b)", 0, 1.2),
            marks=[
                Line(x=offsets, y=[loss(Y_TRUE, Y_PRED + b) for b in offsets], color=GRAY),
                Line(x=ends, y=lambda written: start + slope(written) * ends, color=GREEN),
                Line(x=ends, y=secant, color=ORANGE, dash=True),
                Points(
                    x=between,
                    y=lambda difference, exponent: [risk(b) for b in between(difference, exponent)],
                    color=ORANGE,
                    radius=5,
                ),
                Text(x=0, y=1.13, text="line: slope you wrote", color=GREEN),
                Text(x=0, y=1.04, text="dashed: slope measured", color=ORANGE),
            ],
            height=320,
            description="The loss against the offset b, a line with the written slope, and the measured slope through "
            "two points.",
        ),
        Panel(
            "How far apart they are",
            Axis(
                "step h",
                SMALLEST - 0.5,
                0.5,
                ticks=[(place, power(place)) for place in range(SMALLEST, 1, 4)],
            ),
            Axis("difference / written slope", 1e-12, 100, log=True),
            marks=[*curves, *names, Handle(x="exponent", y=off, color=ORANGE)],
            height=320,
            description="How far the measured slope is from the written one against the step h.",
        ),
    ]
    return Explorable(
        "gradient-check",
        title="A step too large, a step too small",
        caption="Drag the dot on the right to make the step smaller, and watch the digits of the two slopes. "
        "Then choose a mistake, and look for a step that hides it.",
        alt="Left: the loss of four predictions against an offset b added to all of them, with two lines: one with the "
        "written slope, 0.26, touches the curve at 0; a flatter one joins the two points of the curve at -1 and 1. "
        "Right: the difference of the two slopes, relative to the written one, against the step h, both axes "
        "logarithmic, as three V shapes. Central differences in float64 are lowest, near 5e-11 at a step of 1e-5; "
        "forward differences in float64 stay above 1e-8; central differences in float32 stay above 1e-7, and at 1e-8 "
        "and below they measure nothing.",
        controls=[
            Slider(
                name="exponent",
                label="h = 10 to the power",
                nodes=range(SMALLEST, 1),
                default=0,
            ),
            Choice(name="written", label="you wrote", options=list(MISTAKES)),
            Choice(name="difference", label="measured by", options=list(DIFFERENCES)),
        ],
        panels=panels,
        readouts=[
            Readout(
                "*h* = {h}: written {slope}, measured {measured}",
                h=lambda exponent: power(exponent),
                slope=lambda written: digits(slope(written), 10),
                measured=lambda difference, exponent: digits(measured(difference, exponent), 10),
            ),
            Readout("written / measured = {ratio}", ratio=ratio),
            Readout(
                "difference / written slope = {off}",
                off=lambda written, difference, exponent: f"{off(written, difference, exponent):.1e}",
            ),
        ],
        presets={
            "the usual step": {"exponent": -5},
            "far too small": {"exponent": -15},
            "float32": {"exponent": -7, "difference": "central, float32"},
            "wrong sign": {"exponent": -5, "written": "sign swapped"},
            "1/n forgotten": {"exponent": -5, "written": "1/n forgotten"},
        },
        guess=Guess(
            "A derivative is the limit for *h* to 0. Which step measures this one best?",
            {
                "1e-2": "Off by 1.8e-05: over that distance the curve bends away from its tangent.",
                "1e-5": "Off by 5.2e-11, and no other power of ten does better.",
                "1e-8": "Off by 6.3e-08: the two losses agree in 7 of their 16 digits, so their difference has 9.",
                "1e-12": "Off by 2.4e-04: the two losses agree in 11 of their 16 digits, so their difference has 5.",
            },
            right="1e-5",
        ),
    )
