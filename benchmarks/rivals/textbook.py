"""The formulas as textbooks print them, in NumPy, with no care for the last digits."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from benchmarks.cases import PRIOR, Case
from benchmarks.rivals import Rival


def _sigmoid(z: NDArray) -> NDArray:
    return 1 / (1 + np.exp(-z))


def _softmax(z: NDArray) -> NDArray:
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def _true_class(y: NDArray, p: NDArray) -> NDArray:
    return p[np.arange(len(y)), y]


def _without_true_class(y: NDArray, p: NDArray) -> NDArray:
    p[np.arange(len(y)), y] -= 1
    return p


def _focal(y: NDArray, z: NDArray) -> NDArray:
    p = _sigmoid(z)
    return -0.25 * y * (1 - p) ** 2 * np.log(p) - 0.75 * (1 - y) * p**2 * np.log(1 - p)


def _focal_gradient(y: NDArray, z: NDArray) -> NDArray:
    p = _sigmoid(z)
    return np.where(
        y == 1,
        -0.25 * (1 - p) ** 2 * (1 - p - 2 * p * np.log(p)),
        0.75 * p**2 * (p - 2 * (1 - p) * np.log(1 - p)),
    )


def _categorical_focal(y: NDArray, z: NDArray) -> NDArray:
    p = _softmax(z)
    return -(y * (1 - p) ** 2 * np.log(p)).sum(axis=1)


def _categorical_focal_gradient(y: NDArray, z: NDArray) -> NDArray:
    p = _softmax(z)
    w = y * ((1 - p) ** 2 - 2 * p * (1 - p) * np.log(p))
    return p * w.sum(axis=1, keepdims=True) - w


def _gaussian(y: NDArray, z: NDArray) -> NDArray:
    mean, log_variance = z.T
    return (math.log(2 * math.pi) + log_variance + (mean - y) ** 2 / np.exp(log_variance)) / 2


def _gaussian_gradient(y: NDArray, z: NDArray) -> NDArray:
    mean, log_variance = z.T
    variance = np.exp(log_variance)
    return np.stack([(mean - y) / variance, (1 - (mean - y) ** 2 / variance) / 2], axis=1)


def _laplace(y: NDArray, z: NDArray) -> NDArray:
    location, log_scale = z.T
    return math.log(2) + log_scale + np.abs(location - y) / np.exp(log_scale)


def _laplace_gradient(y: NDArray, z: NDArray) -> NDArray:
    location, log_scale = z.T
    scale = np.exp(log_scale)
    return np.stack([np.sign(location - y) / scale, 1 - np.abs(location - y) / scale], axis=1)


def _dice(y: NDArray, z: NDArray) -> NDArray:
    p = _sigmoid(z)
    return 1 - 2 * (p * y).sum(axis=(1, 2)) / (p + y).sum(axis=(1, 2))


def _dice_gradient(y: NDArray, z: NDArray) -> NDArray:
    p = _sigmoid(z)
    total = (p + y).sum(axis=(1, 2), keepdims=True)
    hits = (p * y).sum(axis=(1, 2), keepdims=True)
    return p * (1 - p) * (2 * hits / total - 2 * y) / total


_Formula = Callable[[NDArray], NDArray]


def _residual(value: _Formula, gradient: _Formula) -> tuple[Callable, Callable]:
    return lambda y, z: value(z - y), lambda y, z: gradient(z - y)


# Value and gradient, for the hyperparameters of `benchmarks.cases`.
_FORMULAS = {
    "SquaredError": _residual(lambda r: r**2, lambda r: 2 * r),
    "AbsoluteError": _residual(np.abs, np.sign),
    "Huber": _residual(
        lambda r: np.where(np.abs(r) <= 1.5, r**2 / 2, 1.5 * (np.abs(r) - 0.75)),
        lambda r: np.where(np.abs(r) <= 1.5, r, 1.5 * np.sign(r)),
    ),
    "SmoothL1": _residual(
        lambda r: np.where(np.abs(r) <= 0.5, r**2, np.abs(r) - 0.25),
        lambda r: np.where(np.abs(r) <= 0.5, 2 * r, np.sign(r)),
    ),
    "LogCosh": _residual(lambda r: np.log(np.cosh(r)), np.tanh),
    "Quantile": _residual(lambda r: np.maximum(-0.9 * r, 0.1 * r), lambda r: np.where(r < 0, -0.9, 0.1)),
    "Expectile": _residual(
        lambda r: np.where(r <= 0, 0.5, 0.5) * r**2,
        lambda r: 2 * np.where(r <= 0, 0.5, 0.5) * r,
    ),
    "Tukey": _residual(
        lambda r: np.where(np.abs(r) <= 4, 16 / 6 * (1 - (1 - (r / 4) ** 2) ** 3), 16 / 6),
        lambda r: np.where(np.abs(r) <= 4, r * (1 - (r / 4) ** 2) ** 2, 0),
    ),
    "GeneralRobust": _residual(
        lambda r: 3.5 / -1.5 * ((r**2 / 3.5 + 1) ** -0.75 - 1),
        lambda r: r * (r**2 / 3.5 + 1) ** -1.75,
    ),
    "BinaryCrossEntropy": (
        lambda y, z: -y * np.log(_sigmoid(z)) - (1 - y) * np.log(1 - _sigmoid(z)),
        lambda y, z: _sigmoid(z) - y,
    ),
    "BinaryFocal": (_focal, _focal_gradient),
    "CategoricalCrossEntropy": (
        lambda y, z: -(y * np.log(_softmax(z))).sum(axis=1),
        lambda y, z: _softmax(z) - y,
    ),
    "SparseCategoricalCrossEntropy": (
        lambda y, z: -np.log(_true_class(y, _softmax(z))),
        lambda y, z: _without_true_class(y, _softmax(z)),
    ),
    "LogitAdjustedCrossEntropy": (
        lambda y, z: -np.log(_true_class(y, _softmax(z + np.log(PRIOR)))),
        lambda y, z: _without_true_class(y, _softmax(z + np.log(PRIOR))),
    ),
    "CategoricalFocal": (_categorical_focal, _categorical_focal_gradient),
    "Hinge": (lambda y, z: np.maximum(1 - y * z, 0), lambda y, z: np.where(y * z < 1, -y, 0)),
    "SquaredHinge": (lambda y, z: np.maximum(1 - y * z, 0) ** 2, lambda y, z: -2 * y * np.maximum(1 - y * z, 0)),
    "GaussianNLL": (_gaussian, _gaussian_gradient),
    "LaplaceNLL": (_laplace, _laplace_gradient),
    "GeneralRobustNLL": _residual(
        lambda r: 3 * ((r**2 / 1.5 + 1) ** 0.25 - 1) + 1.2917070309923648,
        lambda r: r * (r**2 / 1.5 + 1) ** -0.75,
    ),
    "PoissonNLL": (lambda y, z: np.exp(z) - y * z + special.gammaln(y + 1), lambda y, z: np.exp(z) - y),
    "KLDivergence": (
        lambda y, z: (y * np.log(y / _softmax(z))).sum(axis=1),
        lambda y, z: _softmax(z) - y,
    ),
    "Dice": (_dice, _dice_gradient),
}


def rival(case: Case) -> Rival | None:
    if case.name not in _FORMULAS:
        return None
    value, gradient = _FORMULAS[case.name]
    y, z = case.y_true, case.y_pred
    return Rival("textbook", lambda: value(y, z), lambda: gradient(y, z), lambda: (value(y, z), gradient(y, z)))
