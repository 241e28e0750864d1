"""The live figures of the page on softmax."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from lossbook import CategoricalCrossEntropy, SparseCategoricalCrossEntropy
from lossbook.datasets import digits
from lossbook.explorable import (
    Arrows,
    Axis,
    Bars,
    Choice,
    Explorable,
    Guess,
    Handle,
    Heatmap,
    Line,
    Panel,
    Points,
    Readout,
    Slider,
    Text,
)
from lossbook.explorable.marks import Mark
from lossbook.explorable.text import MINUS
from lossbook.plots import GRAY, GREEN, INK

LOSS = CategoricalCrossEntropy()


# Three probabilities in a triangle.

TOP = np.sqrt(3) / 2
CORNERS = np.array([[0.5, TOP], [0.0, 0.0], [1.0, 0.0]])  # all to the first, second, third class
LABELS = {
    "the first": np.array([1.0, 0.0, 0.0]),
    "the first, smoothed by 0.3": np.array([0.8, 0.1, 0.1]),
    "the first or the second": np.array([0.5, 0.5, 0.0]),
}
LEVELS = (0.25, 0.5, 1.0, 2.0, 3.0)
DIRECTIONS = np.linspace(0, 2 * np.pi, 73)
STEP = 0.8  # of the scores, in the direction of steepest descent


def _shares(share: float, split: float) -> NDArray:
    """Return the three probabilities: the first one, and how the rest is split between the others."""
    return np.array([share, (1 - share) * split, (1 - share) * (1 - split)])


def _cost(y: NDArray, p: NDArray) -> NDArray:
    """Return the loss of probabilities: that of their logarithms as scores."""
    p = np.atleast_2d(p)
    return LOSS.value(np.broadcast_to(y, p.shape), np.log(p))


def _pull(y: NDArray, p: NDArray) -> NDArray:
    return LOSS.gradient(y[None], np.log(p)[None])[0]


def _moved(p: NDArray, pull: NDArray) -> NDArray:
    """Return the probabilities after one step on the scores."""
    return LOSS.predict((np.log(p) - STEP * pull)[None])[0]


@cache
def _contour(label: str, level: float) -> NDArray:
    """Return the line of one loss in the triangle, along rays from the label, where the loss is lowest."""
    y = LABELS[label]
    plane = np.stack([np.cos(DIRECTIONS), np.sin(DIRECTIONS)], axis=1)
    ray = plane @ np.linalg.pinv(CORNERS - CORNERS.mean(axis=0))  # in probabilities, which keep their sum
    with np.errstate(divide="ignore"):
        edge = np.min(np.where(ray < -1e-12, -y / ray, np.inf), axis=1)
    low, high = np.zeros_like(edge), edge
    for _ in range(40):  # along a ray the loss rises
        middle = (low + high) / 2
        p = np.clip(y + middle[:, None] * ray, 1e-300, None)
        is_below = _cost(y, p) < level
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return (y + low[:, None] * ray) @ CORNERS


def _lines() -> list[Mark]:
    """Return the lines of equal loss, each with its loss where it is furthest to the right."""

    def end(label: str, level: float) -> NDArray:
        contour = _contour(label, level)
        return contour[contour[:, 0].argmax()]

    def name(label: str, level: float) -> str:
        y = LABELS[label]
        return f"{level:g}" if _cost(y, np.clip(y, 1e-300, None)) < level else ""

    return [
        mark
        for level in LEVELS
        for mark in (
            Line(
                x=lambda label, level=level: _contour(label, level)[:, 0],
                y=lambda label, level=level: _contour(label, level)[:, 1],
                color=GREEN,
                width=1,
                opacity=0.6,
            ),
            Text(
                x=lambda label, level=level: end(label, level)[0] + 0.02,
                y=lambda label, level=level: end(label, level)[1] + 0.01,
                text=lambda label, level=level: name(label, level),
                color=GREEN,
                anchor="start",
            ),
        )
    ]


def triangle() -> Explorable:
    """A point in the triangle of three probabilities, how hard its label pulls, and where one step takes it."""
    spread = [_shares(share, split) for share in (0.1, 0.3, 0.5, 0.7) for split in (0.12, 0.5, 0.88)]
    start = np.array(spread) @ CORNERS

    def place(share: float, split: float) -> NDArray:
        return _shares(share, split) @ CORNERS

    @cache
    def field(label: str) -> NDArray:
        return np.array([_moved(p, _pull(LABELS[label], p)) for p in spread]) @ CORNERS - start

    @cache
    def loss_and_pull(share: float, split: float, label: str) -> tuple[float, NDArray]:
        scores = np.log(_shares(share, split))
        value, gradient = LOSS.value_and_gradient(LABELS[label][None], scores[None])
        return float(value[0]), gradient[0]

    def loss(share: float, split: float, label: str) -> float:
        return loss_and_pull(share, split, label)[0]

    def pull(share: float, split: float, label: str) -> NDArray:
        return loss_and_pull(share, split, label)[1]

    @cache
    def step(share: float, split: float, label: str) -> NDArray:
        p = _shares(share, split)
        return (_moved(p, pull(share, split, label)) - p) @ CORNERS

    def part(k: int) -> Callable[..., float]:
        # Many lie halfway between two numbers with two decimals, where the last bit would decide which is printed.
        return lambda share, split, label: round(float(pull(share, split, label)[k]), 9)

    def terms(label: str) -> str:
        return " + ".join(
            f"{weight:g} · log p{name}" for weight, name in zip(LABELS[label], "₁₂₃", strict=True) if weight
        )

    classes = [1, 2, 3]
    named = Axis("class", 0.4, 3.6, ticks=[(k, str(k)) for k in classes])
    return Explorable(
        "triangle",
        title="Three probabilities, one point",
        caption="Drag the point: the nearer to a corner, the more probable that class. The long arrow is the "
        "negative pull on the three scores; the green arrow is where one step on the scores moves the probabilities.",
        alt="Left: a triangle whose corners are three classes, with lines of equal loss for a label that is the first "
        "class; they run level across the triangle, and the loss rises from 0 at the top. The point lies near the "
        "second corner. A long arrow leads from it to the top corner, a short one shows how far one step moves it. "
        "Right: the pulls on the three scores as bars, about -0.9 for the first, 0.81 for the second and 0.09 for the "
        "third.",
        controls=[
            Slider(name="share", label="p₁, of the first class", nodes=np.arange(1, 60) / 60, default=0.1, decimals=2),
            Slider(
                name="split",
                label="share of the rest for the second",
                nodes=np.arange(1, 20) / 20,
                default=0.9,
                decimals=2,
            ),
            Choice(name="label", label="the label is", options=list(LABELS)),
        ],
        panels=[
            Panel(
                "The triangle of probabilities",
                Axis("from the second class to the third", -0.12, 1.12, ticks=[]),
                Axis("p₁", -0.12, 1.0, ticks=[(TOP * share, f"{share:g}") for share in (0, 0.5, 1)]),
                marks=[
                    *_lines(),
                    Line(x=CORNERS[[0, 1, 2, 0], 0], y=CORNERS[[0, 1, 2, 0], 1], color=GRAY, width=1.5),
                    Text(x=0.5, y=0.92, text="first"),
                    Text(x=0.0, y=-0.08, text="second"),
                    Text(x=1.0, y=-0.08, text="third"),
                    Arrows(
                        x=start[:, 0],
                        y=start[:, 1],
                        dx=lambda label: field(label)[:, 0],
                        dy=lambda label: field(label)[:, 1],
                        color=GRAY,
                        width=1,
                        after_guess=True,
                    ),
                    Arrows(
                        x=lambda share, split: place(share, split)[:1],
                        y=lambda share, split: place(share, split)[1:],
                        dx=lambda share, split, label: (LABELS[label] @ CORNERS - place(share, split))[:1],
                        dy=lambda share, split, label: (LABELS[label] @ CORNERS - place(share, split))[1:],
                        color=INK,
                        after_guess=True,
                    ),
                    Arrows(
                        x=lambda share, split: place(share, split)[:1],
                        y=lambda share, split: place(share, split)[1:],
                        dx=lambda share, split, label: step(share, split, label)[:1],
                        dy=lambda share, split, label: step(share, split, label)[1:],
                        color=GREEN,
                        width=4,
                        after_guess=True,
                    ),
                    Handle(
                        x=lambda share, split: place(share, split)[0],
                        y=lambda share, split: place(share, split)[1],
                        moves=("share", "split"),
                        color=GREEN,
                    ),
                ],
                height=330,
                description="three probabilities as a point, lines of equal loss, the pull, and one step",
            ),
            Panel(
                "The pull on each score",
                named,
                Axis("p − y", -1.1, 1.1),
                marks=[
                    Bars(x=classes, y=pull, color=GREEN, width=0.6, after_guess=True),
                    Line(x=[0.4, 3.6], y=[0, 0], color=GRAY, width=1),
                ],
                height=330,
                description="the derivative of the loss with respect to each score",
            ),
        ],
        readouts=[
            Readout(f"loss = {MINUS}({{terms}}) = {{loss:.2f}}", color=GREEN, terms=terms, loss=loss),
            Readout(
                "p = ({share}, {second:.2f}, {third:.2f})",
                second=lambda share, split: _shares(share, split)[1],
                third=lambda share, split: _shares(share, split)[2],
            ),
            Readout(
                "pull p − y = ({one:.2f}, {two:.2f}, {three:.2f}); the three always sum to 0",
                one=part(0),
                two=part(1),
                three=part(2),
                after_guess=True,
            ),
        ],
        presets={
            "no idea: log 3": {"share": 20 / 60, "split": 0.5},
            "sure and right": {"share": 59 / 60, "split": 0.5},
            "sure and wrong": {"share": 1 / 60, "split": 0.95},
            "smoothed": {"share": 59 / 60, "split": 0.5, "label": "the first, smoothed by 0.3"},
        },
        guess=Guess(
            "The label is the first class. Where is the pull on the first score strongest?",
            {
                "At the top, at the label": "There the pull is p − y = 0. Nothing is left to correct.",
                "In the middle": "There it is −⅔. It grows stronger the lower the point is.",
                "Along the bottom edge": "The pull on the first score is p₁ − 1, so it is strongest where p₁ is "
                "nearest to 0. The arrow shows all three pulls, and is longest from the two lower corners.",
            },
            right="Along the bottom edge",
        ),
    )


# One digit, its temperature and its label.


DIGITS = {"a 3, doubtful": 446, "a 2, clear": 570, "a 2, taken for a 1": 77}


@cache
def _scores_of_digits() -> dict[str, NDArray]:
    """Return ten scores for each digit, from the page's model, fitted to the four fifths of the data without them."""
    pixels, digit = digits()
    folds = KFold(5, shuffle=True, random_state=0).split(pixels)
    train = next(train for train, test in folds if np.isin(list(DIGITS.values()), test).all())
    model = LogisticRegression(C=10, tol=1e-7, max_iter=2000).fit(pixels[train], digit[train])
    scores = model.decision_function(pixels[list(DIGITS.values())])
    return dict(zip(DIGITS, scores.round(1), strict=True))  # few digits, so that they are the same everywhere


SMOOTHINGS = np.round(np.arange(0, 0.51, 0.05), 2)
TEMPERATURES = np.round(np.arange(0.2, 5.01, 0.1), 1)
MOST = 4.0


def temperature() -> Explorable:
    """The ten scores of one digit, divided by a temperature, against its label, smoothed or not."""
    pixels, digit = digits()
    classes = np.arange(10)

    def scores(which: str) -> NDArray:
        return _scores_of_digits()[which]

    def label(which: str, smoothing: float) -> NDArray:
        return (1 - smoothing) * np.eye(10)[digit[DIGITS[which]]] + smoothing / 10

    @cache
    def curve(which: str, smoothing: float) -> NDArray:
        y = np.eye(10)[[digit[DIGITS[which]]] * len(TEMPERATURES)]
        return CategoricalCrossEntropy(smoothing).value(y, scores(which) / TEMPERATURES[:, None])

    def cost(which: str, smoothing: float, t: float) -> float:
        return curve(which, smoothing)[TEMPERATURES.searchsorted(t)]

    @cache
    def probability(which: str, t: float) -> NDArray:
        return LOSS.predict(scores(which)[None] / t)[0]

    def leads(which: str, t: float) -> str:
        own = digit[DIGITS[which]]
        z = scores(which) / t
        return ", ".join(f"{lead:.1f}".replace("-", MINUS) for lead in np.sort(z[own] - np.delete(z, own)))

    def asked(smoothing: float) -> str:
        return f"{np.log((1 - 0.9 * smoothing) / (0.1 * smoothing)):.2f}" if smoothing else "∞"

    def lowest(which: str, smoothing: float) -> str:
        values = curve(which, smoothing)
        best = int(values.argmin())
        if best in (0, len(values) - 1):
            return f"lowest at the {'hot' if best else 'cold'} end"
        return f"lowest near T = {TEMPERATURES[best]:.1f}"

    return Explorable(
        "temperature",
        title="How sure about one digit?",
        caption="Lower the temperature, and the highest score takes all. Then smooth the label, and look where the "
        "loss is lowest.",
        alt="Left: the image of a handwritten 3 and its ten probabilities as bars, 0.59 for a 3 and 0.32 for a 9. "
        "Right: the loss of this digit against the temperature, which rises from nearly 0 at 0.2 to 1.5 at 5.",
        controls=[
            Choice(name="which", label="digit", options=list(DIGITS)),
            Slider(name="t", label="temperature T", nodes=TEMPERATURES, default=1, decimals=1),
            Slider(name="smoothing", label="label smoothing s", nodes=SMOOTHINGS, default=0, decimals=2),
        ],
        panels=[
            Panel(
                "Its probabilities (bars), its label (rings)",
                Axis("class", -0.7, 14.7, ticks=[(k, str(k)) for k in classes]),
                Axis("softmax(z / T)", 0, 1.05),
                marks=[
                    Heatmap(
                        z=lambda which: pixels[DIGITS[which]].reshape(8, 8)[::-1],
                        x_limits=(10.5, 14.3),
                        y_limits=(0.5, 0.97),
                        z_limits=(0, 1),
                    ),
                    Bars(x=classes, y=probability, color=GREEN, width=0.7, opacity=0.7),
                    Points(x=classes, y=label, color=INK, radius=4, hollow=True),
                ],
                height=260,
                description="the digit, its ten probabilities, and the label that they are compared with",
            ),
            Panel(
                "The loss of this digit",
                Axis("temperature T", 0, 5),
                Axis("loss", 0, MOST),
                marks=[
                    Line(
                        x=TEMPERATURES,
                        y=lambda which: curve(which, 0.0),
                        color=GREEN,
                        width=1.5,
                        dash=True,
                        opacity=0.6,
                    ),
                    Line(x=TEMPERATURES, y=curve, color=GREEN, width=3, after_guess=True),
                    Handle(x="t", y=cost, color=GREEN, after_guess=True),
                ],
                height=260,
                description="loss against temperature, dashed without smoothing",
            ),
        ],
        readouts=[
            Readout(
                "loss at *T* = {t}, *s* = {smoothing}: {cost:.3f}; {lowest}",
                color=GREEN,
                cost=cost,
                lowest=lowest,
                after_guess=True,
            ),
            Readout(
                "highest probability: {top:.1%}, of the label's class: {own:.1%}",
                top=lambda which, t: probability(which, t).max(),
                own=lambda which, t: probability(which, t)[digit[DIGITS[which]]],
            ),
            Readout(
                "the label's class leads the others by {leads}; best for this label: {asked}",
                leads=leads,
                asked=asked,
                after_guess=True,
            ),
        ],
        presets={
            "cold": {"t": 0.3},
            "cold, and wrong": {"which": "a 2, taken for a 1", "t": 0.3},
            "warm, and wrong": {"which": "a 2, taken for a 1", "t": 4},
            "smoothed": {"smoothing": 0.1},
        },
        guess=Guess(
            "This digit is classified right, and its label is not smoothed. At which temperature is its loss lowest?",
            {
                "At 1": "There is nothing special about the scores as they are: doubled, they cost less still.",
                "The lower, the better": "Divided by a small T the gaps grow, the probability of the label goes to 1, "
                "and the loss to 0 without ever reaching it. Smoothing puts an end to that.",
                "The higher, the better": "A high temperature makes all ten alike, and the loss goes to log 10.",
            },
            right="The lower, the better",
        ),
    )


# Three scores plus a constant.

SCORES = np.array([2.0, 1.0, -1.0])
CONSTANTS = np.arange(-20, 14.5, 0.5)


def _exp(z: NDArray) -> NDArray:
    """Return exponentials in half precision, rounded from double: NumPy's own differ between processors."""
    with np.errstate(over="ignore"):
        return np.exp(z).astype(np.float16)


@cache
def _by_formula(c: float) -> NDArray:
    """Return the softmax of the scores plus a constant by its formula, in half precision."""
    with np.errstate(over="ignore", invalid="ignore"):
        e = _exp(SCORES + c)
        return (e / (e[0] + e[1] + e[2])).astype(float)


def _loss_by_formula(c: float) -> float:
    with np.errstate(divide="ignore"):
        return float(-np.log(_by_formula(c)[0]))


def constant() -> Explorable:
    """One constant is added to three scores; softmax by its formula, and with the largest score subtracted."""
    spots = np.array([1.0, 2.0, 3.0])
    stable = SparseCategoricalCrossEntropy().value([0], SCORES[None])[0]
    p = LOSS.predict(SCORES[None])[0]
    fine = np.arange(-20, 14.01, 0.05)
    losses = np.array([_loss_by_formula(c) for c in fine])
    alive = np.isfinite(losses)

    def printed(value: float) -> str:
        return f"{value:.3f}" if np.isfinite(value) else str(value).replace("inf", "∞")

    def exponential(c: float) -> str:
        return f"{float(_exp(SCORES[0] + c)):.2g}".replace("-", MINUS).replace("inf", "∞")

    def quotient(c: float) -> str:
        value = _by_formula(c)[0]
        if np.isnan(value):
            return "∞ / ∞ = nan" if c > 0 else "0 / 0 = nan"
        return printed(value) if value else f"{exponential(c)} / ∞ = 0"

    return Explorable(
        "constant",
        title="Three scores plus a constant",
        caption="Add more and more to all three scores; then subtract. On paper nothing changes. Watch the gray bars "
        "and the gray line on their way to nan, on the left, too.",
        alt="Left: the three probabilities 0.71, 0.26 and 0.04 as bars, in pairs of the same height: softmax by its "
        "formula, and with the largest score subtracted. Right: the loss of the first class against a constant added "
        "to all scores, from -20 to 14. With the largest score subtracted it is a level line at 0.35; by the formula "
        "it follows that line up to about 9 and ends, and below -10 it becomes a staircase that ends at -19.",
        controls=[Slider(name="c", label="added to all three scores", nodes=CONSTANTS, default=0, decimals=1)],
        panels=[
            Panel(
                "Three probabilities, in float16",
                Axis("class", 0.4, 3.6, ticks=[(k, str(int(k))) for k in spots]),
                Axis("probability", 0, 1.05),
                marks=[
                    Bars(
                        x=spots - 0.2,
                        y=lambda c: np.nan_to_num(_by_formula(c)),
                        color=GRAY,
                        width=0.35,
                        opacity=0.7,
                        interpolate=False,
                        after_guess=True,
                    ),
                    Bars(x=spots + 0.2, y=p, color=GREEN, width=0.35, opacity=0.8),
                    Text(
                        x=0.8,
                        y=0.05,
                        text=lambda c: "" if np.isfinite(_by_formula(c)).all() else "nan",
                        color=GRAY,
                        after_guess=True,
                    ),
                ],
                description="the probabilities by the formula in gray, with the largest score subtracted in green",
            ),
            Panel(
                "The loss, if the label is class 1",
                Axis("added to all three scores", -20, 14),
                Axis("loss", 0, 1),
                marks=[
                    Line(
                        x=[-20, 14],
                        y=[stable, stable],
                        color=GREEN,
                        width=4,
                        opacity=0.5,
                        label="largest subtracted",
                        label_at=7,
                    ),
                    Line(
                        x=fine[alive],
                        y=losses[alive],
                        color=GRAY,
                        width=1.5,
                        label="by the formula",
                        label_at=-2,
                        label_below=True,
                        after_guess=True,
                    ),
                    Handle(x="c", y=stable, color=GREEN),
                ],
                description="loss against the constant; by the formula it ends on both sides",
            ),
        ],
        readouts=[
            Readout(
                "by the formula: the largest exponential is {exponential}; p₁ = {quotient}, loss {loss}",
                color=GRAY,
                exponential=exponential,
                quotient=quotient,
                loss=lambda c: printed(_loss_by_formula(c)),
                after_guess=True,
            ),
            Readout(
                f"largest score subtracted: e⁰ / (e⁰ + e⁻¹ + e⁻³) = {p[0]:.3f}, loss {stable:.3f}, whatever is added",
                color=GREEN,
            ),
        ],
        presets={
            "plus 8.5": {"c": 8.5},
            "plus 9": {"c": 9},
            "plus 10": {"c": 10},
            "minus 15": {"c": -15},
            "minus 20": {"c": -20},
        },
        guess=Guess(
            "You add 12 to each of the three scores, in float16. What does softmax by its formula return?",
            {
                "The same three probabilities": "On paper. In float16 nothing is larger than 65,504, and the "
                "exponential of 12 is.",
                "1 for the largest score, 0 for the others": "The exponential of the first two scores overflows, and "
                "that makes their sum infinite.",
                "nan": "The largest exponential and the sum are infinite, and infinity divided by infinity is not a "
                "number.",
            },
            right="nan",
        ),
    )
