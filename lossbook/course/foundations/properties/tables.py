"""The two tables of the page: every loss that it uses, and the values that each of them can have."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook import (
    AbsoluteError,
    BinaryCrossEntropy,
    Expectile,
    GaussianNLL,
    Hinge,
    Huber,
    LaplaceNLL,
    Loss,
    Quantile,
    SquaredError,
    Tukey,
)
from lossbook.plots import BLUE, GRAY, GREEN, ORANGE, PURPLE
from lossbook.tables import in_cell

if TYPE_CHECKING:
    from IPython.display import Markdown

Curve = Callable[[NDArray], NDArray]

SCALE = 0.25  # of both densities in their pictures: small enough for the curves to dip below zero
WIDTH, HEIGHT = 72, 40  # of a picture, in CSS pixels
REACH, LOW, HIGH = 6.0, -1.2, 6.0  # what a picture shows: residuals or scores to both sides, and losses


@dataclass(frozen=True)
class Row:
    """One loss of the page: its name there, its formula as LaTeX, and what it does, in a line."""

    name: str
    words: str
    formula: str
    color: str
    curve: Curve
    """The value against the residual or, for a class, against the score of a sample of class 1."""
    floor: float
    """The lowest value that a sample can have."""
    guess: Callable[[NDArray, NDArray], float]
    """From numbers and from labels 0 and 1 to the mean loss of the best constant."""


def _number(name: str, loss: Loss, words: str, color: str) -> Row:
    """Return the row of a loss of the residual."""

    def curve(r: NDArray) -> NDArray:
        return loss.value(np.zeros_like(r), r)

    def guess(y: NDArray, _: NDArray) -> float:
        return _lowest(lambda constant: loss(y, np.full_like(y, constant)), *np.quantile(y, [0.01, 0.99]))

    return Row(name, words, loss.facts.formula, color, curve, float(curve(np.zeros(1))[0]), guess)


def _label(name: str, curve: Curve, words: str, color: str, formula: str, best: float) -> Row:
    """Return the row of a loss of the score, given for a sample of class 1; class 0 is its mirror image.

    No score is better than `best`.
    """

    def guess(_: NDArray, labels: NDArray) -> float:
        signs = np.where(labels == 1, 1.0, -1.0)
        return _lowest(lambda score: float(np.mean(curve(signs * score))), -10, 10)

    return Row(name, words, formula, color, curve, float(curve(np.array([best]))[0]), guess)


def _density(
    name: str, loss: Loss, words: str, color: str, formula: str, spread: Callable, fit: Callable[[NDArray], tuple]
) -> Row:
    """Return the row of a loss that learns a location and a spread."""

    def curve(r: NDArray) -> NDArray:
        return loss.value(np.zeros_like(r), np.column_stack([r, np.full_like(r, spread(SCALE))]))

    def guess(y: NDArray, _: NDArray) -> float:
        location, scale = fit(y)
        return loss(y, np.tile([location, spread(scale)], (y.size, 1)))

    floor = loss.value([0.0], [[0.0, -np.inf]]).item()
    return Row(name, words, formula, color, curve, floor, guess)


def _mean_distance(y: NDArray) -> float:
    return float(np.mean(np.abs(y - np.median(y))))


_ENTROPY, _HINGE, _SQUARE = BinaryCrossEntropy(), Hinge(), SquaredError()

ROWS = [
    _number("squared error", _SQUARE, "twice the miss, four times the price", BLUE),
    _number("absolute error", AbsoluteError(), "twice the miss, twice the price", ORANGE),
    _number("Huber, δ = 1", Huber(), "half the square, beyond δ straight", GREEN),
    _number("quantile, τ = 0.9", Quantile(tau=0.9), "too low costs nine times as much as too high", ORANGE),
    _number("expectile, τ = 0.9", Expectile(tau=0.9), "as above, with squared misses", BLUE),
    _number("Tukey, c = 4.685", Tukey(), "level beyond c", PURPLE),
    _label(
        "cross-entropy",
        lambda z: _ENTROPY.value(np.ones_like(z), z),
        "minus the log of a probability",
        GREEN,
        r"-\log p = \log(1 + e^{-z})",
        np.inf,
    ),
    _label(
        "squared error of a sigmoid",
        lambda z: _SQUARE.value(np.ones_like(z), _ENTROPY.predict(z)),
        "the missing probability, squared",
        PURPLE,
        "(1 - p)^2",
        np.inf,
    ),
    _label(
        "hinge",
        lambda z: _HINGE.value(np.ones_like(z), z),
        "straight down to margin 1, then zero",
        ORANGE,
        r"\max(0,\; 1 - m)",
        1,
    ),
    _density(
        "Gaussian",
        GaussianNLL(),
        "minus the log of a bell curve",
        BLUE,
        r"\log\sigma + \tfrac12\log 2\pi + r^2 / (2\sigma^2)",
        lambda scale: 2 * np.log(scale),
        lambda y: (np.mean(y), np.std(y)),
    ),
    _density(
        "Laplace",
        LaplaceNLL(),
        "minus the log of a pointed density with longer tails",
        ORANGE,
        r"\log 2b + |r| / b",
        np.log,
        lambda y: (np.median(y), _mean_distance(y)),
    ),
]


def losses_table() -> "Markdown":
    """Return the table of every loss on the page: its curve, a line of words, and its formula."""
    # The formula comes last: it is the widest, and a narrow screen cuts it off until it is scrolled.
    rows = [[row.name, _picture(row), row.words, f"${in_cell(row.formula)}$"] for row in ROWS]
    return _table(["loss", "curve", "in words", "formula"], rows)


def values_table(numbers: ArrayLike, labels: ArrayLike) -> "Markdown":
    """Return the table of the values that each loss can have, and that of the best constant on some data.

    Args:
        numbers: what the losses of a number are tried on.
        labels: 0 and 1, what the losses of a class are tried on.
    """
    data = np.asarray(numbers, dtype=float), np.asarray(labels, dtype=float)
    rows = []
    for row in ROWS:
        floor = f"{row.floor:.3g}" if np.isfinite(row.floor) else "none"
        rows.append([row.name, "yes" if row.floor < 0 else "no", floor, f"{row.guess(*data):.3f}"])
    return _table(["loss", "negative?", "floor", "constant guess"], rows)


def _lowest(mean: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import minimize_scalar

    return float(minimize_scalar(mean, bounds=(low, high), method="bounded", options={"xatol": 1e-9}).fun)


def _picture(row: Row) -> str:
    """Draw a curve as a small image, over a line at zero with a tick in its middle."""
    x = np.linspace(-REACH, REACH, 49)
    y = np.clip(row.curve(x), LOW, 2 * HIGH)  # what is higher than the picture is cut off by its frame
    unit = HEIGHT / (HIGH - LOW)
    points = " ".join(
        f"{across:.1f},{down:.1f}"
        for across, down in zip((x + REACH) * WIDTH / (2 * REACH), (HIGH - y) * unit, strict=True)
    )
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="3" fill="#fff"/>'
        f'<path d="M0 {HIGH * unit:.1f}h{WIDTH}m-{WIDTH / 2:g} 0v4" fill="none" stroke="{GRAY}" stroke-width=".7"/>'
        f'<polyline points="{points}" fill="none" stroke="{row.color}" stroke-width="1.6"/></svg>'
    )
    source = base64.b64encode(drawing.encode()).decode()
    # Pages let no image be wider than its cell, and put space around it.
    return (
        f'<img alt="Curve of {row.name}." width="{WIDTH}" height="{HEIGHT}" style="min-width:{WIDTH}px;margin:0" '
        f'src="data:image/svg+xml;base64,{source}">'
    )


def _table(head: list[str], rows: list[list[str]]) -> "Markdown":
    from IPython.display import Markdown

    # Not by tabulate, which would fill up the cells of a column to the length of its longest picture.
    lines = [head, ["---"] * len(head), *rows]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))
