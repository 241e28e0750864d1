"""Custom losses: weights and asymmetry."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from scipy.stats import norm

from lossbook import BinaryCrossEntropy, Expectile
from reference.errata.entry import Erratum
from reference.errata.measure import number


def _weighted(y: ArrayLike, p: ArrayLike, weight: float = 2) -> NDArray:
    """The weighted cross-entropy of the source, one value per element, in Keras' float32."""
    y, p, epsilon = np.float32(y), np.float32(p), np.float32(1e-7)
    cost = -(y * np.log(p + epsilon) + (1 - y) * np.log(1 - p + epsilon))
    return np.where(y == 1, np.float32(weight) * cost, cost)


def _weighted_slope(y: float, score: float, weight: float = 2) -> float:
    """The derivative of `_weighted` with respect to the score that a sigmoid turns into `p`: chain rule, float32."""
    p, epsilon = 1 / (1 + np.exp(np.float32(-score))), np.float32(1e-7)
    pull = -weight / (p + epsilon) if y == 1 else 1 / (1 - p + epsilon)
    return float(pull * p * (1 - p))


def _epsilon_inside() -> str:
    perfect = _weighted(1, 1)
    logits = _weighted([0, 1], [3, -2])
    above = _weighted(1, 1.000001)
    assert np.isnan([*logits, above]).all()
    exact = BinaryCrossEntropy(positive_weight=2)
    written = [_weighted_slope(1, -30), _weighted_slope(0, 30)]
    right = exact.gradient([1, 0], [-30, 30])
    return (
        f"A perfect prediction costs {number(float(perfect), 2)}, less than nothing; logits of 3 and -2 cost NaN, and "
        "so does a probability of 1.000001. Behind a sigmoid, the gradient of a sure and wrong score is "
        f"{number(written[0], 2)} where {right[0]:.0f} is right (label 1, score -30), and {number(written[1], 2)} "
        f"where {right[1]:.0f} is right (label 0, score 30)."
    )


def _exact_comparison() -> str:
    hard, soft = float(_weighted(1, 0.5)), float(_weighted(0.9, 0.5))
    right = BinaryCrossEntropy(positive_weight=2)(0.9, 0.0)
    y, p = np.array([1, 0, 1, 0]), np.array([0.9, 0.2, 0.6, 0.4])
    flat, column = _weighted(y, p), _weighted(y, p[:, None])
    return (
        f"At a probability of 0.5 and weight 2, the label 1 costs {hard:.3f} and the label 0.9 costs {soft:.3f}: its "
        f"weight is gone. With the weight on the first term, $-w\\, y \\log p$, it costs {right:.3f}. And four flat "
        f"labels against a column of predictions give a {column.shape[0]} by {column.shape[1]} table with the mean "
        f"{column.mean():.3f}, where the four losses have {flat.mean():.3f}."
    )


def _reduced_too_early() -> str:
    import keras

    class Early(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.ops.mean(keras.losses.binary_crossentropy(y_true, y_pred))

    y, p = np.array([[1.0], [0], [1], [0]]), np.array([[0.9], [0.4], [0.3], [0.2]])
    weights = [[100, 1, 1, 1], [1, 1, 100, 1]]
    early = [float(Early()(y, p, sample_weight=np.array(weight))) for weight in weights]
    right = [float(keras.losses.BinaryCrossentropy()(y, p, sample_weight=np.array(weight))) for weight in weights]
    return (
        f"Four samples, one of them with `sample_weight` 100. Where that is the best predicted one, the loss that "
        f"takes the mean itself is {early[0]:.2f}, and where it is the worst, {early[1]:.2f}; Keras' own has "
        f"{right[0]:.2f} and {right[1]:.2f}."
    )


def _weight_of_a_class() -> str:
    plain, weighted = (float(_weighted(1, 0.9, weight)) for weight in (1, 2))

    def best(share: float, weight: float) -> float:
        """Return the constant probability with the lowest loss where this share of the labels is 1."""
        loss = BinaryCrossEntropy(positive_weight=weight)
        values = [share, 1 - share]
        return float(loss.predict(minimize_scalar(lambda z: loss([1, 0], [z, z], sample_weight=values)).x))

    labels = np.arange(100) < 5
    nobody = np.zeros(100, bool)
    return (
        f"A sick patient given 0.9, who is not missed, costs {weighted:.3f} instead of {plain:.3f}. Where 10 in 100 "
        f"are sick, the loss is lowest at a probability of {best(0.1, 2):.3f} with weight 2 and {best(0.1, 3):.3f} "
        f"with weight 3, which puts out {best(0.25, 3):.2f} where 25 in 100 are. And of 100 patients with 5 sick, "
        f"calling all healthy has an accuracy of {np.mean(nobody == labels):.2f} and a recall of "
        f"{np.mean(nobody[labels]):.0f}."
    )


def _two_rulers() -> str:
    y, p = np.array([1, 0, 1, 0, 1]), np.array([0.8, 0.3, 0.6, 0.4, 0.3])
    score = logit(p)
    standard, custom = BinaryCrossEntropy()(y, score), float(_weighted(y, p).mean())
    improved = float(_weighted(y, expit(score + 0.5)).mean())  # by giving everybody a higher probability
    assert standard < improved < custom
    return (
        f"The same five predictions have a loss of {standard:.3f} under cross-entropy and of {custom:.3f} with weight "
        f"2: neither model is better, they are one model. And a model that brings the weighted loss down to "
        f"{improved:.3f} still looks worse than {standard:.3f}."
    )


def _financial() -> str:
    def cost(y: ArrayLike, p: ArrayLike) -> NDArray:
        error = np.subtract(y, p)
        return np.where(error > 0, error**2, 0.1 * error**2)

    moves = norm.ppf((np.arange(100_000) + 0.5) / 100_000)  # quantiles of the standard normal, in place of random draws
    best = minimize_scalar(lambda constant: cost(moves, constant).mean(), bounds=(-3, 3)).x
    loss = Expectile(tau=1 / 1.1)
    expectile = minimize_scalar(lambda constant: loss(moves, np.full_like(moves, constant)), bounds=(-3, 3)).x
    assert abs(best - expectile) < 1e-5
    return (
        f"For a fall of 5, the prediction -6 costs {cost(-5, -6):.1f} and -4 costs {cost(-5, -4):.1f}: which way the "
        f"price goes plays no part. On standard normal moves the best constant is {best:.2f}, the expectile for "
        f"$\\tau = 1 / 1.1$; it exceeds {100 * np.mean(moves < best):.0f} % of them and has an MSE of "
        f"{np.mean((moves - best) ** 2):.2f}, where the mean has {np.mean(moves**2):.2f}."
    )


ERRATA = (
    Erratum(
        id="E52",
        severity="A",
        title="A small number inside the logarithm",
        where="002, custom losses (three listings)",
        says=(
            "Against $\\log 0$, weighted cross-entropy takes $\\log(p + \\varepsilon)$ and $\\log(1 - p + "
            "\\varepsilon)$."
        ),
        right=(
            "Compute from the logit; `tf.nn.weighted_cross_entropy_with_logits` does, and so does "
            "`BinaryCrossEntropy(positive_weight=...)`. Clipping $p$ avoids the NaN, but not the lost gradient."
        ),
        evidence=_epsilon_inside,
    ),
    Erratum(
        id="E53",
        severity="A",
        title="A weight for labels of exactly 1",
        where="002, custom losses",
        says="`tf.where(y_true == 1, ...)` picks the samples to weigh.",
        right="$-w\\, y \\log p - (1 - y) \\log(1 - p)$ weighs soft labels too. Check that the shapes agree.",
        evidence=_exact_comparison,
    ),
    Erratum(
        id="E54",
        severity="A",
        title="A Keras loss that takes the mean itself",
        where="002 and 003, custom losses",
        says="The function ends in `tf.reduce_mean`.",
        right=(
            "Return one value per sample; Keras applies `sample_weight` and takes the mean. After an early mean, every "
            "weight meets the same number."
        ),
        evidence=_reduced_too_early,
    ),
    Erratum(
        id="E55",
        severity="D",
        title="A penalty for false negatives",
        where="002, custom losses and medical diagnosis",
        says="The weight on positive labels punishes false negatives. What is watched is the accuracy.",
        right=(
            "It weighs the positive class, hits included, as if there were $w$ times as many. The outputs are no "
            "longer probabilities. Watch recall and precision, and consider moving the threshold instead."
        ),
        evidence=_weight_of_a_class,
    ),
    Erratum(
        id="E56",
        severity="D",
        title="Two losses as if they were one ruler",
        where="002, custom and standard losses compared",
        says="Two models, trained on different losses, are compared by the loss that each reports.",
        right="Compare by metrics that both share, on data that neither has seen.",
        evidence=_two_rulers,
    ),
    Erratum(
        id="E61",
        severity="D",
        title="A loss for rising prices that is about something else",
        where="002, financial prediction",
        says="The loss puts the emphasis on upward moves.",
        right=(
            "It weighs predictions that are too low ten times as much as those too high, whichever way the price goes. "
            "That makes it an expectile loss."
        ),
        evidence=_financial,
    ),
)
