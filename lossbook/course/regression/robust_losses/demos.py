"""The live figures of the page on robust losses."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import median_abs_deviation
from sklearn.linear_model import QuantileRegressor

from lossbook import (
    AbsoluteError,
    Expectile,
    GeneralRobust,
    Huber,
    LogCosh,
    Loss,
    Quantile,
    SmoothL1,
    SquaredError,
    Tukey,
)
from lossbook.datasets import diabetes
from lossbook.explorable import (
    Area,
    Arrows,
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
    Toggle,
)
from lossbook.explorable.marks import Mark, Source
from lossbook.explorable.text import Field
from lossbook.optimization import linear_objective
from lossbook.plots import BLUE, GRAY, GREEN, INK, ORANGE, PURPLE

# Nine losses of one residual.


@dataclass(frozen=True)
class _Member:
    """One loss of the family.

    Args:
        loss: its class.
        control: the control that sets its hyperparameter; none if empty.
        formulas: how value and slope are written at a residual and a hyperparameter.
    """

    loss: Callable[..., Loss]
    control: str
    formulas: Callable[[float, float], tuple[str, str]]


_MEMBERS = {
    "squared": _Member(SquaredError, "", lambda r, _: ("r²", "2r")),
    "absolute": _Member(AbsoluteError, "", lambda r, _: ("|r|", "sign r")),
    "Huber": _Member(
        Huber, "threshold", lambda r, delta: ("½r²", "r") if abs(r) <= delta else ("δ(|r| − ½δ)", "δ sign r")
    ),
    "smooth L1": _Member(
        SmoothL1, "threshold", lambda r, beta: ("r²/(2β)", "r/β") if abs(r) <= beta else ("|r| − ½β", "sign r")
    ),
    "log-cosh": _Member(LogCosh, "", lambda r, _: ("log cosh r", "tanh r")),
    "quantile": _Member(
        Quantile, "tau", lambda r, tau: ("(1 − τ)r", "1 − τ") if r > 0 else ("−τr", "−τ" if r else "at the kink")
    ),
    "expectile": _Member(Expectile, "tau", lambda r, tau: ("(1 − τ)r²", "2(1 − τ)r") if r > 0 else ("τr²", "2τr")),
    "Tukey": _Member(
        Tukey,
        "threshold",
        lambda r, c: ("c²/6 · (1 − (1 − r²/c²)³)", "r(1 − r²/c²)²") if abs(r) <= c else ("c²/6", "beyond c"),
    ),
    "Barron": _Member(
        GeneralRobust,
        "alpha",
        lambda r, alpha: {2: ("½r²", "r"), 0: ("log(½r² + 1)", "r/(½r² + 1)")}.get(
            alpha, ("|α − 2|/α · ((r²/|α − 2| + 1)^(α/2) − 1)", "r(r²/|α − 2| + 1)^(α/2 − 1)")
        ),
    ),
}

_RESIDUALS = np.round(np.linspace(-3, 3, 31), 1)
# There is a point where any threshold has its corner, and one close to zero on either side: a slope that jumps there is
# drawn upright.
_CURVE = np.sort([*_RESIDUALS, -2.5, -1.5, -0.5, -1e-6, 1e-6, 0.5, 1.5, 2.5])
_TANGENT = np.array([-1.1, 1.1])

_two_decimals = cache(Field("", ".2f").print)


@cache
def _curves(name: str, parameter: float) -> tuple[NDArray, NDArray]:
    """Return value and slope of a loss along the residuals."""
    member = _MEMBERS[name]
    loss = member.loss(parameter) if member.control else member.loss()
    zero = np.zeros_like(_CURVE)
    return loss.value(zero, _CURVE), loss.gradient(zero, _CURVE)


@cache
def _at(name: str, parameter: float) -> dict[float, tuple[float, float]]:
    """Return value and slope of a loss by residual."""
    values, slopes = _curves(name, parameter)
    return dict(zip(_CURVE.tolist(), zip(values.tolist(), slopes.tolist(), strict=True), strict=True))


def _by_control(pick: Callable[..., Any], nothing: Any, *also: str) -> list[Callable]:
    """Return one function per hyperparameter: `pick` if the chosen loss has that one, else `nothing`.

    Their sum follows every loss and its hyperparameter, while each depends on one hyperparameter at most.

    Args:
        pick: takes the loss, its hyperparameter, and the controls in `also`.
        nothing: zeros or an empty text, which leave a sum unchanged, in the shape of what `pick` returns.
        also: further controls.
    """

    def part(control: str) -> Callable:
        def chosen(loss: str, *state: float) -> Any:
            if _MEMBERS[loss].control != control:
                return nothing
            *others, parameter = state if control else (*state, 0)
            return pick(loss, parameter, *others)

        return Bound(chosen, "loss", *also, *([control] if control else []))

    return [part(control) for control in ("", "threshold", "tau", "alpha")]


def _shape_readout(text: str, which: int) -> Readout:
    """Return a readout of a formula and its value. Both consist of parts, all but one of which are empty."""

    def formula(loss: str, parameter: float, r: float) -> str:
        return _MEMBERS[loss].formulas(r, parameter)[which]

    def number(loss: str, parameter: float, r: float) -> str:
        return _two_decimals(_at(loss, parameter)[r][which])

    fields, texts = {}, []
    for pick in (formula, number):
        parts = {f"{pick.__name__}{i}": part for i, part in enumerate(_by_control(pick, "", "residual"))}
        fields |= parts
        texts.append("".join(f"{{{name}}}" for name in parts))
    return Readout(f"{text} {' = '.join(texts)}", **fields)


def _shape_marks(which: int, y: Axis, name_at: tuple[float, float]) -> list[Mark]:
    """Return the chosen loss, or its slope, at the residual, with two losses to compare it to."""
    half_squared, absolute = (_curves(name, 0)[which] * factor for name, factor in (("squared", 0.5), ("absolute", 1)))
    curve = _by_control(lambda loss, parameter: _curves(loss, parameter)[which], np.zeros_like(_CURVE))
    here = _by_control(lambda loss, parameter, r: [_at(loss, parameter)[r][which]], [0], "residual")
    return [
        Line(x=lambda residual: [residual, residual], y=[y.low, y.high], color=GRAY, width=1, opacity=0.5),
        Line(x=_CURVE, y=half_squared, color=BLUE, width=1.5, opacity=0.6, label="½ squared"),
        Line(x=_CURVE, y=absolute, color=ORANGE, width=1.5, opacity=0.6, label="absolute", dash=True),
        Line(x=_CURVE, y=curve, color=PURPLE, width=3),
        Points(x=lambda residual: [residual], y=here, color=PURPLE, radius=5),
        Text(x=name_at[0], y=name_at[1], text=lambda loss: loss, color=PURPLE),
    ]


def shapes() -> Explorable:
    """Value and slope of each of the nine regression losses at a residual, which the reader drags."""
    residual = Axis("residual r = prediction − truth", -3.2, 3.2)
    cost, pull = Axis("loss", -0.3, 4.7), Axis("pull, the derivative of the loss", -2.5, 2.5)
    tangent = Line(
        x=lambda residual: residual + _TANGENT,
        y=_by_control(
            lambda loss, parameter, r: np.dot(_at(loss, parameter)[r], [np.ones(2), _TANGENT]), np.zeros(2), "residual"
        ),
        color=INK,
    )
    return Explorable(
        "shapes",
        title="Nine losses, one residual",
        caption="Drag the big dot past the threshold. The slope of the tangent is what the right side draws: how "
        "hard the residual pulls. Then move the threshold, and choose another loss.",
        alt="Huber's loss with a threshold of 1 beside half the squared error and the absolute error, for residuals "
        "from -3 to 3. Left, the loss: it follows half the squared error between -1 and 1 and then runs parallel to "
        "the absolute error, half a unit below. Right, its pull: a straight line through zero, cut off at -1 and 1. A "
        "residual of 0.8 is marked.",
        controls=[
            Choice(name="loss", label="loss", options=list(_MEMBERS), default="Huber"),
            Slider(name="residual", label="residual r", nodes=_RESIDUALS, default=0.8, decimals=1),
            Slider(name="threshold", label="threshold (δ, β, c)", nodes=np.arange(1, 6) / 2, default=1, decimals=1),
            Slider(
                name="tau",
                label="τ (quantile, expectile)",
                nodes=[0.1, 0.25, 0.5, 0.75, 0.9],
                default=0.9,
                decimals=2,
            ),
            Slider(name="alpha", label="α (Barron)", nodes=[-10, -2, 0, 0.5, 1, 2], default=0, decimals=1),
        ],
        panels=[
            Panel(
                "What the residual costs",
                residual,
                cost,
                marks=[*_shape_marks(0, cost, (0, 4.3)), tangent, Handle(x="residual", y=0, color=INK)],
                height=270,
            ),
            Panel("How hard it pulls", residual, pull, marks=_shape_marks(1, pull, (-1.7, 1.9)), height=270),
        ],
        readouts=[
            _shape_readout("{loss} at *r* = {residual}: loss", 0),
            _shape_readout("pull", 1),
        ],
        presets={
            "Huber, past the limit": {"residual": 3},
            "smooth L1, wide": {"loss": "smooth L1", "threshold": 2, "residual": 3},
            "Tukey, no pull": {"loss": "Tukey", "threshold": 2, "residual": 2.4},
            "quantile, two sides": {"loss": "quantile", "residual": -1},
            "Barron, a dial": {"loss": "Barron", "residual": 3},
        },
    )


# The diabetes records, every twentieth of them with one zero too many.

_BMI, _PROGRESSION = diabetes()
_TYPED = np.arange(0, len(_BMI), 20)
_UNTOUCHED = np.delete(np.arange(len(_BMI)), _TYPED)
_COLUMNS = np.column_stack([np.ones_like(_BMI), _BMI - _BMI.mean()])
_ENDS = np.array([18.0, 43.0])
_AT_ENDS = np.column_stack([np.ones(2), _ENDS - _BMI.mean()])
_ARROWS, _OUT_OF_VIEW = 560.0, -1000.0

_BMI_AXIS = Axis("body-mass index (kg/m²)", *_ENDS)
_SCORE_AXIS = Axis("progression score (points)", 0, 600)


@cache
def _recorded(typos: bool) -> NDArray:
    scores = _PROGRESSION.copy()
    scores[_TYPED] *= 10 if typos else 1
    return scores


@cache
def _squared_fit(typos: bool) -> NDArray:
    return np.linalg.lstsq(_COLUMNS, _recorded(typos), rcond=None)[0]


@cache
def _absolute_fit(typos: bool) -> NDArray:
    median = QuantileRegressor(quantile=0.5, alpha=0, fit_intercept=False)
    return median.fit(_COLUMNS, _recorded(typos)).coef_


def _descend(loss: Loss, scores: NDArray, start: NDArray) -> NDArray:
    """Return level and slope of the line that Newton's method finds from a start, exact to the last digits."""

    def curvature(line: NDArray) -> NDArray:
        return (_COLUMNS.T * loss.hessian(scores, _COLUMNS @ line)) @ _COLUMNS / len(scores)

    objective = linear_objective(loss, _COLUMNS, scores)
    options = {"gtol": 1e-9, "maxiter": 500}
    return minimize(objective, start, jac=True, hess=curvature, method="trust-exact", options=options).x


def _follow(losses: dict[float, Loss], typos: bool) -> dict[float, NDArray]:
    """Return the line of each loss: the search begins at squared error's line, and then at that of the loss before."""
    lines, line = {}, _squared_fit(typos)
    for key, loss in losses.items():
        line = lines[key] = _descend(loss, _recorded(typos), line)
    return lines


def _cloud(scores: Source, arrows: Source, note: str | Callable[..., str]) -> list[Mark]:
    """Return the records: the scores of those with typos, and arrows for the ones among them above the panel."""
    above = _TYPED[_recorded(True)[_TYPED] > _SCORE_AXIS.high]
    still = np.zeros(len(above))
    return [
        Points(x=_BMI[_UNTOUCHED], y=_PROGRESSION[_UNTOUCHED], color=GRAY, radius=1.3),
        Points(x=_BMI[_TYPED], y=scores, color=INK, radius=3),
        Arrows(x=_BMI[above], y=arrows, dx=still, dy=still + 28, color=INK, width=1),
        Text(x=34, y=572, text=note, color=INK, anchor="start"),
    ]


def huber_delta() -> Explorable:
    """Huber's threshold moves a fitted line from the median to the mean, with typos in the records and without."""
    # Whole points, including 95, which is 1.345 times the robust scale of the residuals.
    deltas = sorted({*np.geomspace(1, 3000, 71).round().tolist(), 95.0})

    @cache
    def lines(typos: bool) -> dict[float, NDArray]:
        return _follow({delta: Huber(delta) for delta in reversed(deltas)}, typos)

    def fit(delta: float, typos: bool) -> NDArray:
        return lines(typos)[delta]

    def inside(delta: float, typos: bool) -> int:
        return int(np.sum(np.abs(_COLUMNS @ fit(delta, typos) - _recorded(typos)) <= delta))

    above = int(np.sum(_recorded(True)[_TYPED] > _SCORE_AXIS.high))
    threshold = Axis("threshold δ (points)", 0.8, 4000, log=True)
    compared = [("squared", _squared_fit, BLUE, False), ("absolute", _absolute_fit, ORANGE, True)]
    left = [
        *_cloud(
            lambda typos: _recorded(typos)[_TYPED],
            lambda typos: np.full(above, _ARROWS if typos else _OUT_OF_VIEW),
            lambda typos: f"{above} typos ↑" if typos else "",
        ),
        Area(
            x=_ENDS,
            y1=lambda delta, typos: _AT_ENDS @ fit(delta, typos) - delta,
            y2=lambda delta, typos: _AT_ENDS @ fit(delta, typos) + delta,
            color=GREEN,
            opacity=0.12,
        ),
        *(
            Line(x=_ENDS, y=lambda typos, of=of: _AT_ENDS @ of(typos), color=color, dash=dash, width=1.5, label=name)
            for name, of, color, dash in compared
        ),
        Line(x=_ENDS, y=lambda delta, typos: _AT_ENDS @ fit(delta, typos), color=GREEN, width=3, label="Huber"),
    ]
    label_at = {"squared": 10, "absolute": 100}
    right = [
        *(
            Line(
                x=[threshold.low, *label_at.values(), threshold.high],
                y=lambda typos, of=of: np.full(4, of(typos)[1]),
                color=color,
                dash=dash,
                width=1.5,
                label=name,
                label_at=label_at[name],
                label_below=name == "squared",
            )
            for name, of, color, dash in compared
        ),
        Line(
            x=deltas,
            y=lambda typos: [fit(delta, typos)[1] for delta in deltas],
            color=GREEN,
            width=3,
            after_guess=True,
        ),
        Points(x=lambda delta: [delta], y=lambda delta, typos: [fit(delta, typos)[1]], color=GREEN, radius=6),
    ]
    return Explorable(
        "huber-delta",
        title="Who is ordinary?",
        caption="Slide δ down. A record in the green band pulls with its distance from the line, one outside with δ. "
        "Then take the typos out and slide again.",
        alt="Left: progression score against body-mass index for 442 patients, 23 of them with a zero too many, and "
        "three fitted lines. Huber's line with a threshold of 3,000 points lies on that of squared error, far above "
        "that of absolute error, and the band of ordinary records covers everything. Right: the slope of each line, "
        "16.09 points per kg/m² for squared error and for Huber, 12.09 for absolute error.",
        controls=[
            Slider(name="delta", label="threshold δ", unit="points", nodes=deltas, default=3000, log=True),
            Toggle(name="typos", label="with the 23 typos", default=True),
        ],
        panels=[
            Panel("442 records", _BMI_AXIS, _SCORE_AXIS, marks=left, height=280),
            Panel(
                "The slope of the line",
                threshold,
                Axis("slope (points per kg/m²)", 9, 17),
                marks=right,
                height=280,
            ),
        ],
        readouts=[
            Readout(
                "*δ* = {delta}: score = {level:.1f} + {slope:.2f} (bmi − {mean:.1f})",
                level=lambda delta, typos: fit(delta, typos)[0],
                slope=lambda delta, typos: fit(delta, typos)[1],
                mean=lambda: _BMI.mean(),
            ),
            Readout(
                "{inside} of 442 records lie within *δ* of the line, {share:.0%}",
                inside=inside,
                share=lambda delta, typos: inside(delta, typos) / len(_BMI),
            ),
        ],
        presets={
            "in between": {"delta": 95},
            "like the median": {"delta": 5},
            "in between, no typos": {"delta": 95, "typos": False},
        },
        guess=Guess(
            "Slide δ from 3,000 down to 1. The slope begins at squared error's, 16.1. How does it get to absolute "
            "error's, 12.1?",
            {
                "It falls all the way": "Not quite: it goes on falling below 12.1, and has to climb back.",
                "It falls too far and climbs back": "Yes. A middle threshold limits the typos and leaves the "
                "ordinary records their pull; without typos squared error's slope is 10.2.",
                "It stays, then drops near the end": "No: as soon as δ is smaller than the largest residual, that "
                "typo pulls less.",
            },
            right="It falls too far and climbs back",
        ),
    )


def barron_alpha() -> Explorable:
    """Barron's dial turns from squared error to nearly Welsch's; the typos lose their pull and the line comes back."""
    # On the way down the fits change less and less, so the nodes stand further and further apart.
    down = [*np.arange(20, -20, -1) / 10, *np.arange(-10, -20, -1) / 5, *np.arange(-4.0, -11, -1)]
    residuals = _COLUMNS @ _absolute_fit(True) - _recorded(True)
    scale = median_abs_deviation(residuals, scale="normal")
    names = {2: "½ squared", 1: "Charbonnier", 0: "Cauchy", -2: "Geman and McClure"}

    @cache
    def lines(typos: bool) -> dict[float, NDArray]:
        return _follow({alpha: GeneralRobust(alpha, c=scale) for alpha in down}, typos)

    @cache
    def distances(alpha: float) -> NDArray:
        """Return |r| / c of all records."""
        return np.abs(_COLUMNS @ lines(True)[alpha] - _recorded(True)) / scale

    def pull(alpha: float, x: NDArray) -> NDArray:
        return GeneralRobust(alpha).gradient(np.zeros_like(x), x)

    def share(alpha: float) -> float:
        pulls = pull(alpha, distances(alpha))
        return pulls[_TYPED].sum() / pulls.sum()

    x_axis = Axis("distance from the line, |r| / c", 0.03, 60, log=True)
    y_axis = Axis("pull", 0.003, 300, log=True)
    x = np.geomspace(x_axis.low, x_axis.high, 37)
    edges = np.geomspace(x_axis.low, 10, 20)

    def heights(alpha: float) -> NDArray:
        """Return the upper edge of a histogram that stands on the panel's floor."""
        counts, _ = np.histogram(distances(alpha)[_UNTOUCHED], edges)
        return y_axis.low * 10 ** np.repeat(counts / 50, 2)

    left = [
        Area(
            x=np.repeat(edges, 2)[1:-1],
            y1=np.full(2 * len(edges) - 2, y_axis.low),
            y2=heights,
            color=GRAY,
            opacity=0.3,
        ),
        Text(x=0.035, y=0.02, text="419 others", color=GRAY, anchor="start"),
        *(
            Line(x=x, y=pull(alpha, x), color=GRAY, width=1, opacity=0.6, label=f"α = {alpha}".replace("-", "−"))
            for alpha in names
        ),
        Line(x=x, y=lambda alpha: pull(alpha, x), color=PURPLE, width=3),
        Points(
            x=lambda alpha: distances(alpha)[_TYPED],
            y=lambda alpha: pull(alpha, distances(alpha)[_TYPED]),
            color=INK,
            radius=3,
        ),
        Text(x=x_axis.high, y=150, text="dots: 23 typos", color=INK, anchor="end"),
    ]
    above = int(np.sum(_recorded(True)[_TYPED] > _SCORE_AXIS.high))
    right = [
        *_cloud(_recorded(True)[_TYPED], np.full(above, _ARROWS), f"{above} typos ↑"),
        Line(
            x=_ENDS,
            y=lambda alpha: _AT_ENDS @ lines(False)[alpha],
            color=INK,
            dash=True,
            label="without",
        ),
        Line(x=_ENDS, y=lambda alpha: _AT_ENDS @ lines(True)[alpha], color=PURPLE, width=3, label="with typos"),
    ]
    return Explorable(
        "barron-alpha",
        title="From squared error to no pull",
        caption="Turn α down from 2 until the two lines meet. Each fit starts where the one before arrived, so the way "
        "down from squared error is part of the recipe.",
        alt="Left: pull of a record against its distance from the line, both logarithmic. At alpha 2 it is a straight "
        "line, and the 23 typos sit at its upper end, with pulls of up to 36; thin lines show alpha 1, which levels "
        "off, and 0 and -2, which fall again. Right: the line fitted with the typos lies far above the one without.",
        controls=[Slider(name="alpha", label="α", nodes=down[::-1], default=2, decimals=1)],
        panels=[
            Panel("How hard a record pulls", x_axis, y_axis, marks=left, height=280),
            Panel("442 records", _BMI_AXIS, _SCORE_AXIS, marks=right, height=280),
        ],
        readouts=[
            Readout(
                "*α* = {alpha}{name}: {share:.1%} of all the pull comes from the 23 typos",
                name=lambda alpha: f" ({names[alpha]})" if alpha in names else "",
                share=share,
            ),
            Readout(
                "level {typed:.1f} with the typos, {clean:.1f} without; slope {steep:.2f} and {clean_slope:.2f}",
                typed=lambda alpha: lines(True)[alpha][0],
                clean=lambda alpha: lines(False)[alpha][0],
                steep=lambda alpha: lines(True)[alpha][1],
                clean_slope=lambda alpha: lines(False)[alpha][1],
            ),
        ],
        presets={
            "Charbonnier": {"alpha": 1},
            "Cauchy": {"alpha": 0},
            "Geman and McClure": {"alpha": -2},
        },
    )
