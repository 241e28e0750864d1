"""Cross-entropy: formulas and gradients."""

import numpy as np
from scipy.special import expit, softmax

from lossbook import BinaryCrossEntropy
from reference.errata.attempts import exception
from reference.errata.entry import Erratum
from reference.errata.measure import number, row, slopes

Y = np.array([1, 0, 1, 1])
P = np.array([0.9, 0.1, 0.8, 0.4])
CLASSES = np.eye(3)
GUESSES = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5]])


def _bce(p):
    return -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))


def _clipped_bce(y, p):
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def _clipped_bce_gradient(y, p):
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return (p - y) / (p * (1 - p))


def _cce(p):
    return -np.mean(np.sum(CLASSES * np.log(p), axis=1))


def bce_formula() -> str:
    as_printed = -np.sum(Y * np.log(P)) / len(Y) + np.sum((1 - Y) * np.log(1 - P))
    gradient = (P - Y) / (P * (1 - P))
    return (
        f"On four samples the printed formula, read by the rules of precedence, is {as_printed:.4f}; the loss is"
        f" {_bce(P):.4f}. Finite differences of the mean are {row(slopes(_bce, P))}, the printed gradient is"
        f" {row(gradient)}: {np.mean(gradient / slopes(_bce, P)):.4g} times as much, for $n = {len(Y)}$."
    )


def epsilon_in_float32() -> str:
    import keras

    one, zero = np.float32(1), np.float32(0)
    values = [_clipped_bce(one, one), _clipped_bce(zero, one)]
    gradients = [_clipped_bce_gradient(one, one), _clipped_bce_gradient(zero, one)]
    in_keras = float(keras.losses.binary_crossentropy(np.float32([0]), np.float32([1])))
    return (
        f"In float32, `1 - 1e-15` is {np.float32(1 - 1e-15):.0f}: at $p = 1$ the clipped loss is {number(values[0])}"
        f" for label 1 and {number(values[1])} for label 0, its gradient {number(gradients[0])} and"
        f" {number(gradients[1])}. In float64 the loss for label 0 is {_clipped_bce(0.0, 1.0):.2f}; Keras, which clips"
        f" at `1e-7`, has {in_keras:.2f} in float32."
    )


def bce_gradient_at_the_clip() -> str:
    z = np.array([-36.0, -38.0, -40.0])
    p = expit(z)
    chained = _clipped_bce_gradient(1, p) * p * (1 - p)
    loss = BinaryCrossEntropy()
    return (
        f"At $p = 1$ the gradient is {number(_clipped_bce_gradient(0, 1.0), 2)} for label 0, and"
        f" {_clipped_bce_gradient(1, 1.0):.0f} for label 1, where the clipped loss is flat. Through the sigmoid, at"
        f" scores -36, -38 and -40 with label 1, it is {row(chained, 2)}, where from the logits it is"
        f" {row(loss.gradient([1, 1, 1], z))}. At a score of -750 the clipped loss is"
        f" {_clipped_bce(1, expit(-750.0)):.2f}, the exact one {loss.value(1, -750.0):.0f}."
    )


def cce_gradient() -> str:
    z = np.log(GUESSES)
    printed = (GUESSES - CLASSES) / (len(GUESSES) * GUESSES)
    jacobian = np.array([np.diag(p) - np.outer(p, p) for p in GUESSES])
    chained = np.einsum("nkj,nk->nj", jacobian, printed)
    by_score = slopes(lambda scores: _cce(softmax(scores, axis=1)), z)
    return (
        f"In the first row the listing gives {row(printed[0])}; finite differences give {row(slopes(_cce, GUESSES)[0])}"
        f" by the probabilities and {row(by_score[0])} by the scores. The surplus is the same in all entries,"
        " which the derivative of the softmax cancels: after it the listing is right,"
        f" {row(chained[0])}, and with any other output it is wrong."
    )


def misspelled() -> str:
    def listing():
        names = {"cce_gradient": lambda y, p: -y / p}
        exec("gradient = cc_gradient([0, 1], [0.5, 0.5])", names)

    error = exception(listing)
    return f"The call as it is printed: `{type(error).__name__}: {error}`."


def reductions() -> str:
    import keras

    def clipped(y, p):
        return -np.mean(np.sum(y * np.log(np.clip(p, 1e-15, 1)), axis=-1))

    bare = -np.sum([1, 0, 0] * np.log([1.0, 0, 0]))
    in_keras = float(keras.losses.categorical_crossentropy(CLASSES[0], 0.5 * GUESSES[0]))
    return (
        f"A perfect prediction `[1, 0, 0]` costs {number(bare)} in the formula of 000. Halve all probabilities, so that"
        f" no row sums to 1, and the listing of 003 goes from {clipped(CLASSES, GUESSES):.4f} to"
        f" {clipped(CLASSES, 0.5 * GUESSES):.4f}; for the first row it says"
        f" {clipped(CLASSES[0], 0.5 * GUESSES[0]):.4f}, and Keras, which divides each row by its sum, {in_keras:.4f}."
    )


def swapped_arguments() -> str:
    def cost(y_true, y_pred):
        return np.mean(_clipped_bce(y_true, y_pred))

    before = cost(Y, P)

    def cost(y_pred, y_true=1):
        return _clipped_bce(y_true, y_pred)

    after = cost(Y, P)
    return (
        f"The same call returns {before:.4f} before the cell with the figure has run, and {row(after, 4)}, with a mean"
        f" of {np.mean(after):.3f}, after it."
    )


ERRATA = (
    Erratum(
        id="E03",
        severity="A",
        title="Binary cross-entropy without its brackets, its gradient without the mean",
        where="003, binary cross-entropy",
        says=(
            "The sum ends before the second term, which so stands outside the minus sign and the mean; the gradient is"
            r" $\frac{\hat y - y}{\hat y (1 - \hat y)}$."
        ),
        right=(
            r"$-\frac1n \sum_i \bigl( y_i \log \hat y_i + (1 - y_i) \log (1 - \hat y_i) \bigr)$, and the gradient of"
            r" this mean has the factor $\frac1n$, which the same text gives to MSE."
        ),
        evidence=bce_formula,
    ),
    Erratum(
        id="E07",
        severity="A",
        title="An epsilon that float32 does not see",
        where="003, listings of both cross-entropies and the figure of the classification losses",
        says="`1e-15` keeps probabilities away from 0 and 1.",
        right=(
            "Clip at what the dtype resolves, `np.finfo(p.dtype).eps`; better, compute from the scores, where nothing"
            " needs clipping."
        ),
        evidence=epsilon_in_float32,
    ),
    Erratum(
        id="E08",
        severity="C",
        title="A gradient by the probability, which fails where it matters",
        where="003, `bce_gradient`",
        says=r"The gradient is $\frac{p - y}{p (1 - p)\, n}$ after clipping.",
        right=(
            r"By the score $z$ the gradient is $p - y$, and the loss $\max(z, 0) - z y + \log(1 + e^{-|z|})$:"
            " no division, no clip."
        ),
        evidence=bce_gradient_at_the_clip,
    ),
    Erratum(
        id="E09",
        severity="A",
        title="A categorical gradient that belongs to neither variable",
        where="003, `cce_gradient`",
        says=r"The gradient by the probabilities is $\frac{p - y}{n p}$.",
        right=r"By the probabilities it is $-\frac{y}{n p}$; by the scores before the softmax, $\frac{p - y}{n}$.",
        evidence=cce_gradient,
    ),
    Erratum(
        id="E10",
        severity="B",
        title="A call by the wrong name",
        where="003, example of categorical cross-entropy",
        says="The example calls `cc_gradient`.",
        right="The function is called `cce_gradient`.",
        evidence=misspelled,
    ),
    Erratum(
        id="E11",
        severity="C",
        title="Categorical cross-entropy: one sample or the mean, and rows that sum to anything",
        where="000, formula of categorical cross-entropy; 003, `categorical_cross_entropy`",
        says="000 sums over the classes of one sample, with no average and no guard; 003 clips and checks nothing.",
        right=(
            r"Say whether the value belongs to a sample or is the mean, count $0 \log 0$ as 0, and refuse rows that do"
            " not sum to 1. From the scores, all of that comes by itself."
        ),
        evidence=reductions,
    ),
    Erratum(
        id="E12",
        severity="A",
        title="One name, two orders of arguments",
        where="003, `binary_cross_entropy` in the listing and again in the figure",
        says=(
            "`(y_true, y_pred, epsilon)` returns a mean; later `(y_pred, y_true=1)`, under the same name, returns an"
            " array."
        ),
        right="One name has one signature. Every loss of this book takes `(y_true, y_pred)`.",
        evidence=swapped_arguments,
    ),
)
