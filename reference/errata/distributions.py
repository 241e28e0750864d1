"""Losses from distributions."""

import numpy as np
from scipy.special import expit, rel_entr

from lossbook import CategoricalCrossEntropy, KLDivergence
from reference.errata.entry import Erratum
from reference.errata.measure import number, row


def divergence() -> str:
    def kl(p, q):
        return np.sum(rel_entr(p, q))

    p, q = np.array([0.5, 0.5]), np.array([0.9, 0.1])
    far = np.array([0.99, 0.01])
    target, scores = np.array([[0.6, 0.1, 0.3]]), np.array([[-1.0, 1.0, 0.5]])
    pulls = [loss.gradient(target, scores)[0] for loss in (KLDivergence(), CategoricalCrossEntropy())]
    zero = np.array([0.0, 1.0])
    return (
        f"From `[0.5, 0.5]` to `[0.9, 0.1]` it is {kl(p, q):.3f}, back {kl(q, p):.3f}. From `[0.5, 0.5]` to"
        f" `[0.99, 0.01]` it is {kl(p, far):.3f}, more than the {kl(p, q) + kl(q, far):.3f} by way of `[0.9, 0.1]`. For"
        f" given scores the gradients are {row(pulls[0])} and, with cross-entropy, {row(pulls[1])}; and the formula as"
        f" it stands makes {number(np.sum(zero * np.log(zero / p)))} of a probability of 0, where {number(kl(zero, p))}"
        " is right."
    )


def uncertainty_for_free() -> str:
    rng = np.random.default_rng(1)

    def patients(n):
        x = rng.normal(size=(n, 20))
        return x, (rng.random(n) < expit(1.5 * x[:, 0])).astype(float)

    (x, y), (new_x, new_y) = patients(60), patients(2000)
    w = np.zeros(20)
    for _ in range(2000):
        w += 0.5 * x.T @ (y - expit(x @ w)) / len(y)
    p = expit(new_x @ w)
    right, sure = np.mean((p > 0.5) == new_y), np.mean(np.maximum(p, 1 - p))
    return (
        f"A logistic regression on 60 samples of 20 inputs, trained by cross-entropy, is right for {100 * right:.1f} %"
        f" of new samples and {100 * sure:.1f} % sure on average. A line for the mean and one for the variance of 200"
        f" samples, trained by the Gaussian loss, {_last_loss(False)}; with the logarithm of the variance, the training"
        f" {_last_loss(True)}."
    )


def _last_loss(log_variance: bool) -> str:
    """Train a mean and a variance that is raw or a logarithm, and say where the loss ends."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    y = x + 0.3 * np.exp(0.5 * x) * rng.normal(size=200)
    inputs = np.stack([np.ones_like(x), x], axis=1)

    mean, spread = np.zeros(2), np.array([0.0 if log_variance else 1.0, 0.0])
    for _ in range(2000):
        raw = inputs @ spread
        variance = np.exp(raw) if log_variance else raw
        residual = inputs @ mean - y
        loss = np.mean(np.log(2 * np.pi * variance) + residual**2 / variance) / 2
        by_raw = (1 - residual**2 / variance) / (2 if log_variance else 2 * variance)
        mean -= 0.02 * inputs.T @ (residual / variance) / len(y)
        spread -= 0.02 * inputs.T @ by_raw / len(y)
        if np.isnan(loss):
            return "turns to NaN when a variance falls below 0"
    return f"ends at {loss:.3f}"


ERRATA = (
    Erratum(
        id="E23",
        severity="D",
        title="The KL divergence as a costly distance",
        where="003, guide to classification losses",
        says="It measures the distance of two distributions and is expensive.",
        right=(
            "It has a direction and no triangle inequality. It is cross-entropy less a constant, with the same gradient"
            " and at the same cost."
        ),
        evidence=divergence,
    ),
    Erratum(
        id="E25",
        severity="D",
        title="Uncertainty for free",
        where="003, interpretation of probabilistic losses, Gaussian negative log-likelihood",
        says="A probabilistic loss gives well-founded uncertainties; the scale is whatever the model puts out.",
        right=(
            "Check the probabilities on new data: an overfitted model is too sure of them. Predict the logarithm of the"
            " variance, which may have any value."
        ),
        evidence=uncertainty_for_free,
    ),
)
