"""The live figures of the page on imbalance."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from lossbook import BinaryCrossEntropy, BinaryFocal
from lossbook.datasets import breast_cancer, digits, thinned
from lossbook.explorable import (
    Area,
    Axis,
    Bars,
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
from lossbook.optimization import linear_objective
from lossbook.plots import GRAY, GREEN, INK, PURPLE

# Patients and what one measurement says about them. All of them are used: that some are rare is a matter of their
# weight, so that no demo depends on which of them a thinning leaves.

PATIENTS = 1000  # to whom the counts refer
RARE = 5  # the share of the sick on the page, in percent
MISS = 20  # what a miss costs on the page, in false alarms
DRAWS = 1000  # of the held-out patients, for intervals that hold 95 % of them


class _Patients(NamedTuple):
    texture: NDArray
    malignant: NDArray


@cache
def _patients() -> tuple[_Patients, _Patients]:
    """Every second patient to fit, and the others to count."""
    x, malignant = breast_cancer("mean texture")
    return _Patients(x[::2, 0], malignant[::2]), _Patients(x[1::2, 0], malignant[1::2])


@cache
def _line(odds: float) -> tuple[float, float]:
    """Return the texture at the score 0 and the slope of the score, fitted with these odds of a malignant tumor.

    To fit, only the odds matter: a class weight multiplies those of the patients.
    """
    learned, _ = _patients()
    center, scale = learned.texture.mean(), learned.texture.std()
    columns = np.column_stack([np.ones_like(learned.texture), (learned.texture - center) / scale])
    sick = learned.malignant.mean()
    loss = BinaryCrossEntropy(positive_weight=odds / (sick / (1 - sick)))
    objective = linear_objective(loss, columns, learned.malignant)
    level, slope = minimize(objective, np.zeros(2), jac=True, options={"gtol": 1e-8}).x
    return center - scale * level / slope, slope / scale


def _odds(prevalence: float, weight: float = 1) -> float:
    return weight * prevalence / (100 - prevalence)


def _probability(texture: NDArray | float, prevalence: float, weight: float = 1) -> NDArray:
    middle, slope = _line(_odds(prevalence, weight))
    return expit(slope * (np.asarray(texture) - middle))


@cache
def _called(prevalence: float, weight: float, threshold: float) -> tuple[float, float]:
    """Return the shares of the sick and of the healthy held-out patients that are called."""
    _, held_out = _patients()
    called = _probability(held_out.texture, prevalence, weight) >= threshold
    return called[held_out.malignant == 1].mean(), called[held_out.malignant == 0].mean()


def _counts(prevalence: float, weight: float, threshold: float) -> tuple[float, float, float, float]:
    """Return how many of 1,000 patients are found, missed, called in vain and spared.

    They are rounded as they are shown, so that a cost made of them agrees with what the reader sees.
    """
    recall, alarms = _called(prevalence, weight, threshold)
    sick = PATIENTS * prevalence / 100
    counts = sick * recall, sick * (1 - recall), (PATIENTS - sick) * alarms, (PATIENTS - sick) * (1 - alarms)
    return tuple(round(count, 1) for count in counts)


# What the two errors cost.

_RATIOS = [2, 5, 10, 20, 50, 100]
_THRESHOLDS = sorted(
    {*np.geomspace(0.01, 0.5, 25).round(3).tolist(), *(round(1 / (1 + ratio), 3) for ratio in _RATIOS)}
)
_MOST_PRECISE = 0.3  # of the precisions that are drawn


def _relative_costs(ratio: float, recall: NDArray, alarms: NDArray) -> NDArray:
    sick = RARE / 100
    return (ratio * sick * (1 - recall) + (1 - sick) * alarms) / min(ratio * sick, 1 - sick)


@cache
def _rates() -> NDArray:
    return np.transpose([_called(RARE, 1, threshold) for threshold in _THRESHOLDS])


def _precision(recall: NDArray, alarms: NDArray) -> NDArray:
    found, vain = RARE / 100 * recall, (1 - RARE / 100) * alarms
    return np.divide(found, found + vain, out=np.full_like(found, np.nan), where=found + vain > 0)


@cache
def _drawn() -> list[NDArray]:
    """Return recalls and shares of false alarms at each threshold in draws of the held-out patients."""
    _, held_out = _patients()
    random = np.random.default_rng(0)
    sizes = np.bincount(held_out.malignant)[::-1]
    return [random.binomial(n, rate, size=(DRAWS, len(rate))) / n for n, rate in zip(sizes, _rates(), strict=True)]


def _interval(draws: NDArray) -> NDArray:
    return np.nanquantile(draws, [0.025, 0.975], axis=0)


def costs() -> Explorable:
    """What a miss costs against a false alarm decides where the threshold belongs."""
    thresholds = np.array(_THRESHOLDS)
    recall, alarms = _rates()
    sick = RARE / 100
    precision = _precision(recall, alarms)
    used = recall > 0.05  # the few patients called beyond that say nothing about precision
    low, high = _interval(_precision(*_drawn()))

    def cost(ratio: float) -> NDArray:
        return _relative_costs(ratio, *_rates())

    def at(threshold: float, values: NDArray) -> float:
        return float(values[_THRESHOLDS.index(threshold)])

    def count(which: int):
        return lambda threshold: _counts(RARE, 1, threshold)[which]

    left = Panel(
        "What a threshold costs",
        Axis("threshold", 0.01, 0.5, log=True, ticks=[(t, f"{t:g}") for t in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)]),
        Axis("cost, relative to the cheaper constant", 0, 2.4),
        marks=[
            Area(
                x=thresholds,
                y1=lambda ratio: _interval(_relative_costs(ratio, *_drawn()))[0],
                y2=lambda ratio: _interval(_relative_costs(ratio, *_drawn()))[1],
                color=GREEN,
            ),
            Line(x=[0.01, 0.5], y=[1, 1], color=GRAY, width=1, label="call nobody, or everybody", label_at=0.07),
            Line(
                x=lambda ratio: np.full(2, 1 / (1 + ratio)),
                y=[0, 2.15],
                color=INK,
                width=1.5,
                dash=True,
                after_guess=True,
            ),
            Text(
                x=lambda ratio: 1 / (1 + ratio),
                y=2.22,
                text=lambda ratio: f"1 / {1 + ratio}",
                color=INK,
                after_guess=True,
            ),
            Line(x=thresholds, y=cost, color=GREEN, width=2.5),
            Handle(x="threshold", y=lambda threshold, ratio: at(threshold, cost(ratio)), color=INK),
        ],
        height=300,
    )
    right = Panel(
        "What is found, and how often in vain",
        Axis("recall: share of the sick that is called", 0, 1),
        Axis("precision: share of the called that is sick", 0, _MOST_PRECISE),
        marks=[
            Line(x=[0, 1], y=[sick, sick], color=GRAY, width=1, label="call everybody", label_at=0.2, label_below=True),
            Area(x=recall[used], y1=low[used], y2=high[used], color=GREEN),
            Line(x=recall[used], y=precision[used], color=GREEN, width=2.5),
            Points(
                x=lambda threshold: [at(threshold, recall)],
                y=lambda threshold: [min(at(threshold, precision), _MOST_PRECISE)],
                color=INK,
                radius=6,
            ),
        ],
        height=300,
    )
    return Explorable(
        "costs",
        title="Two errors, two prices",
        caption="Drag the dot to the lowest cost, and watch what it does to recall and precision. Then change what a "
        "miss costs: at a ratio of 5, is any threshold better than calling nobody? Half of the patients were not used "
        "to fit, and are counted here; the bands hold 95 % of repeated draws of them.",
        alt="Left: cost of a classifier against its threshold, relative to the cheaper of calling nobody and calling "
        "everybody, if a miss costs 20 false alarms. It is about 1 at a threshold of 0.5, where a dot stands, and has "
        "its lowest point, about one half, near 0.05. Right: precision against recall, about 0.1 over most of the "
        "range with a wide band at the left, and 0.05 where everybody is called.",
        controls=[
            Slider(name="threshold", label="threshold", nodes=_THRESHOLDS, default=0.5, log=True, decimals=3),
            Slider(name="ratio", label="a miss costs", unit="false alarms", nodes=_RATIOS, default=MISS),
        ],
        panels=[left, right],
        readouts=[
            Readout(
                f"of {PATIENTS:,} patients, {PATIENTS * RARE // 100} of them sick: {{found:.1f}} found, {{missed:.1f}} "
                "missed, {vain:.1f} called in vain",
                found=count(0),
                missed=count(1),
                vain=count(2),
            ),
            Readout(
                "cost: {ratio} · {missed:.1f} + {vain:.1f} = {cost:.1f} (nobody: {nobody:.0f}; everybody: "
                f"{PATIENTS * (100 - RARE) // 100})",
                missed=count(1),
                vain=count(2),
                cost=lambda threshold, ratio: ratio * count(1)(threshold) + count(2)(threshold),
                nobody=lambda ratio: ratio * PATIENTS * sick,
                color=GREEN,
            ),
            Readout(
                "the formula: 1 / (1 + {ratio}) = {best:.3f}", best=lambda ratio: 1 / (1 + ratio), after_guess=True
            ),
        ],
        presets={
            "by the formula": {"threshold": round(1 / (1 + MISS), 3), "ratio": MISS},
            "a miss costs 5": {"ratio": 5, "threshold": round(1 / 6, 3)},
            "a miss costs 100": {"ratio": 100, "threshold": round(1 / 101, 3)},
        },
        guess=Guess(
            f"A miss costs as much as {MISS} false alarms. At which threshold is the cost lowest?",
            {
                "0.95": "There nobody is called: no probability is that high.",
                "0.5": "There nobody is called either, and every miss is paid.",
                "about 0.05": "From a chance of 1 in 21 on, the miss that a call may prevent "
                "outweighs the false alarm that it may be.",
            },
            right="about 0.05",
        ),
    )


# Prevalence, weight and threshold.

_PREVALENCES = [1, 2, 5, 10, 20, 37]
_WEIGHTS = [1, 2, 5, 10, 19, 50]
_CUTS = [0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, *(np.arange(4, 20) / 20).round(2).tolist()]
_GROUPS = 5


@cache
def _groups() -> tuple[list[NDArray], NDArray]:
    """Return the held-out patients' textures in groups, and the shares of the two classes in each, drawn often.

    The shares have the shape (2, 1 + draws, groups): healthy and sick; the first is that of the patients themselves.
    """
    _, held_out = _patients()
    cuts = np.quantile(held_out.texture, np.arange(1, _GROUPS) / _GROUPS)
    group = np.searchsorted(cuts, held_out.texture)
    textures = [held_out.texture[group == k] for k in range(_GROUPS)]
    random = np.random.default_rng(0)
    shares = []
    for label in (0, 1):
        count = np.bincount(group[held_out.malignant == label], minlength=_GROUPS)
        drawn = random.multinomial(count.sum(), count / count.sum(), size=DRAWS)
        shares.append(np.vstack([count, drawn]) / count.sum())
    return textures, np.array(shares)


@cache
def _observed(prevalence: float) -> tuple[NDArray, NDArray, NDArray]:
    """Return the share of the sick in each group, and its interval."""
    _, (healthy, sick) = _groups()
    shares = sick * prevalence / (sick * prevalence + healthy * (100 - prevalence))
    low, high = np.quantile(shares[1:], [0.025, 0.975], axis=0)
    return shares[0], low, high


@cache
def _predicted(prevalence: float, weight: float) -> NDArray:
    """Return the mean prediction in each group, over its patients as they would come at this prevalence."""
    _, held_out = _patients()
    sick = held_out.malignant.mean()
    counted = np.where(held_out.malignant == 1, prevalence / sick, (100 - prevalence) / (1 - sick))
    return np.array(
        [
            np.average(_probability(textures, prevalence, weight), weights=counted[np.isin(held_out.texture, textures)])
            for textures in _groups()[0]
        ]
    )


def screening() -> Explorable:
    """A weight moves the answer, a threshold moves the decision; both call the same patients."""
    _, held_out = _patients()
    texture = np.linspace(9, 40, 63)
    spread = np.random.default_rng(0).uniform(0.02, 0.1, len(held_out.texture))
    healthy, sick = held_out.malignant == 0, held_out.malignant == 1

    def crossing(prevalence: float, weight: float, threshold: float) -> float:
        middle, slope = _line(_odds(prevalence, weight))
        return float(np.clip(middle + np.log(threshold / (1 - threshold)) / slope, texture[0], texture[-1]))

    def count(which: int):
        return lambda prevalence, weight, threshold: _counts(prevalence, weight, threshold)[which]

    def cost(prevalence: float, weight: float, threshold: float) -> float:
        _, missed, vain, _ = _counts(prevalence, weight, threshold)
        return MISS * missed + vain

    left = Panel(
        "What the model says",
        Axis("mean texture of the cell nuclei", texture[0], texture[-1]),
        Axis("probability of a malignant tumor", -0.12, 1.12, ticks=[(t, f"{t:g}") for t in (0, 0.25, 0.5, 0.75, 1)]),
        marks=[
            Points(x=held_out.texture[healthy], y=-spread[healthy], color=GRAY, radius=1.8, opacity=0.6),
            Points(x=held_out.texture[sick], y=1 + spread[sick], color=INK, radius=1.8, opacity=0.6),
            Line(
                x=lambda prevalence, weight, threshold: np.full(2, crossing(prevalence, weight, threshold)),
                y=[-0.12, 1.12],
                color=INK,
                width=1,
                dash=True,
            ),
            Line(
                x=[texture[0], texture[-1]], y=lambda threshold: np.full(2, threshold), color=INK, width=1, opacity=0.5
            ),
            Line(
                x=texture,
                y=lambda prevalence, weight: _probability(texture, prevalence, weight),
                color=GREEN,
                width=2.5,
            ),
            Text(x=39.6, y=0.92, text="called →", color=INK, anchor="end"),
            Handle(x=12, y="threshold", color=INK),
        ],
        height=320,
    )
    right = Panel(
        "Is it true?",
        Axis("predicted probability", 0, 1),
        Axis("observed share of malignant tumors", 0, 1),
        marks=[
            Line(x=[0, 1], y=[0, 1], color=GRAY, width=1, dash=True),
            *(
                Line(
                    x=lambda prevalence, weight, k=k: np.full(2, _predicted(prevalence, weight)[k]),
                    y=lambda prevalence, k=k: np.array([edge[k] for edge in _observed(prevalence)[1:]]),
                    color=GREEN,
                    opacity=0.6,
                )
                for k in range(_GROUPS)
            ),
            Points(
                x=_predicted,
                y=lambda prevalence: _observed(prevalence)[0],
                color=GREEN,
                radius=5,
            ),
        ],
        height=320,
    )
    return Explorable(
        "screening",
        title="A weight or a threshold",
        caption="Raise the weight to 19, and see who is called and what becomes of the dots on the right. Then try "
        "weight 1 with a threshold of 0.05. Then both at once.",
        alt="Left: predicted probability of a malignant tumor against mean texture. The curve stays below one half "
        "over almost the whole range, so at a threshold of 0.5 nearly nobody is called, though the malignant tumors, "
        "dots at the top, lie further right than the benign ones at the bottom. Right: observed share against "
        "predicted probability in five groups; the dots lie near the diagonal, all below 0.2.",
        controls=[
            Slider(name="threshold", label="threshold", nodes=_CUTS, default=0.5, decimals=2),
            Slider(name="weight", label="weight of the malignant", nodes=_WEIGHTS, default=1),
            Slider(name="prevalence", label="malignant", unit="%", nodes=_PREVALENCES, default=RARE),
        ],
        panels=[left, right],
        readouts=[
            Readout(
                f"of {PATIENTS:,} patients: {{found:.1f}} found, {{missed:.1f}} missed, {{vain:.1f}} called in vain, "
                f"{{spared:.1f}} spared; cost {MISS} · missed + in vain = {{cost:.1f}}",
                found=count(0),
                missed=count(1),
                vain=count(2),
                spared=count(3),
                cost=cost,
            ),
            Readout(
                "a true 10 % comes out as {weight} · 0.1 / ({weight} · 0.1 + 0.9) = {said:.3f}",
                said=lambda weight: weight * 0.1 / (weight * 0.1 + 0.9),
                color=GREEN,
            ),
            Readout(
                "threshold {threshold} on these answers is threshold {true:.3f} on the truth",
                true=lambda threshold, weight: threshold / (threshold + weight * (1 - threshold)),
                color=GREEN,
            ),
        ],
        presets={
            "weight 19": {"weight": 19, "threshold": 0.5, "prevalence": RARE},
            "threshold 0.05": {"weight": 1, "threshold": 0.05, "prevalence": RARE},
            "both at once": {"weight": 19, "threshold": 0.05, "prevalence": RARE},
            "in the clinic": {"weight": 1, "threshold": 0.5, "prevalence": 37},
        },
        guess=Guess(
            "One lab trains with a weight of 19 and keeps the threshold at 0.5. Another trains without a weight and "
            "calls from 0.05 on. Who finds more of the malignant tumors?",
            {
                "the weight": "It finds as many. What it adds is a model whose probabilities are far too high.",
                "the threshold": "It finds as many, and its probabilities stay true.",
                "neither": "They draw the line at nearly the same texture, so they call nearly the same patients.",
            },
            right="neither",
        ),
    )


# Who pulls on a model that looks for the 8s among the digits.

_STEPS = [0, 10, 100, 1000]
_GAMMAS = [0, 0.5, 1, 1.5, 2, 3, 4, 5]
_EDGES = np.linspace(0, 1, 11)
_EASY = 0.9


@cache
def _eights() -> tuple[NDArray, dict[int, NDArray]]:
    """Return which of the digits to train on are 8s, and their scores after some steps of cross-entropy."""
    pixels, digit = digits()
    pixels, is_eight = thinned(pixels, (digit == 8).astype(int), label=1, share=0.06)
    pixels, is_eight = pixels[::2], is_eight[::2]
    columns = np.column_stack([np.ones(len(pixels)), pixels])
    objective = linear_objective(BinaryCrossEntropy(), columns, is_eight)
    parameters, scores = np.zeros(columns.shape[1]), {}
    for step in range(_STEPS[-1] + 1):
        if step in _STEPS:
            scores[step] = columns @ parameters
        parameters = parameters - 0.3 * objective(parameters)[1]
    return is_eight, scores


@cache
def _right(step: int) -> NDArray:
    """Return the probability of the true class, digit by digit."""
    is_eight, scores = _eights()
    return expit((2 * is_eight - 1) * scores[step])


@cache
def _shares(step: int, gamma: float) -> NDArray:
    """Return each digit's share of all the pull."""
    is_eight, scores = _eights()
    pull = np.abs(BinaryFocal(gamma, alpha=None).gradient(is_eight, scores[step]))
    return pull / pull.sum()


def _in_bins(step: int, weights: NDArray) -> NDArray:
    return np.histogram(_right(step), _EDGES, weights=weights)[0]


def gamma_shares() -> Explorable:
    """Gamma decides how much of the gradient belongs to digits that are right already."""
    is_eight, _ = _eights()
    n = len(is_eight)
    middle = (_EDGES[:-1] + _EDGES[1:]) / 2
    p = np.linspace(0.001, 0.999, 101)
    score = np.log(p / (1 - p))

    def pull(gamma: float, at: NDArray = score) -> NDArray:
        return -BinaryFocal(gamma, alpha=None).gradient(np.ones_like(at), at)

    def one(probability: float):
        where = np.array([np.log(probability / (1 - probability))])
        return lambda gamma: float(pull(gamma, where)[0])

    left = Panel(
        "One digit",
        Axis("probability of its true class", 0, 1),
        Axis("pull", 0, 1.3),
        marks=[
            Line(x=p, y=1 - p, color=GREEN, width=1.5, dash=True, label="γ = 0", label_at=0.78),
            Line(x=p, y=pull, color=PURPLE, width=3),
            Points(x=[0.1, _EASY], y=lambda gamma: [one(0.1)(gamma), one(_EASY)(gamma)], color=PURPLE, radius=5),
        ],
        height=290,
    )
    right = Panel(
        f"All {n} digits",
        Axis("probability of its true class", 0, 1),
        Axis("share", 0, 1),
        marks=[
            Bars(
                x=middle - 0.022, y=lambda step: _in_bins(step, np.full(n, 1 / n)), width=0.04, color=GRAY, opacity=0.7
            ),
            Bars(
                x=middle + 0.022, y=lambda step, gamma: _in_bins(step, _shares(step, gamma)), width=0.04, color=PURPLE
            ),
            Text(x=0.3, y=0.94, text="of the digits", color=GRAY),
            Text(x=0.3, y=0.86, text="of the pull", color=PURPLE),
        ],
        height=290,
    )

    def easy(step: int, gamma: float) -> float:
        return float(_shares(step, gamma)[_right(step) > _EASY].sum())

    return Explorable(
        "gamma-shares",
        title="Who owns the gradient",
        caption="Slide γ up from 0, and watch the purple bar at the right end. Then go back to step 0, where all "
        "scores are equal, and try again.",
        alt=f"Left: pull of one digit against the probability of its true class, a falling straight line for gamma 0. "
        f"Right: after 10 steps of training, most of {n} digits have a probability above 0.9 for their true class, a "
        "tall gray bar; they own about half of the pull, and the few digits below 0.1 most of the rest.",
        controls=[
            Slider(name="gamma", label="γ", nodes=_GAMMAS, default=0, decimals=1),
            Slider(name="step", label="after step", nodes=_STEPS, default=10),
        ],
        panels=[left, right],
        readouts=[
            Readout(
                "one digit: right at 0.9 it pulls with {easy:.4f}, at 0.1 with {hard:.4f}, {times:.0f} times as hard",
                easy=one(_EASY),
                hard=one(0.1),
                times=lambda gamma: one(0.1)(gamma) / one(_EASY)(gamma),
                color=PURPLE,
            ),
            Readout(
                "above 0.9: {count:.1%} of the digits, {easy:.1%} of the pull",
                count=lambda step: float((_right(step) > _EASY).mean()),
                easy=easy,
                color=PURPLE,
                after_guess=True,
            ),
            Readout(
                "the 8s: {count:.1%} of the digits, {eights:.1%} of the pull",
                count=lambda: float(is_eight.mean()),
                eights=lambda step, gamma: float(_shares(step, gamma)[is_eight == 1].sum()),
            ),
        ],
        presets={
            "γ = 2": {"gamma": 2, "step": 10},
            "before training": {"gamma": 2, "step": 0},
            "trained": {"gamma": 2, "step": 1000},
        },
        guess=Guess(
            "After 10 steps with cross-entropy, 84 % of the digits are right with more than 0.9. How much of the "
            "pull belongs to them?",
            {
                "about 5 %": "Each pulls weakly, and there are hundreds of them. With γ at 1 it is about a tenth.",
                "about half": "A crowd of weak pulls weighs as much as the few mistakes.",
                "more than 84 %": "They would have to pull harder than the mistakes. Each pulls with less than 0.1.",
            },
            right="about half",
        ),
    )
