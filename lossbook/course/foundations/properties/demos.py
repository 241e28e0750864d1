"""The live figures of the page on what a loss promises."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from lossbook import (
    AbsoluteError,
    BinaryCrossEntropy,
    Huber,
    Loss,
    Quantile,
    SquaredError,
    Tukey,
)
from lossbook.explorable import (
    Axis,
    Bound,
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
from lossbook.explorable.marks import Mark
from lossbook.explorable.text import MINUS
from lossbook.plots import BLUE, GRAY, GREEN, INK, ORANGE, PURPLE

EIGHTS = [(-8, f"{MINUS}8"), (-4, f"{MINUS}4"), (0, "0"), (4, "4"), (8, "8")]

# Chords -------------------------------------------------------------------------------------------

SQUARED = "squared error"
SQUARED_OF_SIGMOID = "squared error of a sigmoid"
CROSS_ENTROPY = "cross-entropy of a sigmoid"


def _of_score(loss: Loss, link: Callable = np.asarray) -> Callable:
    """Return the loss of a sample with target 1 as a function of the score."""
    return lambda score: loss.value(np.ones_like(score), link(score))


CURVES = {
    SQUARED: _of_score(SquaredError()),
    "Huber": _of_score(Huber()),
    "Tukey": _of_score(Tukey()),
    CROSS_ENTROPY: _of_score(BinaryCrossEntropy()),
    SQUARED_OF_SIGMOID: _of_score(SquaredError(), BinaryCrossEntropy().predict),
}

# A smaller gap is rounding noise, as between a straight piece of a curve and its chord.
NOISE = 1e-9
# A smaller gap does not show in three decimals.
HAIR = 5e-4


class _Chords:
    """The curve of every loss over some evenly spaced positions, and all chords between two of these."""

    def __init__(self, positions: NDArray, score: Callable[[NDArray], NDArray]) -> None:
        self.positions = positions
        self._low, self._step = float(positions[0]), float(positions[1] - positions[0])
        self.x = np.linspace(positions[0], positions[-1], 241)
        self._lines, self._heights, self._middle_heights = {}, {}, {}
        self._middles, self._chord_middles, self._verdicts = {}, {}, {}
        first, second = np.meshgrid(positions, positions, indexing="ij")
        # 63 places within each chord; its middle is number 31.
        share = np.arange(1, 64)[:, None, None] / 64
        within = score((1 - share) * first + share * second)
        for loss, curve in CURVES.items():
            ends = curve(score(positions))
            # Each curve has a scale of its own: some losses are a hundred times higher than others.
            self._heights[loss] = ends / ends.max()
            self._lines[loss] = curve(score(self.x)) / ends.max()
            middles = curve(score((first + second) / 2))
            self._middle_heights[loss] = middles / ends.max()
            # Rounded, so that noise in the last bit does not decide how a value that ends in a 5 is printed.
            self._middles[loss] = middles.round(9)
            self._chord_middles[loss] = ((ends[:, None] + ends) / 2).round(9)
            gap = curve(within) - (1 - share) * ends[:, None] - share * ends
            self._verdicts[loss] = np.select(
                [first == second, gap[31] > HAIR, gap[31] > NOISE, gap.max(axis=0) > NOISE],
                [
                    "The ends coincide: no chord.",
                    "The chord runs below the curve: not convex.",
                    "The chord runs a hair below the curve: not convex.",
                    "Nearer to one end the chord runs below the curve: not convex.",
                ],
                "This chord does not disprove convexity.",
            )

    def _place(self, position: float) -> int:
        return round((position - self._low) / self._step)

    def line(self, loss: str) -> NDArray:
        return self._lines[loss]

    def height(self, loss: str, position: float) -> float:
        """Where the end of a chord is drawn."""
        return self._heights[loss][self._place(position)]

    def middle_height(self, loss: str, first: float, second: float) -> list[float]:
        """Where the curve's point below or above the middle of a chord is drawn."""
        return [self._middle_heights[loss][self._place(first), self._place(second)]]

    def middle(self, loss: str, first: float, second: float) -> float:
        return self._middles[loss][self._place(first), self._place(second)]

    def chord_middle(self, loss: str, first: float, second: float) -> float:
        return self._chord_middles[loss][self._place(first), self._place(second)]

    def verdict(self, loss: str, first: float, second: float) -> str:
        return str(self._verdicts[loss][self._place(first), self._place(second)])


def _chord_marks(chords: _Chords, first: str, second: str) -> list[Mark]:
    """The curve, a chord between two handles, and the middle of each."""

    def parts(on_first: NDArray, on_second: NDArray) -> dict[str, list[Callable]]:
        """Return points as weighted sums of both ends, with the same weights for x and y."""
        return {
            "x": [
                Bound(lambda x: on_first * x, first),
                Bound(lambda x: on_second * x, second),
            ],
            "y": [
                Bound(lambda loss, x: on_first * chords.height(loss, x), "loss", first),
                Bound(lambda loss, x: on_second * chords.height(loss, x), "loss", second),
            ],
        }

    chord = parts(np.array([1, 0]), np.array([0, 1]))
    middle = parts(np.array([0.5]), np.array([0.5]))
    return [
        Line(x=chords.x, y=Bound(chords.line, "loss"), color=INK),
        Line(**chord, color=PURPLE, dash=True),
        Points(x=middle["x"], y=Bound(chords.middle_height, "loss", first, second), color=INK, radius=4),
        Points(**middle, color=PURPLE, radius=4),
        Handle(x=first, y=Bound(chords.height, "loss", first), color=PURPLE),
        Handle(x=second, y=Bound(chords.height, "loss", second), color=PURPLE),
    ]


def _chord_readout(what: str, chords: _Chords, first: str, second: str) -> Readout:
    controls = ("loss", first, second)
    return Readout(
        what + ": halfway, the chord is at {chord:.3f} and the curve at {curve:.3f}. {verdict}",
        after_guess=True,
        chord=Bound(chords.chord_middle, *controls),
        curve=Bound(chords.middle, *controls),
        verdict=Bound(chords.verdict, *controls),
    )


def chord() -> Explorable:
    """One loss against the score and against the weights of the smallest network, with a chord to drag on each."""
    of_score = _Chords(np.arange(-20, 21) * 2 / 5, score=np.asarray)
    of_weight = _Chords(np.arange(-30, 31) / 20, score=np.square)
    scores, weights = ("first_score", "second_score"), ("first_weight", "second_weight")
    loss_axis = Axis("loss, each to its own scale", 0, 1.05, ticks=[(0, "0"), (1, "top")])
    ends = [
        (scores[0], "score 1", of_score.positions, -6, 1),
        (scores[1], "score 2", of_score.positions, 6, 1),
        (weights[0], "weight 1", of_weight.positions, 0.6, 2),
        (weights[1], "weight 2", of_weight.positions, 1.4, 2),
    ]

    def between(names: tuple[str, str], first: float, second: float) -> dict[str, float]:
        return {names[0]: first, names[1]: second}

    return Explorable(
        "chord",
        title="One loss, two chords",
        caption="Drag the ends of the dashed chords and look for one that runs below its curve. Then change the loss. "
        "The target is 1 throughout.",
        alt="Left: squared error against the score, a parabola with its lowest point at 1; the dashed chord from -6 "
        "to 6 runs above it. Right: the same loss against two equal weights whose product is the score, a W with "
        "valleys at -1 and 1 and a hump between; the chord from 0.6 to 1.4, over the right valley, runs above it too.",
        controls=[
            Choice(name="loss", options=list(CURVES)),
            *(
                Slider(name=name, label=label, nodes=nodes, default=default, decimals=decimals)
                for name, label, nodes, default, decimals in ends
            ),
        ],
        panels=[
            Panel(
                "Against the score",
                Axis("score z", -8.5, 8.5, ticks=EIGHTS),
                loss_axis,
                marks=_chord_marks(of_score, *scores),
                height=280,
                description="A loss against the score, with a chord between two points that can be dragged.",
            ),
            Panel(
                "Against the weights of a network",
                Axis("both weights, a = b; score z = ab", -1.6, 1.6),
                loss_axis,
                marks=_chord_marks(of_weight, *weights),
                height=280,
                description="The same loss against two equal weights whose product is the score, with another chord.",
            ),
        ],
        readouts=[
            _chord_readout("Score", of_score, *scores),
            _chord_readout("Weights", of_weight, *weights),
        ],
        presets={
            "valley to valley": between(weights, -1, 1),
            "squared error of a sigmoid": {"loss": SQUARED_OF_SIGMOID} | between(scores, -8, 0),
            "cross-entropy": {"loss": CROSS_ENTROPY} | between(scores, -8, 0) | between(weights, -1.5, 1.5),
            "Tukey": {"loss": "Tukey"} | between(scores, 0, 8),
        },
        guess=Guess(
            "Five losses, each drawn against the score and against the weights. Pick a curve with a chord below it.",
            {
                "squared error, score": "No: a parabola bends upward everywhere, and every chord runs above it.",
                "cross-entropy, score": "No: it bends upward everywhere, if less and less toward both ends.",
                "squared error of a sigmoid, score": f"Yes: flat on the left, then falling. Try {MINUS}8 and 0.",
                "squared error, weights": f"Yes: {MINUS}1 and 1 are both perfect, and there is a hump between them.",
                "cross-entropy, weights": f"Yes: {MINUS}1.5 and 1.5 give the score 2.25; halfway, it is 0.",
            },
            right=["squared error of a sigmoid, score", "squared error, weights", "cross-entropy, weights"],
        ),
    )


# Influence ----------------------------------------------------------------------------------------

# Losses of one color are of one kind: quadratic, straight with a kink, straight without one, leveling off.
RESIDUAL_LOSSES = {
    "squared": (SquaredError(), BLUE),
    "absolute": (AbsoluteError(), ORANGE),
    "quantile 0.9": (Quantile(tau=0.9), ORANGE),
    "Huber": (Huber(), GREEN),
    "Tukey": (Tukey(), PURPLE),
}
# As 100 draws from a standard normal distribution would lie if they were spread perfectly.
ORDINARY = norm.ppf((np.arange(100) + 0.5) / 100)
# Starts just beside zero, so that a jump there is drawn upright.
SIDE = np.concatenate([[1e-9], np.linspace(0.05, 8, 160)])
RESIDUALS = np.concatenate([-SIDE[::-1], SIDE])
# Half the length of a tangent, in units of the residual.
REACH = 1.6


def _value(loss: str, residual: float | NDArray) -> NDArray:
    return RESIDUAL_LOSSES[loss][0].value(np.zeros_like(residual), residual)


def _pull(loss: str, residual: float | NDArray) -> NDArray:
    return RESIDUAL_LOSSES[loss][0].gradient(np.zeros_like(residual), residual)


def _share(loss: str, residual: float) -> float:
    """Return the share that one residual, added to the ordinary ones, has in the pull of all."""
    own = abs(float(_pull(loss, residual)))
    return own / (own + np.abs(_pull(loss, ORDINARY)).sum())


def _tangent(loss: str, residual: float) -> NDArray:
    return _value(loss, residual) + np.array([-REACH, REACH]) * _pull(loss, residual)


def _curve_marks(which: str, curve: Callable, top: float, side: int) -> list[Mark]:
    """Return the chosen loss's curve, named on one side: marks in every color, all but one of them out of sight."""
    colors = dict.fromkeys(color for _, color in RESIDUAL_LOSSES.values())
    return [mark for color in colors for mark in _marks_in(color, which, curve, top, side)]


def _marks_in(color: str, which: str, curve: Callable, top: float, side: int) -> list[Mark]:
    def is_shown(loss: str) -> bool:
        return RESIDUAL_LOSSES[loss][1] == color

    def line(loss: str) -> NDArray:
        return curve(loss, RESIDUALS) if is_shown(loss) else np.full_like(RESIDUALS, -5 * top)

    def name(loss: str) -> str:
        return loss if is_shown(loss) else ""

    def place(axis: int) -> Callable:
        return Bound(lambda loss: _name_place(loss, curve, top, side)[axis], which)

    anchor = "end" if side > 0 else "start"
    return [
        Line(x=RESIDUALS, y=Bound(line, which), color=color, dash=side < 0),
        Text(x=place(0), y=place(1), text=Bound(name, which), color=color, anchor=anchor),
    ]


def _name_place(loss: str, curve: Callable, top: float, side: int) -> tuple[float, float]:
    """Return where the name of a curve stands: beside it where it leaves the panel, else above or below its end."""
    at = side * SIDE[1:]
    heights = curve(loss, at)
    inside = np.abs(heights) < 0.9 * top
    height = float(heights[inside][-1])
    away = 0.09 * top * (1 if height >= 0 or curve is _value else -1)
    is_gone = not inside.all()
    return float(at[inside][-1]) - side * (0.3 if is_gone else 0.1), height + (0 if is_gone else away)


def influence() -> Explorable:
    """The value and the pull of two losses at a residual, and its share of the pull of all."""
    roles = {"solid": 1, "dashed": -1}
    values, pulls = [], []
    for which, side in roles.items():
        values += _curve_marks(which, _value, 9, side)
        pulls += _curve_marks(which, _pull, 5, side)
    for which in roles:
        here = {"x": lambda residual: [residual], "color": INK, "radius": 4}
        values.append(
            Line(
                x=lambda residual: residual + np.array([-REACH, REACH]),
                y=Bound(_tangent, which, "residual"),
                color=INK,
                width=1.2,
            )
        )
        values.append(Points(y=Bound(lambda *state: [_value(*state)], which, "residual"), **here))
        pulls.append(Points(y=Bound(lambda *state: [_pull(*state)], which, "residual"), **here))
    # All residuals lie in one row below the curves, the one to drag among them.
    row = -0.5
    ordinary = Points(x=ORDINARY, y=np.full(100, row), color=GRAY, radius=2, opacity=0.4)
    handle = Handle(x="residual", y=row, color=INK)
    return Explorable(
        "influence",
        title="How hard one residual pulls",
        caption="Drag the big disc outward and back: the slope on the left is the pull on the right. Then compare two "
        "other losses.",
        alt="Left: squared error, a parabola, and Tukey's loss, which levels off at 3.7 from residual 4.7 on, with "
        "tangents at residual 1.5; below them, 100 gray residuals, most within 2 of zero. Right: the pull of both: "
        "the slope. That of squared error is a straight line, at 3 for residual 1.5; that of Tukey's loss is at 1.2 "
        "there, highest near residual 2, and zero from 4.7 on.",
        controls=[
            Choice(name="solid", label="solid line", options=list(RESIDUAL_LOSSES), default="squared"),
            Choice(name="dashed", label="dashed line", options=list(RESIDUAL_LOSSES), default="Tukey"),
            Slider(name="residual", nodes=np.arange(-80, 81) / 10, default=1.5, decimals=1),
        ],
        panels=[
            Panel(
                "The loss, and its slope here",
                Axis("residual r", -8.4, 8.4, ticks=EIGHTS),
                Axis("loss", -1, 9, ticks=[(tick, str(tick)) for tick in (0, 2, 4, 6, 8)]),
                marks=[ordinary, *values, handle],
                height=300,
                description="Two losses against the residual, each with its tangent at the current residual.",
            ),
            Panel(
                "The pull: the slope everywhere",
                Axis("residual r", -8.4, 8.4, ticks=EIGHTS),
                Axis("pull", -5, 5),
                marks=pulls,
                height=300,
                description="The pulls of both losses against the residual, marked at the current one.",
            ),
        ],
        readouts=[
            Readout(
                "*r* = {residual}: {solid} costs {value_1:.3f} and pulls with {pull_1:+.2f}; "
                "{dashed} costs {value_2:.3f} and pulls with {pull_2:+.2f}.",
                value_1=Bound(_value, "solid", "residual"),
                value_2=Bound(_value, "dashed", "residual"),
                pull_1=Bound(_pull, "solid", "residual"),
                pull_2=Bound(_pull, "dashed", "residual"),
            ),
            Readout(
                "Its share of all the pull, beside the 100 gray residuals: "
                "{solid} {share_1:.1%}, {dashed} {share_2:.1%}.",
                after_guess=True,
                share_1=Bound(_share, "solid", "residual"),
                share_2=Bound(_share, "dashed", "residual"),
            ),
        ],
        presets={
            "far out": {"residual": 8},
            "a bounded pull": {"solid": "absolute", "dashed": "Huber", "residual": 8},
            "too low or too high": {"solid": "quantile 0.9", "dashed": "absolute", "residual": -4},
            "letting go": {"solid": "Tukey", "dashed": "Huber", "residual": 4},
        },
        guess=Guess(
            "One residual of 8 joins 100 ordinary ones. Which loss gives it exactly 1/101 of all the pull, about 1 %?",
            {
                "squared": "No: it gets 9.1 %, and more the farther out it lies.",
                "absolute": "Yes: every residual pulls with 1, near or far, so this one is 1 of 101.",
                "Huber": "No: it pulls with 1, but ordinary residuals below 1 pull with less, so it gets 1.6 %.",
                "Tukey": "No: beyond 4.685 it does not pull at all.",
            },
            right="absolute",
        ),
    )
