"""Claims about losses in general."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit

from lossbook import BinaryCrossEntropy, GaussianNLL, Hinge, Quantile, SquaredHinge, Tukey
from reference.errata.entry import Erratum
from reference.errata.measure import number, row, slopes

BCE = BinaryCrossEntropy()


def outliers() -> str:
    costs = [loss.value(1, -500.0) for loss in (Hinge(), BCE, SquaredHinge())]
    return (
        f"At a margin of -500 the hinge costs {costs[0]:.0f}, cross-entropy {costs[1]:.0f} and the squared hinge"
        f" {costs[2]:,.0f}. The slopes by the score are {abs(Hinge().gradient(1, -500.0)):.0f},"
        f" {abs(BCE.gradient(1, -500.0)):.0f} and {abs(SquaredHinge().gradient(1, -500.0)):,.0f}; Tukey's loss at a"
        f" residual of 500 has {number(Tukey().gradient(0, 500.0))}."
    )


def below_zero() -> str:
    import keras

    loss = GaussianNLL()
    at_the_target = [float(loss.value(0.0, [0.0, 2 * np.log(scale)])) for scale in (0.1, 1e-6)]
    ten = np.float32([10])
    poisson = float(keras.losses.poisson(ten, ten))
    cosine = float(keras.losses.cosine_similarity(np.float32([3, 4]), np.float32([3, 4])))
    soft = minimize_scalar(lambda z: float(BCE.value(0.9, z)))
    return (
        f"A Gaussian that hits its target has {at_the_target[0]:.3f} at a scale of 0.1 and {at_the_target[1]:.2f} at"
        f" `1e-6`. Keras gives a perfect prediction of 10 counts {poisson:.2f} and a perfect direction {cosine:.0f}."
        f" And cross-entropy with the label 0.9 has its minimum, {soft.fun:.4f}, at a probability of"
        f" {expit(soft.x):.3f}."
    )


def convexity() -> str:
    def network(a, b):
        return (1 - a * b) ** 2

    z = np.linspace(-8, 8, 1601)

    def bend(curve):
        return np.min(np.diff(curve(z), 2)) / (z[1] - z[0]) ** 2

    return (
        f"$(1 - ab)^2$ is {network(1, 1)} at $(1, 1)$ and at $(-1, -1)$ and {network(0, 0)} halfway. For scores from"
        f" -8 to 8, the second difference quotient of $(1 - \\sigma(z))^2$ goes down to"
        f" {number(bend(lambda z: (1 - expit(z)) ** 2), 2)}, that of Tukey's loss to"
        f" {number(bend(lambda z: Tukey().value(np.zeros_like(z), z)), 2)}; that of cross-entropy stays above 0, at"
        f" {number(bend(lambda z: BCE.value(np.ones_like(z), z)), 2)}."
    )


def kinks() -> str:
    def sides(loss, y, at):
        here = loss.value(y, at)
        return [float((loss.value(y, at + move) - here) / move) for move in (-1e-6, 1e-6)]

    targets, constant, seen = np.array([0, 1, 1, 3]), 5.0, []
    for _ in range(200):
        constant -= 0.3 * np.mean(np.sign(constant - targets))
        seen.append(np.mean(np.abs(constant - targets)))
    return (
        f"The slopes left and right are {row(sides(Hinge(), 1, 1.0), 2)} for the hinge at a margin of 1, and"
        f" {row(sides(Quantile(0.9), 0, 0.0), 2)} for the loss of the 0.9-quantile at 0. A constant fitted to 0, 1, 1"
        f" and 3 by absolute error, with a fixed step along the subgradient, goes from a loss of {seen[0]:.3f} to"
        f" between {min(seen[-50:]):.3f} and {max(seen[-50:]):.3f}; the best is {np.mean(np.abs(1 - targets)):.3f}."
    )


def saturation() -> str:
    def squared(z):
        return (1 - expit(z)) ** 2

    def trained(gradient):
        z = -10.0
        for _ in range(2000):
            z -= 0.5 * gradient(z)
        return expit(z)

    bounded = trained(lambda z: -2 * expit(z) * (1 - expit(z)) ** 2)
    unbounded = trained(lambda z: BCE.gradient(1, z))
    return (
        f"At a score of -10 with label 1, the slope of the bounded $(1 - \\sigma(z))^2$ is"
        f" {number(slopes(squared, -10.0), 2)} and that of cross-entropy {BCE.gradient(1, -10.0):.5f}. After 2,000"
        f" steps from there at a learning rate of 0.5, the probability is {number(bounded, 2)} with the first and"
        f" {unbounded:.4f} with the second. Tukey's loss has a slope of {number(Tukey().gradient(0, 6.0))} at a"
        " residual of 6."
    )


def blamed_on_the_loss() -> str:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 2))
    y = x @ [2.0, -1.0] + rng.normal(scale=0.5, size=100)

    def after_100_steps(features, learning_rate):
        w = np.zeros(2)
        for _ in range(100):
            w -= learning_rate * 2 / len(y) * features.T @ (features @ w - y)
        return np.mean((features @ w - y) ** 2)

    losses = [after_100_steps(x, rate) for rate in (0.001, 0.01, 0.3)]
    unscaled = after_100_steps(x * [1, 100], 0.3 / 100**2)

    def errors(degree):
        fit = np.polynomial.Legendre.fit(points[0], targets[0], degree, domain=[-1, 1])
        return [number(error, 2) for error in np.mean((fit(points) - targets) ** 2, axis=1)]

    points = rng.uniform(-1, 1, size=(2, 20))
    targets = np.sin(3 * points) + rng.normal(scale=0.1, size=points.shape)
    (low, low_new), (high, high_new) = errors(3), errors(15)
    return (
        f"One squared error, 100 steps: it ends at {losses[0]:.2f}, {losses[1]:.2f} and {losses[2]:.2f} with learning"
        f" rates of 0.001, 0.01 and 0.3, and at {unscaled:.2f} with one input in a unit a hundred times smaller and a"
        f" rate to suit. One squared error, twenty points: a polynomial of degree 3 has {low} on them and"
        f" {low_new} on new ones, one of degree 15 has {high} and {high_new}."
    )


ERRATA = (
    Erratum(
        id="E16",
        severity="D",
        title="Who is robust: cross-entropy and hinge set apart",
        where="003, properties of losses and guide to classification losses",
        says="Cross-entropy is as sensitive to outliers as MSE; the hinge is robust.",
        right=(
            "Over the score both grow like a straight line, with a slope of 1 at most. What ignores an outlier is a"
            " loss that levels off, such as Tukey's."
        ),
        evidence=outliers,
    ),
    Erratum(
        id="E17",
        severity="D",
        title="Never below zero, and zero when perfect",
        where="002, characteristics of losses",
        says="A loss is never negative, and 0 means a perfect prediction.",
        right=(
            "The logarithm of a density has either sign and no floor; with soft labels, the lowest possible"
            " cross-entropy is above 0."
        ),
        evidence=below_zero,
    ),
    Erratum(
        id="E18",
        severity="D",
        title="A convex loss taken for a convex problem",
        where="002, characteristics of losses; 003, properties of losses",
        says="With a convex loss, training has no local minima; MSE, MAE and cross-entropy are convex.",
        right=(
            "They are convex in the prediction, or in the score. In the weights of a network they are not, as 003"
            " grants one line later."
        ),
        evidence=convexity,
    ),
    Erratum(
        id="E19",
        severity="D",
        title="Kinks: more of them, and less harm",
        where="002, characteristics of losses; 003, properties of losses",
        says="A loss has to be differentiable; only MAE is not.",
        right=(
            "The hinge and the quantile losses have kinks too. A subgradient is enough to train with: 003 itself does"
            " so with MAE."
        ),
        evidence=kinks,
    ),
    Erratum(
        id="E21",
        severity="D",
        title="Bounded losses against vanishing gradients",
        where="003, table of challenges",
        says="Where gradients vanish, use a bounded loss.",
        right=(
            "A bounded loss levels off, so it is where gradients vanish. Take an unbounded one that is computed from"
            " the score."
        ),
        evidence=saturation,
    ),
    Erratum(
        id="E22",
        severity="D",
        title="Slow training and overfitting blamed on the loss",
        where="003, table of challenges",
        says="Slow convergence comes from a poor loss, overfitting from one that is too complex.",
        right=(
            "The usual causes are a small step, unscaled inputs and bad conditioning for the one, and too large a model"
            " for too little data for the other."
        ),
        evidence=blamed_on_the_loss,
    ),
)
