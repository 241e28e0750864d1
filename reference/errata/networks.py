"""A network by hand

Both classes are NumPy: a dropout layer, and a network of one hidden layer that uses it.
"""

import numpy as np
from numpy.typing import NDArray

from reference.errata.attempts import failure
from reference.errata.entry import Erratum
from reference.errata.measure import slopes


class _BareDropout:
    """Dropout as in the source: it takes any rate, and only a forward pass in training sets the mask."""

    def __init__(self, rate: float) -> None:
        self.rate, self.mask, self.random = rate, None, np.random.default_rng(0)

    def forward(self, x: NDArray, training: bool = True) -> NDArray:
        if not training:
            return x
        self.mask = (self.random.random(x.shape) > self.rate) / (1 - self.rate)
        return x * self.mask

    def backward(self, upstream: NDArray) -> NDArray:
        return upstream * self.mask


def _dropout_edges() -> str:
    ones = np.ones((100, 100))
    mean = np.mean(_BareDropout(0.5).forward(ones))
    assert np.isnan(_BareDropout(1.0).forward(ones)).all()
    fresh, used = _BareDropout(0.5), _BareDropout(0.5)
    fresh.forward(ones, training=False)
    refused = failure(lambda: fresh.backward(ones))
    used.forward(ones)
    used.forward(ones, training=False)
    stale = np.unique(used.backward(ones))
    return (
        f"At a rate of 0.5 the mean of a layer of ones stays at {mean:.2f}; at a rate of 1 every entry is "
        "NaN. After a forward pass in evaluation, which changes nothing, the gradient should pass with "
        f"factor 1: a new layer raises `{refused}`, and one that has trained before multiplies by its old mask of "
        f"{stale[0]:.0f} and {stale[1]:.0f}."
    )


def _forward(x: NDArray, first: NDArray, second: NDArray) -> tuple[NDArray, NDArray]:
    hidden = np.maximum(x @ first, 0)
    return hidden, hidden @ second


def _bare_gradients(x: NDArray, y: NDArray, first: NDArray, second: NDArray) -> tuple[NDArray, NDArray]:
    """Backpropagation from the error itself, which the source takes for the gradient of the MSE."""
    hidden, output = _forward(x, first, second)
    pull = output - y
    back = pull @ second.T * (hidden > 0)
    return x.T @ back / len(x), hidden.T @ pull / len(x)


def _ratio_to_mse() -> str:
    ratios = {}
    for outputs in (1, 2, 3):
        random = np.random.default_rng(0)
        x, y, first = random.normal(size=(20, 4)), random.normal(size=(20, outputs)), random.normal(size=(4, 6))
        second = random.normal(size=(6, outputs))

        def mse(flat: NDArray, x: NDArray = x, y: NDArray = y) -> float:
            return np.mean((_forward(x, flat[:24].reshape(4, 6), flat[24:].reshape(6, -1))[1] - y) ** 2)

        written = np.concatenate([gradient.ravel() for gradient in _bare_gradients(x, y, first, second)])
        measured = slopes(mse, np.concatenate([first.ravel(), second.ravel()]))
        ratios[outputs] = np.vdot(written, measured) / np.vdot(measured, measured)
        np.testing.assert_allclose(written, ratios[outputs] * measured, atol=1e-6)  # the same factor for every weight
    return (
        "Written gradient over finite difference of the mean squared error, the same for every weight of both layers: "
        + ", ".join(f"{ratio:.2f} with {k} output{'s' * (k > 1)}" for k, ratio in ratios.items())
        + "."
    )


def _risks(scales: tuple[float, float], steps: int = 1000) -> list[float]:
    """Return the MSE before each step of gradient descent, from normal weights of these standard deviations."""
    random = np.random.default_rng(0)
    x = random.normal(size=(200, 4))
    y = x @ np.array([[3.0], [-2.0], [1.0], [0.5]])
    weights = [scales[0] * random.normal(size=(4, 32)), scales[1] * random.normal(size=(32, 1))]
    risks = []
    for _ in range(steps):
        risks.append(np.mean((_forward(x, *weights)[1] - y) ** 2))
        for weight, gradient in zip(weights, _bare_gradients(x, y, *weights), strict=True):
            weight -= 0.01 * gradient
    return risks


def _shapes_and_start() -> str:
    random = np.random.default_rng(0)
    x, first, second = random.normal(size=(8, 4)), random.normal(size=(4, 6)), random.normal(size=(6, 1))
    refused = failure(lambda: _bare_gradients(x, np.zeros(8), first, second))
    tiny, he = _risks((0.01, 0.01)), _risks((np.sqrt(2 / 4), np.sqrt(2 / 32)))
    halved = [next(step for step, risk in enumerate(risks) if risk < risks[0] / 2) for risks in (tiny, he)]
    return (
        f"With a target of shape `(8,)` the difference becomes an 8 by 8 matrix, and the backward pass ends in "
        f"`{refused}`. On a linear target, gradient descent from weights of size 0.01 has an MSE of {tiny[0]:.1f} at "
        f"the start, {tiny[50]:.1f} after 50 steps, and needs {halved[0]} steps to halve it; from He's weights these "
        f"are {he[0]:.1f}, {he[50]:.1f} and {halved[1]}."
    )


ERRATA = (
    Erratum(
        id="E38",
        severity="C",
        title="Dropout at its edges",
        where="003, dropout as implicit regularization",
        says=(
            "The layer multiplies by `(rand > p) / (1 - p)`, takes any `p`, and keeps the mask of the last training "
            "pass. (The comparison is right: a share $1 - p$ is kept.)"
        ),
        right=(
            "Refuse $p = 1$, where the mask is 0/0, and reset the mask in evaluation, where the gradient passes whole."
        ),
        evidence=_dropout_edges,
    ),
    Erratum(
        id="E39",
        severity="A",
        title="The network's gradient is not that of the MSE",
        where="003, network with dropout, backward pass",
        says="`y_pred - y`, divided by the number of rows $m$, with a comment that calls it the gradient of the MSE.",
        right=(
            "The mean over all $m k$ entries has the gradient $\\frac{2}{mk}(\\hat y - y)$. What is written belongs to "
            "half the squared error, summed over outputs and averaged over rows: $k/2$ times as large."
        ),
        evidence=_ratio_to_mse,
    ),
    Erratum(
        id="E40",
        severity="C",
        title="A network without checks, with a poor start",
        where="003, network with dropout",
        says=(
            "The target's shape is not checked, all weights start at 0.01 times a standard normal, and no loop trains "
            "it."
        ),
        right=(
            "Ask for targets as columns, start a ReLU layer with $n$ inputs at a standard deviation of $\\sqrt{2/n}$ "
            "(He), and show the loop."
        ),
        evidence=_shapes_and_start,
    ),
)
