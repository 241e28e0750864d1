"""The live figures of the page on margins."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from lossbook import BinaryCrossEntropy, Hinge, SquaredHinge
from lossbook.datasets import breast_cancer
from lossbook.explorable import Axis, Choice, Explorable, Guess, Handle, Line, Panel, Points, Readout, Slider
from lossbook.explorable.marks import Mark
from lossbook.explorable.text import MINUS
from lossbook.plots import GRAY, GREEN, INK, ORANGE, PURPLE
from lossbook.scoring import Reliability, reliability

# The losses on the margin axis.


@dataclass(frozen=True)
class _MarginLoss:
    """One loss of the margin.

    Args:
        value, pull: functions of the margin; the pull is the derivative with respect to the score of a positive sample.
        best: the best score for a group, from the share of its positive samples; None where every score of a side is.
        formula: the value, as a readout writes it; none if empty.
        dash: whether its line is dashed.
        label_at: where its name stands on the value's and on the pull's line.
    """

    value: Callable[[NDArray], NDArray]
    pull: Callable[[NDArray], NDArray]
    best: Callable[[float], float] | None
    formula: str
    color: str
    label_at: tuple[float, float]
    dash: bool = False


def _of_margin(function: Callable[[NDArray, NDArray], NDArray], positive: int = 1) -> Callable[[NDArray], NDArray]:
    """Return a loss's value or gradient as a function of the margin: a positive sample's score is its margin."""
    return lambda margin: function(np.full(np.shape(margin), positive), np.asarray(margin, dtype=float))


_LOSSES = {
    "hinge": _MarginLoss(
        _of_margin(Hinge().value),
        _of_margin(Hinge().gradient),
        lambda share: float(np.sign(2 * share - 1)),
        f"max(0, 1 {MINUS} *m*)",
        ORANGE,
        (-3.4, -3.4),
    ),
    "squared hinge": _MarginLoss(
        _of_margin(SquaredHinge().value),
        _of_margin(SquaredHinge().gradient),
        lambda share: 2 * share - 1,
        f"max(0, 1 {MINUS} *m*)²",
        PURPLE,
        (-1, -2.6),
    ),
    "logistic": _MarginLoss(
        _of_margin(BinaryCrossEntropy().value),
        _of_margin(BinaryCrossEntropy().gradient),
        lambda share: float(np.log(share / (1 - share))),
        f"log(1 + exp({MINUS}*m*))",
        GREEN,
        (-2.4, 2),
    ),
    "exponential": _MarginLoss(
        lambda margin: np.exp(-margin),
        lambda margin: -np.exp(-margin),
        lambda share: float(np.log(share / (1 - share))) / 2,
        f"exp({MINUS}*m*)",
        GRAY,
        (-1.95, -0.9),
        dash=True,
    ),
    "0-1": _MarginLoss(
        lambda margin: np.where(margin > 0, 0.0, 1.0),
        lambda margin: np.zeros(np.shape(margin)),
        None,
        "",
        INK,
        (-3.8, -1),
    ),
}

_MARGINS = np.round(np.linspace(-4, 3, 71), 1)
# A step is drawn upright where a point stands close to it on either side.
_CURVE = np.sort(np.append(np.round(np.linspace(-4, 3, 141), 2), [1e-6, 1 - 1e-6]))


def _axis_marks(which: int, y: Axis) -> list[Mark]:
    """Return all losses against the margin, or their pulls, each with a dot where the sample is."""
    marks: list[Mark] = [
        Line(x=lambda m: [m, m], y=[y.low, y.high], color=GRAY, width=1, opacity=0.5),
    ]
    for name, loss in _LOSSES.items():
        function = (loss.value, loss.pull)[which]
        marks += [
            Line(
                x=_CURVE,
                y=function(_CURVE),
                color=loss.color,
                dash=loss.dash,
                label=name,
                label_at=loss.label_at[which],
            ),
            Points(x=lambda m: [m], y=lambda m, function=function: function(np.array([m])), color=loss.color, radius=5),
        ]
    return marks


def margin_axis() -> Explorable:
    """Five losses of one sample, and how hard each pulls on its score, while the margin is dragged."""
    margin = Axis("margin m = label · score", -4.2, 3.2)
    value, pull = Axis("loss", -0.4, 8), Axis("pull, the derivative of the loss", -8, 0.6)

    def readout(name: str, loss: _MarginLoss) -> Readout:
        return Readout(
            f"{name}: {loss.formula} = {{value:.2f}}, pull {{pull:.2f}}",
            color=loss.color,
            value=lambda m: float(loss.value(np.array([m]))[0]),
            pull=lambda m: float(loss.pull(np.array([m]))[0]),
        )

    return Explorable(
        "margin-axis",
        title="Five losses, one margin",
        caption="Drag the dot to the left, far onto the wrong side, and compare the dots on the right. Then find where "
        "each loss stops charging.",
        alt="Five losses of a positive sample against its margin from -4 to 3. Left, the loss: 0-1 loss is 1 up to "
        "margin 0 and then 0; the hinge falls in a straight line from 5 to 0 at margin 1; the squared hinge is its "
        "square; the logistic loss runs up to a unit below the hinge on the left and fades out on the right; "
        "the exponential loss rises steeply to the left. Right, the pulls: 0-1 loss has none, the hinge -1 up to "
        "margin 1 and then 0, the logistic loss goes smoothly from -1 to 0, squared hinge and exponential loss pull "
        "without limit.",
        controls=[Slider(name="m", label="margin m", nodes=_MARGINS, default=0.5, decimals=1)],
        panels=[
            Panel(
                "What the sample costs",
                margin,
                value,
                marks=[*_axis_marks(0, value), Handle(x="m", y=0, color=INK, label="drag me", invites=True)],
                height=225,
            ),
            Panel("How hard it pulls", margin, pull, marks=_axis_marks(1, pull), height=225),
        ],
        readouts=[readout(name, loss) for name, loss in _LOSSES.items() if loss.formula],
        presets={
            "a wrong label": {"m": -4},
            "on the boundary": {"m": 0},
            "at the kink": {"m": 1},
            "well on its side": {"m": 3},
        },
        guess=Guess(
            "Drag the sample to a margin of -4, as a wrong label may lie. Which losses do pull "
            "there, but with at most 1 in absolute value?",
            {
                "The hinge alone": "The logistic loss as well: its pull is the probability of the wrong class, and "
                "never more than 1.",
                "Hinge and logistic loss": "Both pull with about -1, however far out. Squared hinge and exponential "
                "loss pull harder with every step.",
                "All but the exponential loss": "Look at the squared hinge: a square gets steeper the further out "
                "you go.",
                "None: all four pull harder": "Look at the hinge: a straight line has one slope.",
            },
            right="Hinge and logistic loss",
        ),
    )


# What each loss estimates.

_SHARES = np.round(np.linspace(0.02, 0.98, 49), 2)
_SCORES = np.round(np.linspace(-4, 4, 81), 1)


def _best_marks(name: str, loss: _MarginLoss) -> tuple[list[Mark], list[Mark]]:
    """Return the mean loss of a group against its score, and its best score against the share of the positive ones."""
    above, below = loss.value(_SCORES), loss.value(-_SCORES)

    def lowest(share: float) -> float:
        z = np.array([loss.best(share)])
        return float((share * loss.value(z) + (1 - share) * loss.value(-z))[0])

    jumps = name == "hinge"
    shares = np.sort(np.append(_SHARES, [0.5 - 1e-6, 0.5 + 1e-6])) if jumps else _SHARES
    left = [
        Line(
            x=_SCORES,
            y=lambda share: share * above + (1 - share) * below,
            color=loss.color,
            dash=loss.dash,
            label=name,
            label_at={"hinge": -3, "squared hinge": -1.1, "logistic": -3.3, "exponential": 2.2}[name],
        ),
        Points(
            x=lambda share: [loss.best(share)],
            y=lambda share: [lowest(share)],
            color=loss.color,
            radius=5,
            interpolate=not jumps,
        ),
    ]
    right = [
        Line(
            x=shares,
            y=[loss.best(share) for share in shares],
            color=loss.color,
            dash=loss.dash,
            label=name,
            label_at={"hinge": 0.56, "squared hinge": 0.3, "logistic": 0.83, "exponential": None}[name],
        ),
        Points(
            x=lambda share: [share],
            y=lambda share: [loss.best(share)],
            color=loss.color,
            radius=5,
            interpolate=not jumps,
        ),
    ]
    return left, right


def best_score() -> Explorable:
    """One score for a group of patients, some of them malignant: each loss has its lowest point elsewhere."""
    compared = {name: loss for name, loss in _LOSSES.items() if loss.best}
    left, right = zip(*(_best_marks(name, loss) for name, loss in compared.items()), strict=True)
    score = Axis("score given to all of them", -4, 4)

    def readout(name: str, formula: str) -> Readout:
        return Readout(
            f"{name}: {formula} = {{best:.2f}}",
            color=compared[name].color,
            best=lambda share: compared[name].best(share),
        )

    return Explorable(
        "best-score",
        title="One group, four best scores",
        caption="Drag the share from 70 % to 90 %, and then across the middle. Each dot is the lowest point of a "
        "curve; on the right it moves along what the loss estimates.",
        alt="Left: the mean of four losses over a group that is 70 % malignant, against the one score given to all, "
        "each with its lowest point: the hinge's at 1, the squared hinge's at 0.4, the logistic loss's at 0.85, the "
        "exponential loss's at 0.42. Right: these best scores against the share. The hinge's is a step from -1 to 1 at "
        "one half, the squared hinge's a straight line, those of the logistic and the exponential loss are curves "
        "that grow without limit towards 0 and 1.",
        controls=[Slider(name="share", label="share of malignant", nodes=_SHARES, default=0.7, decimals=2)],
        panels=[
            Panel(
                "What one score costs the group",
                score,
                Axis("mean loss", 0, 4),
                marks=[mark for marks in left for mark in marks],
                height=225,
            ),
            Panel(
                "The best score",
                Axis("share of malignant patients", 0, 1),
                Axis("best score", -4, 4),
                marks=[*(mark for marks in right for mark in marks), Handle(x="share", y=-3.6, color=INK)],
                height=225,
            ),
        ],
        readouts=[
            readout("hinge", f"the sign of 2 · {{share}} {MINUS} 1"),
            readout("squared hinge", f"2 · {{share}} {MINUS} 1"),
            readout("logistic", f"log({{share}} / (1 {MINUS} {{share}}))"),
            readout("exponential", f"½ log({{share}} / (1 {MINUS} {{share}}))"),
        ],
        presets={"52 %": {"share": 0.52}, "90 %": {"share": 0.9}, "98 %": {"share": 0.98}},
        guess=Guess(
            "A group is 70 % malignant, another one 90 %. For which loss is the best score the same in both?",
            {
                "Hinge": "Its best score is 1 for any majority of malignant patients. How large it is, the score "
                "does not say.",
                "Logistic": "Its best score is the log-odds, which tells the two groups apart.",
                "Squared hinge": "Its best score is 2 · share - 1: 0.4 for one group, 0.8 for the other.",
                "None of them": "One of them only asks which label is the more frequent.",
            },
            right="Hinge",
        ),
    )


# One patient among 57, who can be dragged.

FEATURES = ("mean radius", "mean concave points")
_RADII = np.arange(7, 23.1, 0.5)
_CONCAVE = np.round(np.arange(0, 0.161, 0.01), 2)
_RADIUS_AXIS = Axis("mean radius (units of the image)", 6, 25)
_CONCAVE_AXIS = Axis("mean concave points", -0.01, 0.18)
_ENDS = np.array([-0.05, 0.2])  # heights between which a boundary is drawn
_NOWHERE = 0.3  # a height above the panel
NEWTON_STEPS = 8  # more change nothing


@dataclass(frozen=True)
class _Fit:
    """A boundary, and what it makes of the dragged patient.

    Args:
        at: the radius at which the score is 0, -1 and 1, at each of the two ends; shape (3, 2).
        margin, pull: of the dragged patient.
        support: which of all patients are support vectors, the dragged one last; none with the logistic loss.
    """

    at: NDArray
    margin: float
    pull: float
    support: NDArray


def logistic_fit(x: NDArray, y: NDArray) -> tuple[NDArray, float]:
    """Return the weights and the offset of `LogisticRegression(C=1)`, by Newton's method.

    It is written out, because for so few patients scikit-learn takes most of its time to check what it is given.
    """
    columns = np.column_stack([x, np.ones(len(x))])
    penalty = np.diag([1.0, 1.0, 0.0])
    line = np.zeros(3)
    for _ in range(NEWTON_STEPS):
        p = expit(columns @ line)
        curvature = (columns.T * (p * (1 - p))) @ columns + penalty
        line = line - np.linalg.solve(curvature, columns.T @ (p - y) + penalty @ line)
    return line[:2], line[2]


def mislabeled() -> Explorable:
    """A malignant record is dragged to where benign ones are: the boundary of the hinge waits, the logistic one not."""
    measured, label = breast_cancer(*FEATURES)
    middle, spread = measured.mean(axis=0), measured.std(axis=0)
    few, labels = measured[::10], np.append(label[::10], 1)
    scaled = (few - middle) / spread

    def placed(radius: float, concave: float) -> NDArray:
        """Return all patients, the dragged one last."""
        return np.vstack([scaled, (np.array([radius, concave]) - middle) / spread])

    def drawn(weights: NDArray, offset: float, radius: float, concave: float) -> tuple[NDArray, float]:
        """Return where the score has its three values, and the dragged patient's margin."""
        weights, offset = weights / spread, offset - weights @ (middle / spread)
        at = (np.array([[0.0], [-1.0], [1.0]]) - offset - weights[1] * _ENDS) / weights[0]
        return at, float(weights @ [radius, concave] + offset)

    @cache
    def svm(radius: float, concave: float) -> _Fit:
        model = SVC(kernel="linear", C=1, tol=1e-6).fit(placed(radius, concave), labels)
        at, margin = drawn(model.coef_[0], model.intercept_[0], radius, concave)
        support = np.isin(np.arange(len(labels)), model.support_)
        # With C = 1 a support vector's dual coefficient is its pull, also at the kink.
        pull = float(-model.dual_coef_[0, -1]) if support[-1] else 0.0
        return _Fit(at, margin, pull, support)

    @cache
    def logistic(radius: float, concave: float) -> _Fit:
        at, margin = drawn(*logistic_fit(placed(radius, concave), labels), radius, concave)
        return _Fit(at, margin, float(-expit(-margin)), np.zeros(len(labels), dtype=bool))

    supports = np.array([svm(radius, concave).support for radius in _RADII for concave in _CONCAVE])
    others = supports[:, :-1]
    always, sometimes = others.all(axis=0), others.any(axis=0) & ~others.all(axis=0)
    benign = labels[:-1] == 0

    def boundary(fit: Callable[[float, float], _Fit], score: int, color: str, **options: object) -> Line:
        return Line(x=lambda radius, concave: fit(radius, concave).at[score], y=_ENDS, color=color, **options)

    curve = _of_margin(Hinge().gradient), _of_margin(BinaryCrossEntropy().gradient)
    margins = np.sort(np.append(np.round(np.linspace(-6, 7, 131), 1), 1 - 1e-6))
    ring = {"color": ORANGE, "radius": 6, "hollow": True}
    return Explorable(
        "mislabeled",
        title="One patient, two boundaries",
        caption="The big dot is recorded as malignant. Drag it left and down, step by step, to where the benign "
        "patients are. Patients with a ring are the support vectors.",
        alt="Left: 57 patients by mean radius and mean concave points, benign ones in gray at the lower left, "
        "malignant ones in black, one more malignant one to be dragged at the upper right, and two boundaries that "
        "fall from left to right: that of the hinge, with its margin lines and rings around the support vectors, and "
        "that of the logistic loss close by. Right: the pull of the dragged patient against its margin under both "
        "losses; under the hinge it is 0, under the logistic loss nearly 0.",
        controls=[
            Slider(name="radius", label="mean radius", nodes=_RADII, default=19, decimals=1),
            Slider(name="concave", label="mean concave points", nodes=_CONCAVE, default=0.11, decimals=2),
        ],
        panels=[
            Panel(
                "58 patients",
                _RADIUS_AXIS,
                _CONCAVE_AXIS,
                marks=[
                    Points(x=few[benign, 0], y=few[benign, 1], color=GRAY, radius=2.5),
                    Points(x=few[~benign, 0], y=few[~benign, 1], color=INK, radius=2.5),
                    Points(x=few[always, 0], y=few[always, 1], **ring),
                    Points(
                        x=few[sometimes, 0],
                        y=lambda radius, concave: np.where(svm(radius, concave).support[:-1], few[:, 1], _NOWHERE)[
                            sometimes
                        ],
                        **ring,
                    ),
                    boundary(svm, 1, ORANGE, width=1, dash=True),
                    boundary(svm, 2, ORANGE, width=1, dash=True),
                    boundary(svm, 0, ORANGE, label="hinge"),
                    boundary(logistic, 0, GREEN, label="logistic"),
                    Handle(x="radius", y="concave", color=INK, label="drag me", invites=True),
                ],
                height=255,
                description="the patients, the one you drag, the two boundaries, and the support vectors",
            ),
            Panel(
                "How hard the patient pulls",
                Axis("its margin m", -6, 7),
                Axis("pull, the derivative of the loss", -1.15, 0.15),
                marks=[
                    Line(x=margins, y=curve[0](margins), color=ORANGE, label="hinge", label_at=3),
                    Line(x=margins, y=curve[1](margins), color=GREEN, label="logistic", label_at=-0.5),
                    *(
                        Points(
                            x=lambda radius, concave, fit=fit: [fit(radius, concave).margin],
                            y=lambda radius, concave, fit=fit: [fit(radius, concave).pull],
                            color=color,
                            radius=6,
                        )
                        for fit, color in ((svm, ORANGE), (logistic, GREEN))
                    ),
                ],
                height=255,
                description="the pull of the dragged patient against its margin, under both losses",
            ),
        ],
        readouts=[
            Readout(
                "hinge: margin {margin:.2f}, loss max(0, 1 "
                f"{MINUS} *m*) = {{value:.2f}}, pull {{pull:.2f}}, support vectors {{count}} of {len(labels)}",
                color=ORANGE,
                margin=lambda radius, concave: svm(radius, concave).margin,
                value=lambda radius, concave: max(0.0, 1 - svm(radius, concave).margin),
                pull=lambda radius, concave: svm(radius, concave).pull,
                count=lambda radius, concave: str(int(svm(radius, concave).support.sum())),
            ),
            Readout(
                f"logistic: margin {{margin:.2f}}, loss log(1 + exp({MINUS}*m*)) = {{value:.2f}}, pull {{pull:.2f}}",
                color=GREEN,
                margin=lambda radius, concave: logistic(radius, concave).margin,
                value=lambda radius, concave: float(np.logaddexp(0, -logistic(radius, concave).margin)),
                pull=lambda radius, concave: logistic(radius, concave).pull,
            ),
        ],
        presets={
            "held at the kink": {"radius": 16, "concave": 0.08},
            "mislabeled": {"radius": 12, "concave": 0.03},
            "as far as it goes": {"radius": 7, "concave": 0},
        },
        guess=Guess(
            "You drag the patient from its own side to the other. When does the hinge's boundary begin to move?",
            {
                "At once": "The logistic boundary does, by very little: there the patient pulls with -0.02. The "
                "hinge's pull is exactly 0 while the margin is above 1.",
                "When the patient reaches a margin of 1": "There it becomes a support vector. The boundary gives way, "
                "and holds the patient at the kink for a while.",
                "When it crosses the boundary": "It is charged earlier, from a margin of 1 down.",
                "Never": "It pulls with -1 on the other side, like every other mistake.",
            },
            right="When the patient reaches a margin of 1",
        ),
    )


# What a score means, on patients that the model has not seen.

_SLOPES = np.round(np.geomspace(0.5, 4, 37), 2)
BINS = 10


@cache
def _held_out(name: str) -> tuple[NDArray, NDArray]:
    """Return the scores of a model on patients that it has not seen, and their labels."""
    measured, label = breast_cancer(*FEATURES)
    model = {
        "SVM": SVC(kernel="linear", C=1),
        "logistic": LogisticRegression(C=1),
    }[name]
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    pipeline = make_pipeline(StandardScaler(), model)
    return cross_val_predict(pipeline, measured, label, cv=folds, method="decision_function"), label


def calibration() -> Explorable:
    """The slope of a sigmoid is moved until the probabilities that it makes of a score agree with what happened."""
    names = ["SVM", "logistic"]
    scores = np.round(np.linspace(-6, 6, 121), 1)

    @cache
    def compared(model: str, slope: float) -> Reliability:
        z, label = _held_out(model)
        return reliability(label, expit(slope * z), bins=BINS, strategy="quantile")

    @cache
    def places(model: str) -> NDArray:
        """The mean score of each bin."""
        z, _ = _held_out(model)
        bin_of = np.searchsorted(np.quantile(z, np.linspace(0, 1, BINS + 1)[1:-1]), z)
        return np.bincount(bin_of, weights=z) / np.bincount(bin_of)

    def loss(model: str, slope: float) -> float:
        z, label = _held_out(model)
        return BinaryCrossEntropy()(label, slope * z)

    @cache
    def best(model: str) -> float:
        return float(minimize_scalar(lambda slope: loss(model, slope), bounds=(0.5, 4), method="bounded").x)

    def missed(model: str, slope: float) -> str:
        result = compared(model, slope)
        return str(int(np.sum((result.predicted < result.low) | (result.predicted > result.high))))

    def interval(number: int, x: Callable[..., NDArray]) -> Line:
        return Line(
            x=x,
            y=lambda model: [compared(model, 1.0).low[number], compared(model, 1.0).high[number]],
            width=1.5,
            opacity=0.6,
        )

    return Explorable(
        "calibration",
        title="What a score of 1 means",
        caption="Move the slope until the dots lie on the diagonal. Then choose the logistic model's score, and see "
        "which slope that one needs.",
        alt="Left: the share of malignant patients against the SVM's score on patients it has not seen, ten dots with "
        "intervals, which rise more steeply than the sigmoid drawn through 0. Right: the same ten against the "
        "probability that the sigmoid makes of the score: those below one half lie under the diagonal, those above "
        "one half over it.",
        controls=[
            Choice(name="model", label="score of the", options=names, default="SVM"),
            Slider(
                name="slope", label="slope, a factor on the score", nodes=_SLOPES, default=1.0, decimals=2, log=True
            ),
        ],
        panels=[
            Panel(
                "Score and share",
                Axis("score of patients not seen before", -6, 6),
                Axis("share of malignant", -0.03, 1.03),
                marks=[
                    *(
                        interval(number, lambda model, number=number: np.repeat(places(model)[number], 2))
                        for number in range(BINS)
                    ),
                    Points(x=places, y=lambda model: compared(model, 1.0).observed, radius=4),
                    Line(x=scores, y=lambda slope: expit(slope * scores), color=GREEN, width=2.5),
                ],
                height=225,
                description="the share of malignant patients in ten bins of the score, and the sigmoid",
            ),
            Panel(
                "Said and observed",
                Axis("predicted probability", -0.03, 1.03),
                Axis("share of malignant", -0.03, 1.03),
                marks=[
                    Line(x=[0, 1], y=[0, 1], color=GRAY, width=1, dash=True),
                    *(
                        interval(
                            number,
                            lambda model, slope, number=number: np.repeat(compared(model, slope).predicted[number], 2),
                        )
                        for number in range(BINS)
                    ),
                    Points(
                        x=lambda model, slope: compared(model, slope).predicted,
                        y=lambda model: compared(model, 1.0).observed,
                        radius=4,
                    ),
                ],
                height=225,
                description="reliability diagram: observed share against predicted probability, with intervals",
            ),
        ],
        readouts=[
            Readout(
                f"a score of 1 becomes 1 / (1 + exp({MINUS}{{slope}} · 1)) = {{at_one:.2f}}",
                color=GREEN,
                at_one=lambda slope: float(expit(slope)),
            ),
            Readout(
                "logistic loss on patients not seen before: {loss:.3f}, lowest at slope {best:.2f}; "
                "{missed} of 10 intervals miss the diagonal",
                loss=loss,
                best=best,
                missed=missed,
            ),
        ],
        presets={
            "SVM, steeper": {"model": "SVM", "slope": 1.78},
            "logistic, slope 1": {"model": "logistic", "slope": 1},
        },
        guess=Guess(
            "The SVM's score, times a slope of 1, goes into the sigmoid. Which slope brings the dots to the diagonal?",
            {
                "A smaller one, about 0.6": "That would make the probabilities more timid still, and they are too "
                "timid already.",
                "1: a score is a score": "It is for the logistic model, whose score is meant as log-odds.",
                "A larger one, about 1.8": "Its scores are too close to 0 for log-odds: the hinge has no use for more "
                "than a margin of 1.",
            },
            right="A larger one, about 1.8",
        ),
    )
