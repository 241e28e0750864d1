"""Targets and scores on which the twins of both frameworks are compared with the losses."""

import itertools
import math

import numpy as np

from lossbook import classification, detection, embedding, probabilistic, regression, segmentation
from lossbook.core import Loss, hyperparameters

RESIDUALS = [0, 1e-6, -1e-3, 0.01, -0.3, 0.5, -1.0, 1.5, -2.0, 4.685, 7.25, -40.0, 1000.0, -1e5, 1e12]
LOGITS = [0, 1e-6, -1e-3, 0.3, -1.0, 2.5, -5.0, 15.0, -20.0, 40.0, -50.0, 100.0, -1000.0]
SQUARE = [0, 0, 2, 2]


def residuals():
    return np.zeros(len(RESIDUALS)), np.array(RESIDUALS)


def hard_labels():
    return np.array(list(itertools.product([0, 1], LOGITS))).T


def soft_labels():
    return np.array(list(itertools.product([0, 0.25, 1], LOGITS))).T


def classes():
    y_pred = np.array(list(itertools.product([0, 1.5, -40.0], [0.25, -3.0, 100.0], [0, -1000.0])))
    y_pred = np.concatenate([y_pred, np.full((1, 3), 1e9)])
    return np.tile([0, 1, 2], len(y_pred)), np.repeat(y_pred, 3, axis=0)


def two_columns():
    y_pred = np.array(list(itertools.product(RESIDUALS[:-2], [-5, 0, 2, 30])))
    return np.zeros(len(y_pred)), y_pred


def points(count):
    """At random, within reach of the margins and beyond, and some that meet."""
    points = np.random.default_rng(1).normal(size=(12, count, 3)) * np.geomspace(0.01, 100, 12)[:, None, None]
    points[::4, 1:] = points[::4, :1]
    return points


def pairs():
    y_pred = points(2)
    return np.arange(len(y_pred)) % 2, y_pred


def triplets():
    return None, points(3)


def masks():
    random = np.random.default_rng(2)
    y_true, y_pred = random.integers(0, 2, (8, 4, 5)).astype(float), random.normal(size=(8, 4, 5)) * 3
    y_true[0], y_true[1], y_true[2] = 0, 1, random.uniform(size=(4, 5))
    y_pred[:2] -= 20
    y_true[3], y_pred[3] = 0, -np.inf
    return y_true, y_pred


def boxes():
    """At random, the true box itself, within, around, aligned, touching, disjoint, swapped, and without area."""
    random = np.random.default_rng(3)
    special = [SQUARE, [0.5, 0.5, 1, 1], [-1, -1, 4, 5], [0, 0, 1, 3], [2, 0, 3, 1], [5, 6, 7, 9], [3, 1, 1, 0.5]]
    special += [[1, 1, 1, 1], [2, 2, 2, 2], [2, 0, 2, 1], [4, 0, 4, 1]]
    flat = [[1, 1, 1, 1], [0, 0, 1, 0], [0, 0, 2, 2], [0, 2, 0, 0]]
    y_pred = np.concatenate([random.uniform(-3, 3, (20, 4)), special, flat])
    low = random.uniform(-3, 0, (20, 2))
    y_true = np.concatenate([low, low + random.uniform(0, 3, (20, 2))], axis=-1)
    y_true = np.concatenate(
        [y_true, [SQUARE] * len(special), [[1, 1, 1, 1], [1, 1, 1, 1], [1, 0, 1, 2], [0, -1, 0, 0]]]
    )
    return y_true, y_pred


# Losses and samples -------------------------------------------------------------------------------

ALPHAS = (-math.inf, -1e6, -2, -1e-9, 0, 1e-30, 1e-9, 1, 1.5, 2 - 1e-9, 2, 2.5)
IN_BOTH = [
    *[(regression.Quantile(tau), residuals) for tau in (0.5, 0.9)],
    *[(regression.Expectile(tau), residuals) for tau in (0.5, 0.1)],
    *[(regression.Tukey(c), residuals) for c in (1, 4.685)],
    *[(regression.GeneralRobust(alpha, c=1.5), residuals) for alpha in ALPHAS],
    *[(classification.BinaryFocal(gamma, alpha), hard_labels) for gamma in (0, 0.5, 2, 5) for alpha in (None, 0.25)],
    *[(classification.LogitAdjustedCrossEntropy((0.9, 0.09, 0.01), tau), classes) for tau in (0, 1)],
    (segmentation.Jaccard(), masks),
    (detection.BoxIoU(), boxes),
    (detection.GeneralizedIoU(), boxes),
]
IN_KERAS = [
    *IN_BOTH,
    (classification.BinaryCrossEntropy(), soft_labels),
    (classification.BinaryCrossEntropy(positive_weight=3, label_smoothing=0.1), soft_labels),
    (probabilistic.GaussianNLL(), two_columns),
    (probabilistic.LaplaceNLL(), two_columns),
    *[(embedding.Contrastive(3, distance), pairs) for distance in ("plain", "squared")],
    *[(embedding.Triplet(0.5, distance), triplets) for distance in ("plain", "squared")],
]
IN_TORCH = [
    *IN_BOTH,
    (regression.LogCosh(), residuals),
    (segmentation.Dice(), masks),
    (segmentation.Tversky(alpha=0.2, beta=0.7), masks),
]


def bent(entries):
    """Those whose second derivative the loss has as well."""
    return [(loss, draw) for loss, draw in entries if type(loss)._hessian is not Loss._hessian]


# The likelihood whose parameters are learned ------------------------------------------------------

STARTS = [(1e-6, 1.5), (0.3, 1.5), (1.0, 1.0), (1.7, 0.2), (1.999, 20.0)]  # alpha and c


def slopes(alpha, c, y_true, y_pred, step=1e-4):
    """How the mean of GeneralRobustNLL changes with the logit of half of alpha and with log c, by differences."""

    def mean(logit, log_c):
        return probabilistic.GeneralRobustNLL(2 / (1 + math.exp(-logit)), math.exp(log_c))(y_true, y_pred)

    logit, log_c = math.log(alpha / (2 - alpha)), math.log(c)
    of_alpha = mean(logit + step, log_c) - mean(logit - step, log_c)
    of_c = mean(logit, log_c + step) - mean(logit, log_c - step)
    return np.array([of_alpha, of_c]) / (2 * step)


def noise(count):
    """Noise whose density is Barron's of alpha 1 and c 3."""
    x = np.linspace(-40, 40, 80_001)
    below = np.cumsum(np.exp(-np.sqrt(x**2 + 1)))
    return 3 * np.interp(np.random.default_rng(6).uniform(size=count), below / below[-1], x)


def twin_of(loss, twins, **settings):
    """The class of the same name in the module `twins`, with the hyperparameters of the loss."""
    return getattr(twins, type(loss).__name__)(**hyperparameters(loss), **settings)
