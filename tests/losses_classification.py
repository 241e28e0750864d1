"""The classification losses under test: oracles from the published formulas, and rows for `test_accuracy.py`."""

from functools import cache

import numpy as np
from losses import Oracle, Row, mp, number

from lossbook.classification import (
    BinaryCrossEntropy,
    BinaryFocal,
    CategoricalCrossEntropy,
    CategoricalFocal,
    Hinge,
    LogitAdjustedCrossEntropy,
    SparseCategoricalCrossEntropy,
    SquaredHinge,
)

CLASSES = 3


# Value, gradient and Hessian of several losses ask for these at the same scores, and 60 digits take their time.
@cache
def softplus(z):
    return mp.log1p(mp.exp(z))


@cache
def sigmoid(z):
    return 1 / (1 + mp.exp(-z))


# Samples ------------------------------------------------------------------------------------------


def scores(dtype):
    """Scores of both signs over fifteen magnitudes, among them those from which exp(-z) underflows."""
    random = np.random.default_rng(30)
    sizes = np.concatenate([np.geomspace(1e-12, 1e3, 40), random.uniform(0, 45, 80), [37, 89, 104, 709, 746]])
    return np.concatenate([sizes, -sizes, [0]]).astype(dtype)


def with_labels(*labels):
    """Every score with every label."""
    return lambda loss, dtype: (
        np.repeat(np.array(labels, dtype), len(scores(dtype))),
        np.tile(scores(dtype), len(labels)),
    )


def score_rows(dtype):
    """Rows of scores from all alike to far apart, with ties and with gaps at which exp underflows."""
    random = np.random.default_rng(31)
    spread = np.geomspace(1e-3, 300, 24)[:, None]
    far = [[gap, 0, shift] for gap in (20, -20, 100, -100, 1000, -1000) for shift in (0, gap, gap / 2)]
    rows = np.concatenate([spread * random.normal(size=(24, CLASSES)), far, np.zeros((1, CLASSES))])
    # a few bits each, so that their differences are exact
    return (np.round(rows * 1024) / 1024).astype(dtype)


def class_samples(loss, dtype):
    z = score_rows(dtype)
    return np.repeat(np.arange(CLASSES), len(z)), np.tile(z, (CLASSES, 1))


def one_hot_samples(loss, dtype):
    label, z = class_samples(loss, dtype)
    return np.eye(CLASSES, dtype=dtype)[label], z


def distribution_samples(loss, dtype):
    """One-hot rows, and distributions whose entries sum to exactly 1."""
    y_true, z = one_hot_samples(loss, dtype)
    share = np.random.default_rng(32).multinomial(64, [0.2, 0.3, 0.5], size=len(score_rows(dtype))) / 64
    return np.concatenate([y_true, share.astype(dtype)]), np.concatenate([z, score_rows(dtype)])


def everywhere(loss, y_true, y_pred, distance):
    return np.full(len(y_pred), True)


def away_from_the_margin(loss, y_true, y_pred, distance):
    return np.abs(1 - y_true * y_pred) > distance


# Oracles ------------------------------------------------------------------------------------------


def binary_cross_entropy(loss):
    w, s = number(loss.positive_weight), number(loss.label_smoothing)

    def one(y):
        return w * ((1 - s) * y + s / 2)

    def zero(y):
        return 1 - (1 - s) * y - s / 2

    return Oracle(
        lambda y, z: one(y) * softplus(-z) + zero(y) * softplus(z),
        lambda y, z: zero(y) * sigmoid(z) - one(y) * sigmoid(-z),
        lambda y, z: (one(y) + zero(y)) * sigmoid(z) * sigmoid(-z),
        # the two classes pull in opposite directions
        {"gradient": lambda y, z: zero(y) * sigmoid(z) + one(y) * sigmoid(-z)},
    )


def binary_focal(loss):
    """Lin et al. (2017): equation 5, and its derivatives."""
    gamma = number(loss.gamma)

    @cache
    def parts(y, z):
        t = z if y == 1 else -z
        alpha = 1 if loss.alpha is None else number(loss.alpha) if y == 1 else 1 - number(loss.alpha)
        return sigmoid(t), sigmoid(-t), softplus(-t), alpha * sigmoid(-t) ** gamma

    def value(y, z):
        _, _, s, factor = parts(y, z)
        return factor * s

    def gradient(y, z):
        p, q, s, factor = parts(y, z)
        return (1 - 2 * y) * factor * (q + gamma * p * s)

    def hessian(y, z, sign=-1):
        p, q, s, factor = parts(y, z)
        return factor * p * (q * (1 + 2 * gamma + sign * gamma * s) + gamma**2 * p * s)

    return Oracle(value, gradient, hessian, {"hessian": lambda y, z: hessian(y, z, sign=1)})


def hinge(loss):
    return Oracle(lambda y, z: max(number(0), 1 - y * z), lambda y, z: -y if y * z < 1 else number(0))


def squared_hinge(loss):
    return Oracle(
        lambda y, z: max(number(0), 1 - y * z) ** 2,
        lambda y, z: -2 * y * max(number(0), 1 - y * z),
        lambda y, z: number(2 if y * z < 1 else 0),
    )


def softmax(z):
    """For each class p, 1 - p and -log p."""
    return _softmax(tuple(z))


@cache
def _softmax(z):
    ratios = [mp.fsum(mp.exp(other - mine) for j, other in enumerate(z) if j != k) for k, mine in enumerate(z)]
    return [1 / (1 + ratio) for ratio in ratios], [ratio / (1 + ratio) for ratio in ratios], list(map(mp.log1p, ratios))


def spread(z):
    """Return by how much exp magnifies the rounding of a difference of scores."""
    return 1 + max(z) - min(z)


def outer(entry):
    return np.array([[entry(i, j) for j in range(CLASSES)] for i in range(CLASSES)], dtype=object)


def covariance(z):
    p, q, _ = softmax(z)
    return outer(lambda i, j: p[i] * q[i] if i == j else -p[i] * p[j])


def cross_entropy(smoothing, target):
    """Cross-entropy of distributions or class numbers; `target` makes a distribution of either."""

    def smoothed(y):
        return [(1 - smoothing) * share + smoothing / CLASSES for share in target(y)]

    def value(y, z):
        return mp.fsum(share * cost for share, cost in zip(smoothed(y), softmax(z)[2], strict=True))

    def gradient(y, z, sign=-1):
        p, q, _ = softmax(z)
        y = smoothed(y)
        return np.array([(1 - y[k]) * p[k] + sign * y[k] * q[k] for k in range(CLASSES)], dtype=object)

    return Oracle(
        value,
        gradient,
        lambda y, z: covariance(z),
        {
            "value": lambda y, z: value(y, z) * spread(z),
            "gradient": lambda y, z: gradient(y, z, sign=1) * spread(z),
            "hessian": lambda y, z: covariance(z) * spread(z),
        },
    )


def categorical_cross_entropy(loss):
    return cross_entropy(number(loss.label_smoothing), list)


def sparse_categorical_cross_entropy(loss):
    return cross_entropy(number(0), lambda label: [number(int(label == k)) for k in range(CLASSES)])


def logit_adjusted(loss):
    """Menon et al. (2021), equation 10."""
    shift = [number(loss.tau) * mp.log(share) for share in loss.prior]
    plain = sparse_categorical_cross_entropy(loss)

    def adjusted(function):
        return lambda y, z: function(y, [score + more for score, more in zip(z, shift, strict=True)])

    sizes = {name: adjusted(size) for name, size in plain.sizes.items()}
    return Oracle(adjusted(plain.value), adjusted(plain.gradient), adjusted(plain.hessian), sizes)


def categorical_focal(loss):
    """The gradient by the chain rule over the K terms; the Hessian likewise, term by term."""
    gamma = number(loss.gamma)
    power = cache(pow)

    def value(y, z):
        return mp.fsum(y[k] * power(q, gamma) * s for k, (_, q, s) in enumerate(zip(*softmax(z), strict=True)))

    def slopes(y, z):
        return [
            y[k] * (power(q, gamma) + gamma * p * power(q, gamma - 1) * s)
            for k, (p, q, s) in enumerate(zip(*softmax(z), strict=True))
        ]

    def gradient(y, z, sign=-1):
        p, q, _ = softmax(z)
        w = slopes(y, z)
        rest = [mp.fsum(w[k] for k in range(CLASSES) if k != j) for j in range(CLASSES)]
        return np.array([rest[j] * p[j] + sign * w[j] * q[j] for j in range(CLASSES)], dtype=object)

    def hessian(y, z, sign=-1):
        p, q, s = softmax(z)
        pull, cov = mp.fsum(slopes(y, z)), covariance(z)
        bend = [
            y[k] * gamma * p[k] * power(q[k], gamma - 1) * (2 + sign * s[k] + sizes(gamma - 1) * p[k] * s[k] / q[k])
            for k in range(CLASSES)
            for sizes in [abs if sign == 1 else number]
        ]
        away = outer(lambda k, i: q[k] if i == k else sign * p[i])
        cov = abs(cov) if sign == 1 else cov
        return outer(lambda i, j: pull * cov[i, j] + mp.fsum(b * a[i] * a[j] for b, a in zip(bend, away, strict=True)))

    return Oracle(
        value,
        gradient,
        hessian,
        {
            "value": lambda y, z: value(y, z) * spread(z),
            "gradient": lambda y, z: gradient(y, z, sign=1) * spread(z),
            "hessian": lambda y, z: hessian(y, z, sign=1) * spread(z),
        },
    )


# Rows ---------------------------------------------------------------------------------------------


def row(loss, oracle, samples, *ulps, smooth=everywhere, single=None):
    return Row(loss, oracle, ulps, samples, lambda target, score: (target, score), smooth, ulps_single=single)


LABELS = with_labels(0, 1)
SHARES = with_labels(0, 1, 1 / 64, 0.5, 63 / 64)

CLASSIFICATION = [
    row(BinaryCrossEntropy(), binary_cross_entropy, LABELS, 2, 2, 4),
    row(BinaryCrossEntropy(), binary_cross_entropy, SHARES, 2, 2, 4),
    *[
        row(BinaryCrossEntropy(weight, smoothing), binary_cross_entropy, SHARES, 3, 3, 4, single=(3, 3, 6))
        for weight, smoothing in ((3, 0), (1, 0.1), (0.01, 0.9))
    ],
    row(Hinge(), hinge, with_labels(-1, 1), 0.5, 0, smooth=away_from_the_margin),
    row(SquaredHinge(), squared_hinge, with_labels(-1, 1), 2, 0.5, 0, smooth=away_from_the_margin),
    *[
        row(
            BinaryFocal(gamma, alpha),
            binary_focal,
            LABELS,
            bound,
            bound + 2,
            bound + 2,
            single=(bound + 2, bound + 4, bound + 4),
        )
        for gamma, bound in ((0, 2), (0.1, 3), (0.5, 3), (1, 4), (2, 4), (5, 8))
        for alpha in ((None, 0.25, 0.9) if gamma == 2 else (None, 0.25))
    ],
    *[
        row(
            CategoricalCrossEntropy(smoothing),
            categorical_cross_entropy,
            distribution_samples,
            2,
            2,
            4,
            single=(2, 4, 5),
        )
        for smoothing in (0, 0.1, 0.7)
    ],
    row(SparseCategoricalCrossEntropy(), sparse_categorical_cross_entropy, class_samples, 1, 2, 4, single=(1, 3, 5)),
    *[
        row(LogitAdjustedCrossEntropy(prior, tau), logit_adjusted, class_samples, 2, 3, 4, single=(2, 4, 5))
        for prior, tau in (
            ((0.5, 0.3, 0.2), 1),
            ((0.99, 0.0099, 1e-4), 1),
            ((0.98, 0.01, 0.01), 0.5),
            ((0.6, 0.2, 0.2), 0),
        )
    ],
    *[
        row(
            CategoricalFocal(gamma),
            categorical_focal,
            distribution_samples,
            *[gamma + 3.5] * 3,
            single=(gamma + 4.5,) * 3,
        )
        for gamma in (0, 0.3, 0.5, 1, 2, 5)
    ],
]
