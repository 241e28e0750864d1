"""The live figures of the page on cross-entropy."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from lossbook import BinaryCrossEntropy
from lossbook.datasets import breast_cancer
from lossbook.explorable import (
    Axis,
    Bars,
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
from lossbook.explorable.text import Field
from lossbook.plots import BLUE, GRAY, GREEN, INK

CROSS_ENTROPY = BinaryCrossEntropy()

# For `stall`: one malignant patient, and a model that is one score.
STEP = 0.5
STARTS = range(-12, 3)
STEPS = sorted({*np.geomspace(1, 30_000, 46).round().astype(int).tolist(), 20, 200, 2000})

# The two pulls are written out, because they are called 30,000 times, on a few numbers each.


def squared_pull(z: NDArray) -> NDArray:
    """How hard a malignant patient pulls on the score under the squared error of the probability."""
    p = expit(z)
    return 2 * (p - 1) * p * (1 - p)


def cross_entropy_pull(z: NDArray) -> NDArray:
    """How hard a malignant patient pulls on the score under cross-entropy."""
    return expit(z) - 1


class _Run(NamedTuple):
    """The scores after `STEPS` steps, and after how many the probability is a half."""

    scores: NDArray
    half: int


@cache
def _runs(pull: Callable[[NDArray], NDArray]) -> dict[int, _Run]:
    """Return gradient descent on one score, from every start."""
    z = np.array(STARTS, dtype=float)
    wanted, scores, below = set(STEPS), [], np.zeros(len(z), dtype=int)
    for step in range(1, STEPS[-1] + 1):
        z = z - STEP * pull(z)
        below += z < 0
        if step in wanted:
            scores.append(z)
    return {start: _Run(*run) for start, *run in zip(STARTS, np.transpose(scores), (below + 1).tolist(), strict=True)}


def stall() -> Explorable:
    """One score climbs out of a confident mistake under cross-entropy, and stays there under squared error."""
    losses = [("squared", squared_pull, BLUE, True), ("cross-entropy", cross_entropy_pull, GREEN, False)]
    z = np.linspace(-12, 10, 89)

    def score(pull: Callable, start: int, steps: int) -> float:
        return float(_runs(pull)[start].scores[STEPS.index(steps)])

    def half(pull: Callable, start: int) -> str:
        if start >= 0:
            return "½ or more from the start"
        reached = _runs(pull)[start].half
        return f"½ after {reached:,} steps" if reached <= STEPS[-1] else f"below ½ for all {STEPS[-1]:,} steps"

    probabilities, pulls = [], []
    for name, pull, color, hidden in losses:
        probabilities += [
            Line(
                x=STEPS,
                y=lambda start, pull=pull: expit(_runs(pull)[start].scores),
                color=color,
                dash=hidden,
                label=name,
                after_guess=hidden,
            ),
            Points(
                x=lambda steps: [steps],
                y=lambda start, steps, pull=pull: [expit(score(pull, start, steps))],
                color=color,
                radius=5,
                after_guess=hidden,
            ),
        ]
        pulls += [
            Line(
                x=z, y=pull(z), color=color, dash=hidden, label=name, label_at=-6 if hidden else -8, label_below=hidden
            ),
            Points(
                x=lambda start, steps, pull=pull: [score(pull, start, steps)],
                y=lambda start, steps, pull=pull: [pull(score(pull, start, steps))],
                color=color,
                radius=5,
                after_guess=hidden,
            ),
        ]
    return Explorable(
        "stall",
        title="Two ways out of a mistake",
        caption="Move the steps from 1 to 30,000, and watch the dots climb. Then drag the start to the right until "
        "both losses need about as many.",
        alt="Left: the probability given to one malignant patient against the number of steps, on a logarithmic axis, "
        "from a score of -10. Cross-entropy passes a half after 22 steps; squared error is near 0 for 20,000 steps. "
        "Right: the pull of each loss against the score. Cross-entropy's is nearly -1 at low scores; squared error's "
        "is nearly 0 there, with a dip around -1.",
        controls=[
            Slider(name="start", label="score at the start", nodes=STARTS, default=-10),
            Slider(name="steps", label="steps", nodes=STEPS, default=2000, log=True),
        ],
        panels=[
            Panel(
                "What the model says",
                Axis("steps", 1, 30_000, log=True),
                Axis("probability of malignant", -0.02, 1.05),
                marks=[
                    Line(x=lambda steps: [steps, steps], y=[-0.02, 1.05], color=GRAY, width=1),
                    *probabilities,
                ],
                description="the probability after each step, under both losses",
            ),
            Panel(
                "How hard the patient pulls",
                Axis("score", -12.5, 10.5),
                Axis("pull on the score", -1.1, 0.15),
                marks=[*pulls, Handle(x="start", y=0, label="start")],
                description="the pull of each loss against the score, with where the two models are",
            ),
        ],
        readouts=[
            Readout(
                "cross-entropy: {half}; after {steps}, score {score:.3f}, pull *p* − 1 = {pull:.6f}",
                color=GREEN,
                half=lambda start: half(cross_entropy_pull, start),
                score=lambda start, steps: score(cross_entropy_pull, start, steps),
                pull=lambda start, steps: cross_entropy_pull(score(cross_entropy_pull, start, steps)),
            ),
            Readout(
                "squared error: {half}; after {steps}, score {score:.3f}, pull 2(*p* − 1)*p*(1 − *p*) = {pull:.6f}",
                color=BLUE,
                after_guess=True,
                half=lambda start: half(squared_pull, start),
                score=lambda start, steps: score(squared_pull, start, steps),
                pull=lambda start, steps: squared_pull(score(squared_pull, start, steps)),
            ),
        ],
        presets={
            "mildly wrong: −2": {"start": -2, "steps": 20},
            "wrong: −5": {"start": -5, "steps": 200},
            "sure and wrong: −10": {"start": -10, "steps": 30_000},
        },
        guess=Guess(
            "From a score of −10, cross-entropy needs 22 steps to reach a probability of ½. How many does squared "
            "error need?",
            {
                "About 100": "That is what it needs from a score of about −4.5. At −10 its pull is more than 200 "
                "times weaker than there.",
                "About 2,000": "After 2,000 steps its score has gone from −10 to −9.9.",
                "More than 20,000": f"{_runs(squared_pull)[-10].half:,}: a thousand times as many.",
                "It never does": "It does: its pull is tiny, but not 0. Move the steps to the end.",
            },
            right="More than 20,000",
        ),
    )


# For `price`. The step of a quarter keeps numbers exact at every position that a reader can reach.
SCORES = np.arange(-20, 20.25, 0.25)
# Where Keras clips, in single precision, which has no 1 - 1e-7, but a neighbor.
CLIP = (1e-7, float(np.float32(1 - 1e-7)))
LABELS = {"malignant, y = 1": 1, "benign, y = 0": 0}


@cache
def _at(label: str, score: float) -> dict[str, float]:
    """Return what one prediction costs, in its several units and derivatives."""
    y, z = [LABELS[label]], [score]
    loss = float(CROSS_ENTROPY.value(y, z)[0])
    pull = float(CROSS_ENTROPY.gradient(y, z)[0])
    p = float(expit(score))
    is_flat = not CLIP[0] <= p <= CLIP[1]
    kept = float(np.clip(score, *logit(CLIP)))
    return {
        "p": p,
        "loss": loss,
        "bits": loss / np.log(2),
        "pull": pull,
        "by_p": pull / (p * float(expit(-score))),
        "clipped": float(CROSS_ENTROPY.value(y, [kept])[0]),
        "clipped_pull": 0.0 if is_flat else pull,
    }


def _read(what: str) -> Callable[[str, float], float]:
    return lambda label, score: _at(label, score)[what]


def _large(value: float) -> str:
    return Field("", ",.0f" if abs(value) >= 100 else ".3f").print(value)


def _chance(score: float) -> str:
    """Return the probability that belongs to a score, as one would say it."""
    rarer = f"1 in {1 / expit(-abs(score)):,.0f}"
    if abs(score) < 4:
        return f"{expit(score):.3f}"
    return rarer if score < 0 else f"all but {rarer}"


def price() -> Explorable:
    """What one probability costs, against the probability and against the score, with a clip and without."""
    wide, p = SCORES[::2], np.concatenate([np.geomspace(1e-4, 0.05, 15), np.linspace(0.1, 0.9, 17)])
    p = np.concatenate([p, 1 - p[:15][::-1]])
    knees = logit(CLIP)
    corners = np.sort(np.concatenate([wide, knees]))
    high, top = 10.0, 21.0

    def values(label: str, z: NDArray) -> NDArray:
        return CROSS_ENTROPY.value(np.full_like(z, LABELS[label]), z)

    def other(label: str) -> str:
        return next(each for each in LABELS if each != label)

    def tangent(label: str, score: float) -> NDArray:
        return _at(label, score)["loss"] + _at(label, score)["pull"] * np.array([-4.0, 4.0])

    return Explorable(
        "price",
        title="The price of a probability",
        caption="Drag the dot to the left past −16, where the dashed curve stops rising. Then change the label.",
        alt="Left: the loss of a malignant patient against the probability, a curve that falls from far above 9 near "
        "0 to 0 at a probability of 1, and its mirror image for a benign one. Right: the same loss against the score: "
        "almost a straight line of slope -1 at low scores, which bends to 0 around a score of 0. With a clip it is "
        "flat at 16.1 below a score of -16.1. A score of -7 is marked.",
        controls=[
            Choice(name="label", label="the patient is", options=list(LABELS)),
            Slider(name="score", label="score", nodes=SCORES, default=-7, decimals=2),
        ],
        panels=[
            Panel(
                "Against the probability",
                Axis("probability of malignant p", 0, 1),
                Axis("loss (nats)", 0, high),
                marks=[
                    Line(
                        x=p,
                        y=lambda label: values(other(label), logit(p)),
                        color=GREEN,
                        width=1.5,
                        dash=True,
                        opacity=0.5,
                    ),
                    Line(x=p, y=lambda label: values(label, logit(p)), color=GREEN, width=3),
                    Points(
                        x=lambda score: [expit(score)],
                        y=lambda label, score: [_at(label, score)["loss"]],
                        color=GREEN,
                        radius=6,
                    ),
                    Text(
                        x=0.5,
                        y=high - 0.8,
                        text=lambda label, score: (
                            "the dot is above the panel" if _at(label, score)["loss"] > high else ""
                        ),
                    ),
                ],
                description="the loss of each label against the probability; the present one marked",
            ),
            Panel(
                "Against the score",
                Axis("score z", -20, 20),
                Axis("loss (nats)", 0, top),
                marks=[
                    Line(
                        x=corners,
                        y=lambda label: values(label, np.clip(corners, *knees)),
                        color=GREEN,
                        width=1.5,
                        dash=True,
                    ),
                    *(
                        Text(
                            x=side * 14.5,
                            y=16.1,
                            text=lambda label, side=side: "clipped at 1e-7" if side == 1 - 2 * LABELS[label] else "",
                            color=GREEN,
                            anchor="start" if side < 0 else "end",
                        )
                        for side in (-1, 1)
                    ),
                    Line(x=wide, y=lambda label: values(label, wide), color=GREEN, width=3),
                    Line(x=lambda score: score + np.array([-4.0, 4.0]), y=tangent, color=INK, width=1.5),
                    Handle(x="score", y=_read("loss"), color=GREEN, label="drag me", invites=True),
                ],
                description="the loss against the score, with its tangent, and the loss with a clip",
            ),
        ],
        readouts=[
            Readout(
                "the truth has a probability of {truth}; the loss, −log of that, is {loss:.3f} nats = {bits:.3f} bits",
                truth=lambda label, score: _chance(score if LABELS[label] else -score),
                loss=_read("loss"),
                bits=_read("bits"),
            ),
            Readout(
                "pull on the probability, (*p* − *y*) / (*p*(1 − *p*)) = {by_p}; on the score, *p* − *y* = {pull:+.4f}",
                color=GREEN,
                by_p=lambda label, score: _large(_at(label, score)["by_p"]),
                pull=_read("pull"),
            ),
            Readout(
                "clipped at 1e-7: loss {clipped:.3f}, pull on the score {clipped_pull:+.4f}",
                clipped=_read("clipped"),
                clipped_pull=_read("clipped_pull"),
            ),
        ],
        presets={
            "a coin flip": {"score": 0},
            "1 in 1,000,000": {"score": -14},
            "behind the clip": {"score": -18},
        },
        guess=Guess(
            "The score falls from −7 to −14, and the probability of the truth from 1 in 1,000 to 1 in 1,000,000. What "
            "happens to the loss?",
            {
                "It becomes a thousand times as large": "The probability is a thousand times smaller; the loss is its "
                "logarithm.",
                "It doubles": "From 7 to 14: far out, the loss is as large as the score.",
                "It hardly changes": "That would be squared error, which is at its ceiling of 1 there.",
                "It rises by 1": "A factor of ten in the probability costs 2.3, and there are three of them.",
            },
            right="It doubles",
        ),
    )


# For `boundary`: one of 569 patients is moved, and the model is fitted again.
FEATURES = ("mean radius", "mean concave points")
PATIENT = 239  # malignant, and nearest to the middle of the malignant ones
RADII = range(8, 29)
DENTS = np.round(np.arange(0, 0.21, 0.02), 2)
RECORDED = {"malignant": 1, "benign": 0}
COSTLIEST = 10
NEWTON_STEPS = 8  # more change nothing, from the fit to the records as they are


class _Fit(NamedTuple):
    """A fitted model, and what the moved patient has to do with it; shares are of the sums over all patients."""

    weights: NDArray  # an offset, and one for each measurement in its own unit
    score: float
    loss: float
    total: float
    costliest: float  # the loss of the costliest other patients
    pull: float
    pull_share: float
    wrong: int  # patients on the wrong side

    @property
    def share(self) -> float:
        return self.loss / self.total


@cache
def _patients() -> tuple[NDArray, NDArray]:
    return breast_cancer(*FEATURES)


def _fitted(x: NDArray, y: NDArray, start: NDArray) -> NDArray:
    """Return an offset and a weight for each standardized measurement, by Newton's method."""
    columns, weights = _columns(x), start
    for _ in range(NEWTON_STEPS):
        z = columns @ weights
        curvature = (columns.T * CROSS_ENTROPY.hessian(y, z)) @ columns
        weights = weights - np.linalg.solve(curvature, columns.T @ CROSS_ENTROPY.gradient(y, z))
    return weights


def _columns(x: NDArray) -> NDArray:
    records, _ = _patients()
    return np.column_stack([np.ones(len(x)), (x - records.mean(axis=0)) / records.std(axis=0)])


@cache
def _as_recorded() -> NDArray:
    return _fitted(*_patients(), np.zeros(3))


@cache
def _moved(radius: float, dents: float, recorded: str) -> _Fit:
    """Return the model that is fitted after one patient was moved."""
    x, y = (array.copy() for array in _patients())
    x[PATIENT], y[PATIENT] = (radius, dents), RECORDED[recorded]
    weights = _fitted(x, y, _as_recorded())
    z = _columns(x) @ weights
    losses, pulls = CROSS_ENTROPY.value(y, z), CROSS_ENTROPY.gradient(y, z)
    others = np.sort(np.delete(losses, PATIENT))
    return _Fit(
        weights=weights,
        score=float(z[PATIENT]),
        loss=float(losses[PATIENT]),
        total=float(losses.sum()),
        costliest=float(others[-COSTLIEST:].sum()),
        pull=float(pulls[PATIENT]),
        pull_share=float(np.abs(pulls[PATIENT]) / np.abs(pulls).sum()),
        wrong=int(np.sum((z > 0) != (y == 1))),
    )


def boundary() -> Explorable:
    """One patient is dragged across a boundary that is fitted again. How far does it move, who makes up the loss?"""
    x, y = _patients()
    others = np.arange(len(y)) != PATIENT
    benign, malignant = others & (y == 0), others & (y == 1)
    ends = np.array([6.0, 30.0])

    def dents_at(weights: NDArray, p: float) -> NDArray:
        """Where, at the ends of the radius axis, the model gives a probability of p."""
        center, scale = x.mean(axis=0), x.std(axis=0)
        standard = (logit(p) - weights[0] - weights[1] * (ends - center[0]) / scale[0]) / weights[2]
        return center[1] + scale[1] * standard

    def line(p: float) -> Callable[[float, float, str], NDArray]:
        return lambda radius, dents, recorded: dents_at(_moved(radius, dents, recorded).weights, p)

    def read(what: str) -> Callable[[float, float, str], float]:
        return lambda radius, dents, recorded: getattr(_moved(radius, dents, recorded), what)

    def shares(radius: float, dents: float, recorded: str) -> NDArray:
        fit = _moved(radius, dents, recorded)
        parts = np.array([fit.loss, fit.costliest, fit.total - fit.loss - fit.costliest])
        return 100 * parts / fit.total

    rest = len(y) - 1 - COSTLIEST
    return Explorable(
        "boundary",
        title="One patient among 569",
        caption="Switch the record to benign and drag the patient to the upper right, among the largest nuclei; then "
        "switch it back, and drag to the lower left. The thin lines are where the model says 5 % and 95 %. "
        "The patient starts on a grid, near its place in the data.",
        alt="Left: 569 patients by the mean radius of their cell nuclei and by how dented the outlines are. Malignant "
        "ones lie to the upper right of benign ones, and a falling line separates most of them. One malignant patient "
        "in the middle of the malignant ones can be moved. Right: bars of who makes up the loss. This patient: next "
        "to nothing. The ten costliest others: a quarter. All others: three quarters.",
        controls=[
            Choice(name="recorded", label="recorded as", options=list(RECORDED)),
            Slider(name="radius", label="mean radius", nodes=RADII, default=17),
            Slider(name="dents", label="mean concave points", nodes=DENTS, default=0.08, decimals=2),
        ],
        panels=[
            Panel(
                "Gray benign, black malignant",
                Axis("mean radius", *ends),
                Axis("mean concave points", -0.01, 0.22),
                marks=[
                    Points(x=x[benign, 0], y=x[benign, 1], color=GRAY, radius=2, opacity=0.6),
                    Points(x=x[malignant, 0], y=x[malignant, 1], color=INK, radius=2, opacity=0.8),
                    Line(x=ends, y=dents_at(_as_recorded(), 0.5), color=GRAY, width=1.5, dash=True),
                    *(Line(x=ends, y=line(p), color=GREEN, width=1, opacity=0.7) for p in (0.05, 0.95)),
                    Line(x=ends, y=line(0.5), color=GREEN, width=3),
                    Handle(x="radius", y="dents", color=GREEN, label="drag me", invites=True),
                    Text(x=6.5, y=0.205, text=lambda recorded: f"recorded as {recorded}", anchor="start"),
                ],
                height=320,
                description="the patients, the one that you drag, and the boundary of the fitted model",
            ),
            Panel(
                "Who makes up the loss",
                Axis(
                    "patients",
                    -0.6,
                    2.6,
                    ticks=[(0, "this one"), (1, f"{COSTLIEST} costliest"), (2, f"{rest} others")],
                ),
                Axis("share of the loss (%)", 0, 80),
                marks=[Bars(x=[0, 1, 2], y=shares, width=0.7, color=GREEN)],
                height=320,
                description="the shares of this patient, of the ten costliest others and of all others in the loss",
            ),
        ],
        readouts=[
            Readout(
                "this patient: score {score:+.2f}, loss {loss:.3f} of {total:.2f} in all = {share:.1%}",
                color=GREEN,
                after_guess=True,
                score=read("score"),
                loss=read("loss"),
                total=read("total"),
                share=read("share"),
            ),
            Readout(
                "pull *p* − *y* = {pull:+.3f}, {pull_share:.1%} of the summed sizes of all pulls; "
                "{wrong} of 569 on the wrong side",
                after_guess=True,
                pull=read("pull"),
                pull_share=read("pull_share"),
                wrong=read("wrong"),
            ),
        ],
        presets={
            "large, recorded as benign": {"radius": 28, "dents": 0.2, "recorded": "benign"},
            "small, recorded as malignant": {"radius": 8, "dents": 0, "recorded": "malignant"},
            "on the line": {"radius": 14, "dents": 0.06, "recorded": "malignant"},
        },
        guess=Guess(
            "Recorded as benign, one patient of 569 has about the largest nuclei of all, at the upper right. What "
            "share of the whole loss is that patient's?",
            {
                "About 0.2 %": "That is one patient's share of the patients. The loss charges by how sure the model "
                "is.",
                "About 2 %": "That is about the share among the pulls, which never exceed 1. The loss has no such "
                "limit.",
                "About 14 %": "The score there is 17.6 on the wrong side, and far out the loss is as large as the "
                "score.",
                "More than half": "That would take a loss that grows faster than the score.",
            },
            right="About 14 %",
        ),
    )
