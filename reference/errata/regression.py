"""Regression losses."""

import numpy as np

from lossbook import LogCosh
from reference.errata.entry import Erratum
from reference.errata.measure import number, row, slopes

Y = np.array([3, -0.5, 2, 7])


def _mse(predicted):
    return np.mean((predicted - Y) ** 2)


def _mae(predicted):
    return np.mean(np.abs(predicted - Y))


def _after(gradient, predicted, steps=50, learning_rate=0.5):
    for _ in range(steps):
        predicted = predicted - learning_rate * gradient(predicted)
    return _mse(predicted)


def mse_sign() -> str:
    predicted = np.array([2.5, 0, 2, 8])

    def right(p):
        return 2 / len(Y) * (p - Y)

    def printed(p):
        return 2 / len(Y) * (Y - p)

    return (
        f"For four predictions, finite differences give {row(slopes(_mse, predicted))} and the printed formula"
        f" {row(printed(predicted))}. Fifty steps at a learning rate of 0.5 end at an MSE of"
        f" {number(_after(right, predicted), 2)} with the right sign and at"
        f" {number(_after(printed, predicted), 3)} with the printed one."
    )


def mae_scale() -> str:
    predicted = np.array([2.5, 0, 2.3, 8])
    measured, printed = slopes(_mae, predicted), np.sign(Y - predicted)
    ratio = np.unique(np.round(printed / measured, 6))
    return (
        f"Finite differences give {row(measured)}, the printed formula {row(printed)}: each entry is off by the factor"
        f" {', '.join(number(r) for r in ratio)}, which is $-n$."
    )


def halves() -> str:
    def huber(error):
        return error**2 / 2 if error <= 1 else error - 0.5

    return (
        f"At an error of 0.5, the square is {number(0.5**2)} and Huber's loss with threshold 1 is"
        f" {number(huber(0.5))}; at an error of 3, the absolute error is {number(abs(3.0))} and Huber's loss"
        f" {number(huber(3.0))}."
    )


def log_cosh() -> str:
    naive32 = np.log(np.cosh(np.float32(90)))
    naive64 = np.log(np.cosh(np.float64(800)))
    stable = np.abs(800.0) + np.log1p(np.exp(-2 * np.abs(800.0))) - np.log(2)
    return (
        f"As it is written, `log(cosh(e))` is {number(naive32)} at 90 in float32 and {number(naive64)} at 800 in"
        f" float64; the stable form gives {stable:.4f}, `lossbook` {LogCosh().value(0.0, 800.0):.4f}. It takes one"
        f" exponential and one logarithm per sample; a layer of 32 units on ten inputs already takes {32 * 10}"
        " multiplications."
    )


def likelihoods() -> str:
    rng = np.random.default_rng(0)
    y, first, second = rng.normal(size=(3, 20))
    scale = 0.7

    def gaussian(p):
        return np.sum(np.log(scale * np.sqrt(2 * np.pi)) + (y - p) ** 2 / (2 * scale**2))

    def laplace(p):
        return np.sum(np.log(2 * scale) + np.abs(y - p) / scale)

    squared = np.sum((y - first) ** 2 - (y - second) ** 2) / (2 * scale**2)
    absolute = np.sum(np.abs(y - first) - np.abs(y - second)) / scale
    return (
        f"For two sets of twenty predictions, the Gaussian negative log-likelihoods with scale 0.7 differ by"
        f" {gaussian(first) - gaussian(second):.6f}, the sums of squares over $2\\sigma^2$ by {squared:.6f}; the"
        f" Laplace ones differ by {laplace(first) - laplace(second):.6f}, the sums of absolute errors over the scale"
        f" by {absolute:.6f}."
    )


ERRATA = (
    Erratum(
        id="E01",
        severity="A",
        title="The gradient of MSE points uphill",
        where="003, regression losses, MSE",
        says=r"The gradient is $\frac2n (y - \hat y)$.",
        right=(
            r"By the prediction, the derivative is $\frac2n (\hat y_i - y_i)$. The NumPy listing further down in the"
            " same text has it right."
        ),
        evidence=mse_sign,
    ),
    Erratum(
        id="E02",
        severity="A",
        title="The subgradient of MAE: wrong sign, and no mean",
        where="003, regression losses, MAE",
        says=r"The subgradient is $\operatorname{sign}(y - \hat y)$.",
        right=r"$\frac1n \operatorname{sign}(\hat y_i - y_i)$, as the listing further down computes it.",
        evidence=mae_scale,
    ),
    Erratum(
        id="E14",
        severity="E",
        title="MSE and Huber drawn to different scales",
        where="003, plot of the regression losses; the section on Huber",
        says="$e^2$ stands beside a Huber loss that is $e^2/2$ near zero, as if one were a blend with the other.",
        right="Draw $e^2/2$, or say that Huber's loss equals half the squared error near zero.",
        evidence=halves,
    ),
    Erratum(
        id="E15",
        severity="D",
        title="Log-cosh without a formula, and called expensive",
        where="003, guide to regression losses",
        says="Log-cosh is named in a table only; its weakness is said to be the computation.",
        right=(
            r"$|e| + \log(1 + e^{-2|e|}) - \log 2$ does not overflow. Its cost does not show beside that of a model;"
            " what it lacks is a threshold."
        ),
        evidence=log_cosh,
    ),
    Erratum(
        id="E20",
        severity="D",
        title="MSE and MAE called non-probabilistic",
        where="003, properties of losses",
        says="Squared and absolute error have no probabilistic meaning, unlike cross-entropy.",
        right=(
            "They are the negative log-likelihoods of a Gaussian and of a Laplace density with a fixed scale, up to a"
            " factor and a constant."
        ),
        evidence=likelihoods,
    ),
)
