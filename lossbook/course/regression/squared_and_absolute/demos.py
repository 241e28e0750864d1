"""The live figures of the page on squared and absolute error."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lossbook import AbsoluteError, Huber, Loss, Quantile, SmoothL1, SquaredError, Tukey
from lossbook.course.regression.lines import absolute_lines, fit_lines
from lossbook.datasets import diabetes
from lossbook.explorable import Axis, Explorable, Guess, Handle, Line, Panel, Points, Readout, Slider, Text
from lossbook.explorable.marks import Mark
from lossbook.explorable.text import MINUS
from lossbook.plots import BLUE, GRAY, GREEN, ORANGE, PURPLE

# For `outlier`. Huber's and Tukey's constants are 1.345 and 4.685 times the robust scale of the residuals, 65.6 points.
# The score moves in short steps where all lines respond, and in long ones where only that of squared error does.
DELTA = 88
CUTOFF = 307
TOP = 700
SCORES = [*range(34, TOP, 2), *range(TOP, 3461, 40)]

# For `best_constant`. Two of seven consecutive patients can be dragged: A has the median and B the highest score.
SEVEN = slice(7, 14)
A, B = 110, 310
POSITIONS = range(0, 401, 10)
THRESHOLD = 50
TAU = 0.75
ROW = -18  # where the patients stand, below the zero of the loss

Fit = Callable[[int], NDArray]  # from a score to the height at the mean index, and the slope
Constant = Callable[[int, int], float]  # from the scores of A and B


def outlier() -> Explorable:
    """One score is dragged away from the truth; four fitted lines follow it or stay."""
    bmi, progression = diabetes()
    patient = int(progression.argmax())
    truth = int(progression[patient])
    others = np.arange(len(bmi)) != patient
    ends = np.array([18.0, 43.0])
    at_ends = np.column_stack([np.ones(2), ends - bmi.mean()])
    fits = _fits(bmi, progression, patient)
    squared, absolute = fits["squared"][0], fits["absolute"][0]
    rate = (squared(SCORES[-1])[1] - squared(truth)[1]) / (SCORES[-1] - truth)

    def side(score: int) -> str:
        height = absolute(score)[0] + absolute(score)[1] * (bmi[patient] - bmi.mean())
        if abs(score - height) < 1e-6:
            return "on"
        return "above" if score > height else "below"

    lines = [
        Line(x=ends, y=lambda score, fit=fit: at_ends @ fit(score), color=color, dash=dash, label=name)
        for name, (fit, color, dash) in fits.items()
    ]
    slopes = [
        Line(x=SCORES, y=_slopes(fit), color=color, dash=dash, label=name, after_guess=True)
        for name, (fit, color, dash) in fits.items()
    ]
    here = [
        Points(x=lambda score: [score], y=lambda score, fit=fit: [fit(score)[1]], color=color, radius=5)
        for name, (fit, color, _) in fits.items()
        if name != "squared"
    ]
    return Explorable(
        "outlier",
        title="One score, four lines",
        caption="Drag the patient up past all the others and out at the top; the big dot on the right takes the score "
        "on to 3,460. Then try it slowly, around 324.",
        alt="Left: progression score against body-mass index for 442 patients, one of whom can be moved, and four "
        "fitted lines, which nearly coincide. Right: the slope of each line against the score recorded for that "
        f"patient, from 34 to 3460. Squared error rises in a straight line from {squared(34)[1]:.1f} to "
        f"{squared(3460)[1]:.1f}; absolute error takes one small step, from {absolute(34)[1]:.2f} to "
        f"{absolute(3460)[1]:.2f}, near 324, and stays; Huber and Tukey change a little "
        "among the other patients and above them, and stay.",
        controls=[Slider(name="score", label="score recorded", unit="points", nodes=SCORES, default=truth)],
        panels=[
            Panel(
                "442 patients",
                Axis("body-mass index (kg/m²)", 18, 46),
                Axis("progression score (points)", 0, TOP),
                marks=[
                    Points(x=bmi[others], y=progression[others], color=GRAY, radius=2, opacity=0.5),
                    Points(x=bmi[[patient]], y=progression[[patient]], color=GRAY, radius=5, hollow=True),
                    *lines,
                    Handle(x=bmi[patient], y="score", label="drag me", invites=True),
                    Text(x=bmi[patient], y=TOP - 110, text=lambda score: f"{score:,} ↑" if score > TOP else ""),
                ],
                height=320,
                description="the patients, the one you drag, and the four fitted lines",
            ),
            Panel(
                "The slope of each line",
                Axis("score recorded for that patient (points)", 0, 3500),
                Axis("slope (points per kg/m²)", 9, 16),
                marks=[*slopes, *here, Handle(x="score", y=lambda score: squared(score)[1], color=BLUE)],
                height=320,
                description="slope against the score recorded, with the present score marked on each curve",
            ),
        ],
        readouts=[
            Readout(
                f"squared error: slope {squared(truth)[1]:.2f} + {rate:.6f} · ({{score}} {MINUS} {truth}) = "
                "{slope:.2f}, level {level:.2f}",
                color=BLUE,
                slope=lambda score: squared(score)[1],
                level=lambda score: squared(score)[0],
            ),
            Readout(
                "absolute error: the patient is {side} the line, slope {slope:.2f}, level {level:.2f}",
                color=ORANGE,
                side=side,
                slope=lambda score: absolute(score)[1],
                level=lambda score: absolute(score)[0],
            ),
            Readout(
                f"Huber, whose pull stops growing {DELTA} points off the line: slope {{slope:.2f}}, "
                "level {level:.2f}",
                color=GREEN,
                slope=lambda score: fits["Huber"][0](score)[1],
                level=lambda score: fits["Huber"][0](score)[0],
            ),
            Readout(
                f"Tukey, whose pull is gone {CUTOFF} points off the line: slope {{slope:.2f}}, level {{level:.2f}}",
                color=PURPLE,
                slope=lambda score: fits["Tukey"][0](score)[1],
                level=lambda score: fits["Tukey"][0](score)[0],
            ),
        ],
        presets={
            "one digit too few: 34": {"score": 34},
            "on the line: 324": {"score": 324},
            "one digit too many: 3,460": {"score": 3460},
        },
        guess=Guess(
            "You raise the score from 34 to 3,460. When does the absolute-error line move?",
            {
                "All the way": "That is squared error: every point of score adds the same amount of slope.",
                "Only far out": "Far out it lies still: the patient is above the line, and how far does not count.",
                "Once, as the patient crosses it": "For two points of score the line passes through the patient and "
                "goes along. Below and above, only the side counts.",
                "Never": "Nearly. Look at 322, 324 and 326: there the patient changes sides.",
            },
            right="Once, as the patient crosses it",
        ),
    )


def _fits(bmi: NDArray, progression: NDArray, patient: int) -> dict[str, tuple[Fit, str, bool]]:
    """Return, by the name of the loss, the height at the mean index and the slope as functions of one score."""
    distance = bmi - bmi.mean()
    here = np.arange(len(bmi)) == patient

    def lines(scores: Sequence[int]) -> dict[str, NDArray]:
        sample = distance, np.where(here, np.array(scores)[:, None], progression)
        absolute = absolute_lines(*sample)
        huber = fit_lines(Huber(DELTA), *sample, absolute)
        return {
            "squared": fit_lines(SquaredError(), *sample),
            "absolute": absolute,
            "Huber": huber,
            # Not convex: which minimum is found may depend on the start.
            "Tukey": fit_lines(Tukey(CUTOFF), *sample, huber),
        }

    at_nodes = {name: dict(zip(SCORES, each, strict=True)) for name, each in lines(SCORES).items()}
    between = cache(lambda score: lines([score]))

    def fit(name: str) -> Fit:
        return lambda score: at_nodes[name][score] if score in at_nodes[name] else between(score)[name][0]

    looks = {"squared": (BLUE, False), "absolute": (ORANGE, True), "Huber": (GREEN, False), "Tukey": (PURPLE, True)}
    return {name: (fit(name), *look) for name, look in looks.items()}


def _slopes(fit: Fit) -> NDArray:
    return np.array([fit(score)[1] for score in SCORES])


@dataclass(frozen=True)
class _Candidate:
    """A loss and the constant that minimizes it, drawn over seven scores of which A's and B's can be dragged."""

    name: str
    loss: Loss
    best: Constant
    color: str
    dash: bool = False
    scale: float = 1  # divides the loss, so that all fit one axis

    def curve(self, fixed: NDArray) -> list[Mark]:
        """The mean loss against the constant, its lowest point, and a thread from there down to the patients."""
        constants = np.union1d(np.arange(0, 401, 5), fixed)

        @cache
        def lowest(a: int, b: int) -> float:
            scores = np.array([*fixed, a, b])
            return self.loss(scores, np.full_like(scores, self.best(a, b))) / self.scale

        return [
            self._line(self.loss.value, constants, fixed),
            Line(
                x=lambda a, b: np.full(2, self.best(a, b)),
                y=lambda a, b: [ROW, lowest(a, b)],
                color=self.color,
                width=1,
                opacity=0.6,
            ),
            Points(x=lambda a, b: [self.best(a, b)], y=lambda a, b: [lowest(a, b)], color=self.color, radius=5),
        ]

    def pull(self, fixed: NDArray) -> list[Mark]:
        """The derivative of the mean loss against the constant, and where it changes sign."""
        # The derivative may jump at each patient's score, so it is evaluated just below and just above.
        places = np.union1d(POSITIONS, fixed)
        constants = np.stack([places - 1e-3, places + 1e-3], axis=1).ravel()
        return [
            self._line(self.loss.gradient, constants, fixed),
            Points(x=lambda a, b: [self.best(a, b)], y=[0], color=self.color, radius=5),
        ]

    def _line(self, function: Callable[..., NDArray], constants: NDArray, fixed: NDArray) -> Line:
        def share(*scores: float) -> NDArray:
            each = [function(np.full_like(constants, score), constants) for score in scores]
            return np.sum(each, axis=0) / (self.scale * (len(fixed) + 2))

        return Line(
            x=constants,
            y=[lambda: share(*fixed), lambda a: share(a), lambda b: share(b)],
            color=self.color,
            dash=self.dash,
            label=self.name,
        )


def best_constant() -> Explorable:
    """Two of seven scores are dragged; four losses each say which constant they would predict for all."""
    scores = diabetes()[1][SEVEN]
    fixed = scores[~np.isin(scores, (A, B))]

    others = fixed.tolist()

    # Seven numbers are counted and added up faster without arrays, and there are 1,681 states.
    @cache
    def moved(a: int, b: int) -> list[float]:
        return sorted([*others, a, b])

    @cache
    def mean(a: int, b: int) -> float:
        return sum(moved(a, b)) / 7

    def median(a: int, b: int) -> float:
        return moved(a, b)[3]

    def quantile(a: int, b: int) -> float:
        return moved(a, b)[math.ceil(7 * TAU) - 1]

    huber = SmoothL1(THRESHOLD)  # Huber's loss divided by its threshold has its lowest point at the same place

    @cache
    def compromise(a: int, b: int) -> float:
        # The sum of all pulls is piecewise linear, and rises through zero between two of its corners.
        y_true = np.array(moved(a, b))
        corners = np.sort([y_true - THRESHOLD, y_true + THRESHOLD], axis=None)
        pulls = huber.gradient(*np.meshgrid(y_true, corners)).sum(axis=1)
        return float(np.interp(0, pulls, corners))

    def sides(best: Constant) -> Callable[[int, int], str]:
        def count(a: int, b: int) -> str:
            number = best(a, b)
            above, below = sum(each > number for each in moved(a, b)), sum(each < number for each in moved(a, b))
            return f"{above} of 7 above, {below} below"

        return count

    def distance(best: Constant, side: int, limit: float = math.inf) -> Constant:
        def total(a: int, b: int) -> float:
            number = best(a, b)
            return sum(min(max(side * (each - number), 0), limit) for each in moved(a, b))

        return total

    candidates = [
        # Divided by twice the threshold, squared error has the curvature of Huber's.
        _Candidate("squared", SquaredError(), mean, BLUE, scale=2 * THRESHOLD),
        _Candidate("absolute", AbsoluteError(), median, ORANGE),
        _Candidate("Huber", huber, compromise, GREEN, dash=True),
        _Candidate("¾ quantile", Quantile(TAU), quantile, PURPLE, dash=True),
    ]
    return Explorable(
        "best-constant",
        title="Seven patients, one number",
        caption="Drag B to the right, then A across the others. Each dot is the lowest point of a curve; on the right "
        "it is where the pulls of the seven cancel.",
        alt="Left: seven progression scores on a line, and above them four curves of mean loss against one prediction "
        f"for all seven. Squared error is lowest at {mean(A, B):.1f}, absolute error, with a corner at every patient, "
        f"at {median(A, B):.0f}, Huber's loss in between at {compromise(A, B):.0f}, and the quantile loss for three "
        f"quarters at {quantile(A, B):.0f}. Right: the derivative of each. That of squared error is a straight line; "
        "those of absolute error and of the quantile loss are stairs with a step at every patient. Each crosses zero "
        "where its loss is lowest.",
        controls=[
            Slider(name="a", label="score of patient A", unit="points", nodes=POSITIONS, default=A),
            Slider(name="b", label="score of patient B", unit="points", nodes=POSITIONS, default=B),
        ],
        panels=[
            Panel(
                "What one number costs",
                Axis("score, or prediction for all (points)", -10, 410),
                Axis("mean loss (points; squared error ÷ 100)", -48, 260, ticks=[(0, "0"), (100, "100"), (200, "200")]),
                marks=[
                    *(mark for candidate in candidates for mark in candidate.curve(fixed)),
                    Points(x=fixed, y=np.full_like(fixed, ROW), color=GRAY, radius=4, opacity=0.7),
                    Handle(x="a", y=ROW, label="A"),
                    Handle(x="b", y=ROW, label="B", label_below=True),
                ],
                height=360,
                description="the seven scores below, and above them the mean loss of one prediction for all",
            ),
            Panel(
                "How hard the seven pull together",
                Axis("prediction for all (points)", -10, 410),
                Axis("derivative of the mean loss", -1.5, 1.5),
                marks=[
                    Line(x=[0, 400], y=[0, 0], color=GRAY, width=1),
                    *(mark for candidate in candidates for mark in candidate.pull(fixed)),
                ],
                height=360,
                description="the derivative of each curve, which changes sign at its lowest point",
            ),
        ],
        readouts=[
            Readout(
                "squared error, the mean: {best:.2f}; {above:.2f} points above it in all, {below:.2f} below",
                color=BLUE,
                best=mean,
                above=distance(mean, 1),
                below=distance(mean, -1),
            ),
            Readout(
                "absolute error, the median: {best:.0f}; {sides}, so at most half on either side",
                color=ORANGE,
                best=median,
                sides=sides(median),
            ),
            Readout(
                f"Huber, whose pull stops growing {THRESHOLD} points away: {{best:.2f}}; {{above:.2f}} above, "
                "{below:.2f} below",
                color=GREEN,
                best=compromise,
                above=distance(compromise, 1, THRESHOLD),
                below=distance(compromise, -1, THRESHOLD),
            ),
            Readout(
                "quantile loss for ¾: {best:.0f}; {sides}, so at most ¼ and at most ¾",
                color=PURPLE,
                best=quantile,
                sides=sides(quantile),
            ),
        ],
        presets={
            "B far out": {"b": 400},
            "A changes sides": {"a": 200},
            "B below all": {"b": 0},
        },
        guess=Guess(
            "B goes from 310 to 400. Which of the four best constants move?",
            {
                "All four": "Only a loss whose pull still grows out there can notice.",
                "Squared and ¾ quantile": "The quantile is the sixth score of seven, and B stays the seventh.",
                "Squared and Huber": f"Huber's pull stops growing {THRESHOLD} points away, and B was further "
                "off before.",
                "Only squared": "The mean rises by a seventh of what you add. To the others B was above, and still is.",
            },
            right="Only squared",
        ),
    )
