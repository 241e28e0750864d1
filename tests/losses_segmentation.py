"""The rows of the losses for masks, with oracles from the soft counts of pixels."""

import numpy as np
from losses import Oracle, Row, mp, number

from lossbook.segmentation import Dice, Jaccard, Tversky

SHAPE = (3, 4)

# Oracles ------------------------------------------------------------------------------------------


def flat(mask):
    return [entry for line in mask for entry in line]


def sigmoid(z):
    return 1 / (1 + mp.exp(-z))


def overlap_loss(numerator, denominator):
    """One minus a fraction of sums over pixels; each side gives a term, and its derivative, from p and y of a pixel."""

    def sums(y, z):
        pixels = [(sigmoid(score), target, score) for target, score in zip(flat(y), flat(z), strict=True)]
        return pixels, *(mp.fsum(side(p, y)[0] for p, y, _ in pixels) for side in (numerator, denominator))

    def value(y, z):
        _, top, bottom = sums(y, z)
        return 1 - top / bottom if bottom else number(0)

    def chained(y, z, combine):
        pixels, top, bottom = sums(y, z)
        entries = [
            combine(numerator(p, y)[1] / bottom, denominator(p, y)[1] * top / bottom**2) * p * sigmoid(-score)
            for p, y, score in pixels
        ]
        return np.array(entries, dtype=object).reshape(SHAPE)

    return Oracle(
        value,
        lambda y, z: chained(y, z, lambda raised, lowered: lowered - raised),
        # a pixel that is partly object pulls both ways
        sizes={"gradient": lambda y, z: chained(y, z, lambda raised, lowered: abs(lowered) + abs(raised))},
    )


def dice(loss):
    return overlap_loss(lambda p, y: (2 * p * y, 2 * y), lambda p, y: (p + y, 1))


def jaccard(loss):
    return overlap_loss(lambda p, y: (p * y, y), lambda p, y: (p + y - p * y, 1 - y))


def tversky(loss):
    """Salehi et al. (2017), equation 4: alpha for false positives, beta for false negatives."""
    alpha, beta = number(loss.alpha), number(loss.beta)
    return overlap_loss(
        lambda p, y: (p * y, y),
        lambda p, y: (p * y + alpha * p * (1 - y) + beta * (1 - p) * y, y + alpha * (1 - y) - beta * y),
    )


# Samples ------------------------------------------------------------------------------------------


def masks(loss, dtype):
    """Masks of 0 and 1, one empty, one full and four of a pixel, then soft ones; logits of all sizes."""
    random = np.random.default_rng(60)
    y_true = random.integers(0, 2, (60, *SHAPE)).astype(dtype)
    y_true[0], y_true[1], y_true[2:6] = 0, 1, 0
    y_true[2:6, 1, 1] = 1
    y_true[40:] = random.integers(0, 257, (20, *SHAPE)) / 256
    sizes = np.resize(np.geomspace(1e-3, 20, 23), 60)
    z = random.normal(size=(60, *SHAPE)) * sizes[:, None, None]
    z[6:14] = np.abs(z[6:14]) * (2 * y_true[6:14] - 1)  # right everywhere, hesitant or sure
    return y_true, z.astype(dtype)


def row(loss, oracle, *ulps):
    return Row(
        loss,
        oracle,
        ulps,
        masks,
        lambda target, score: (target, score),
        lambda loss, y_true, y_pred, distance: np.ones(len(y_true), bool),  # they have no kink
    )


SEGMENTATION = [
    row(Dice(), dice, 3, 8),
    row(Jaccard(), jaccard, 3, 8),
    *[row(Tversky(*weights), tversky, 3, 8) for weights in ((0.5, 0.5), (0.3, 0.7), (1, 1), (5, 1e-3))],
]
