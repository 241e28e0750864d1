"""Losses for classes: cross-entropy, margins and focal losses.

`y_pred` is the raw score z of a class, any real number; ``loss.predict(z)`` gives the probability. Nothing is clipped:
each loss is computed from differences of scores, which keeps all digits however sure a model is. A score may be
infinite: the loss is then its limit, never NaN, and equal infinities count as equal scores.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.core import Facts, Loss, as_labels, check_classes, check_distributions, check_finite, shown
from lossbook.numerics import log_softmax, softplus, sum_of_products

__all__ = [
    "BinaryCrossEntropy",
    "BinaryFocal",
    "CategoricalCrossEntropy",
    "CategoricalFocal",
    "Hinge",
    "LogitAdjustedCrossEntropy",
    "SparseCategoricalCrossEntropy",
    "SquaredHinge",
    "class_sample_weight",
]

LARGE_GAMMA = 1000  # up to here, a power has all the digits that the bounds of the tests ask for


@dataclass(frozen=True)
class _LogitLoss(Loss):
    """A loss of one score per sample, which gives the probability of class 1."""

    def _remedy(self, true: tuple[int, ...], pred: tuple[int, ...]) -> str:
        if pred == (*true, 2):
            return "; of the scores of two classes, take y_pred[..., 1] - y_pred[..., 0]"
        return super()._remedy(true, pred)


@dataclass(frozen=True)
class BinaryCrossEntropy(_LogitLoss):
    r"""The surprise, minus log probability, of a yes-or-no label given its logit; also called log or logistic loss.

    Here $w$ is `positive_weight` and $s$ is `label_smoothing`. The label is 0 or 1, or a probability between them. $w$
    counts class 1 as $w$ samples and multiplies the odds of the best constant by $w$; $s$ moves each label toward 1/2.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in nats.

    Gradient: $(1 - y')\, p - w\, y' (1 - p)$ with $p = 1 / (1 + e^{-z})$; plainly, $p - y$.

    Hessian: $(w\, y' + 1 - y')\, p (1 - p)$.

    Fails when labels are wrong: a confident mistake costs as much as its score, without bound. On separable classes it
    has no minimum, and the scores grow forever unless they are regularized. Probabilities, such as those that
    `predict_proba` returns, pass for logits without an error: `to_score` makes logits of them.

    Raises ValueError unless labels lie in [0, 1], `positive_weight` is positive and `label_smoothing` in [0, 1).

    >>> loss = BinaryCrossEntropy()
    >>> loss.value([1, 1, 0], [0.0, 40.0, 1000.0]).tolist()
    [0.6931471805599453, 4.248354255291589e-18, 1000.0]
    >>> loss.gradient([1, 1, 0], [0.0, 40.0, 1000.0]).tolist()
    [-0.5, -4.248354255291589e-18, 1.0]
    >>> BinaryCrossEntropy(positive_weight=3).value([1, 0], [0.0, 0.0]).round(4)
    array([2.0794, 0.6931])
    """

    positive_weight: float = 1.0
    label_smoothing: float = 0.0

    facts: ClassVar[Facts] = Facts(
        formula=r"w\, y' \log(1 + e^{-z}) + (1 - y') \log(1 + e^{z})",
        where=r"y' = (1 - s)\, y + s / 2",
        task="binary classification",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="class probability",
        reference="Cox (1958)",
        link="sigmoid",
        likelihood="Bernoulli",
        keras="keras.losses.BinaryCrossentropy",
        torch="torch.nn.BCEWithLogitsLoss",
        sklearn="sklearn.metrics.log_loss",
    )

    def __post_init__(self) -> None:
        self._set_number("positive_weight", 0, math.inf)
        self._set_number("label_smoothing", 0, 1, closed=True)
        if not self._plain:
            self._set_facts(statistic="distorted class probability", likelihood=None)

    @property
    def _plain(self) -> bool:
        return self.positive_weight == 1 and self.label_smoothing == 0

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_true, y_pred = super()._arguments(y_true, y_pred)
        if y_true.size and not 0 <= y_true.min() <= y_true.max() <= 1:
            raise ValueError(
                f"y_true must lie between 0 and 1, got values from {shown(y_true.min())} to {shown(y_true.max())}"
            )
        return y_true, y_pred, np.exp(-np.abs(y_pred))

    # The value is a straight line on each side of 0, plus a bend that joins the two lines. Neither is ever negative, so
    # nothing cancels. The exponential e is that of -|z|, which cannot overflow.

    def _value(self, y: NDArray, z: NDArray, e: NDArray) -> NDArray:
        value = _times(self._slope(y, z > 0), z)
        value += self._weighted(y, np.log1p(e))
        return value

    def _gradient(self, y: NDArray, z: NDArray, e: NDArray) -> NDArray:
        return (self._slope(y, z > 0) + self._slope(y, z <= 0) * e) / (1 + e)

    def _hessian(self, y: NDArray, z: NDArray, e: NDArray) -> NDArray:
        return self._weighted(y, e / (1 + e) ** 2)

    def _slope(self, y: NDArray, right: NDArray) -> NDArray:
        """The slope of the line to the right of 0 where `right`, else of the line to the left."""
        if self._plain:
            return right - y  # what the last line gives, several times faster
        one, zero = self._weights(y)
        return np.where(right, zero, -one)

    def _weighted(self, y: NDArray, bend: NDArray) -> NDArray:
        """The bend times the weight of each sample, that of both classes together."""
        return bend if self._plain else bend * sum(self._weights(y))

    def _weights(self, y: NDArray) -> tuple[NDArray, NDArray]:
        """How much class 1 and class 0 count in each sample."""
        kept, half = 1 - self.label_smoothing, self.label_smoothing / 2
        return self.positive_weight * (kept * y + half), kept * (1 - y) + half


@dataclass(frozen=True)
class _SoftmaxLoss(Loss):
    """A loss of K scores per sample, whose differences give the probability of each class."""

    score_ndim: ClassVar[int] = 1
    target_ndim: ClassVar[int] = 1
    shapes: ClassVar[str] = "y_pred must be (n, K), a score for each class, and y_true (n, K), rows that sum to 1"

    def _remedy(self, true: tuple[int, ...], pred: tuple[int, ...]) -> str:
        if true == pred[:-1]:
            return f"; numbers of classes are for SparseCategoricalCrossEntropy, or take np.eye({pred[-1]})[y_true]"
        return super()._remedy(true, pred)

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_true, y_pred = super()._arguments(y_true, y_pred)
        check_classes("y_pred", y_pred)
        return y_true, y_pred

    def _gradient(self, y: NDArray, z: NDArray) -> NDArray:
        return self._value_and_gradient(y, z)[1]

    def _hessian(self, y: NDArray, z: NDArray) -> NDArray:
        p, q, _ = _softmax(z)
        return _covariance(p, q)


@dataclass(frozen=True)
class CategoricalCrossEntropy(_SoftmaxLoss):
    r"""The surprise, minus log probability, of one class among K, given K logits and a one-hot row or a distribution.

    Here $s$ is `label_smoothing`, which moves each label toward the uniform distribution.

    Shapes: `y_true` and `y_pred` (n, K), rows of `y_true` sum to 1; the value (n,), in nats.

    Gradient: $p - y'$, in the shape (n, K).

    Hessian: $\operatorname{diag}(p) - p p^\top$, in the shape (n, K, K). Each row sums to 0, since adding one number to
    all scores of a sample changes nothing.

    Fails when labels are wrong: a confident mistake costs as much as its gap in score, without bound. And K scores are
    one too many: without regularization the weights of a model are not unique. Probabilities pass for logits without an
    error: `to_score` makes logits of them.

    Raises ValueError unless the rows are distributions and `label_smoothing` is in [0, 1).

    >>> loss = CategoricalCrossEntropy()
    >>> loss.value([[1, 0, 0], [0, 1, 0]], [[0.0, 0.0, 0.0], [50.0, 0.0, 0.0]]).round(6)
    array([ 1.098612, 50.      ])
    >>> loss.gradient([[1, 0, 0], [0, 1, 0]], [[0.0, 0.0, 0.0], [50.0, 0.0, 0.0]]).round(6) + 0.0
    array([[-0.666667,  0.333333,  0.333333],
           [ 1.      , -1.      ,  0.      ]])
    """

    label_smoothing: float = 0.0

    facts: ClassVar[Facts] = Facts(
        formula=r"-\sum_k y'_k \log p_k",
        where=r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}, \qquad y' = (1 - s)\, y + s / K",
        task="multiclass classification",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="class probability",
        reference="Bridle (1990)",
        link="softmax",
        likelihood="categorical",
        keras="keras.losses.CategoricalCrossentropy",
        torch="torch.nn.CrossEntropyLoss",
        sklearn="sklearn.metrics.log_loss",
    )

    def __post_init__(self) -> None:
        self._set_number("label_smoothing", 0, 1, closed=True)
        if self.label_smoothing:
            self._set_facts(statistic="distorted class probability", likelihood=None)

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        given = y_true
        y_true, y_pred = super()._arguments(y_true, y_pred)
        check_distributions("y_true", y_true, given)
        if self.label_smoothing:
            return (1 - self.label_smoothing) * y_true + self.label_smoothing / y_pred.shape[-1], y_pred
        return y_true, y_pred

    def _value(self, y: NDArray, z: NDArray) -> NDArray:
        return _weighted_sum(y, _surprise(z))

    def _value_and_gradient(self, y: NDArray, z: NDArray) -> tuple[NDArray, NDArray]:
        p, q, surprise = _softmax(z)
        return _weighted_sum(y, surprise), (1 - y) * p - y * q


@dataclass(frozen=True)
class SparseCategoricalCrossEntropy(_SoftmaxLoss):
    r"""`CategoricalCrossEntropy` given K logits and the number of the class, 0 to K - 1, as label.

    Shapes: `y_true` (n,), `y_pred` (n, K); the value (n,), in nats.

    Gradient: $p_k$ for the other classes, $p_y - 1$ for the label's, in the shape (n, K).

    Hessian: $\operatorname{diag}(p) - p p^\top$, in the shape (n, K, K).

    Fails like `CategoricalCrossEntropy`.

    Raises ValueError unless each label is a whole number from 0 to K - 1.

    >>> loss = SparseCategoricalCrossEntropy()
    >>> loss.value([0, 1], [[0.0, 0.0, 0.0], [50.0, 0.0, 0.0]]).round(6)
    array([ 1.098612, 50.      ])
    >>> loss.hessian([0], [[0.0, 0.0, 0.0]]).round(4)
    array([[[ 0.2222, -0.1111, -0.1111],
            [-0.1111,  0.2222, -0.1111],
            [-0.1111, -0.1111,  0.2222]]])
    """

    target_ndim: ClassVar[int] = 0
    shapes: ClassVar[str] = "y_pred must be (n, K), a score for each class, and y_true (n,), the number of a class"

    facts: ClassVar[Facts] = Facts(
        formula=r"-\log p_y = \log\Bigl(1 + \sum_{k \ne y} e^{z_k - z_y}\Bigr)",
        task="multiclass classification",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="class probability",
        reference="Bridle (1990)",
        link="softmax",
        likelihood="categorical",
        keras="keras.losses.SparseCategoricalCrossentropy",
        torch="torch.nn.CrossEntropyLoss",
        sklearn="sklearn.metrics.log_loss",
    )

    def _remedy(self, true: tuple[int, ...], pred: tuple[int, ...]) -> str:
        if true == pred:
            return "; one-hot rows are for CategoricalCrossEntropy, or take y_true.argmax(axis=-1)"
        if true == (*pred[:-1], 1):
            return "; y_true[..., 0] has the same entries without the axis of length 1"
        return super()._remedy(true, pred)

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_true, y_pred = super()._arguments(y_true, y_pred)
        classes = y_pred.shape[-1]
        wrong = (y_true < 0) | (y_true >= classes) | (y_true != np.floor(y_true))
        if wrong.any():
            raise ValueError(
                f"y_true must hold whole numbers from 0 to {classes - 1}, the classes of y_pred, "
                f"got {shown(y_true[wrong][0])}"
            )
        return y_true.astype(np.intp)[..., None], y_pred

    def _value(self, label: NDArray, z: NDArray) -> NDArray:
        with np.errstate(invalid="ignore"):
            others = z - np.take_along_axis(z, label, -1)
        np.exp(others, out=others)
        np.put_along_axis(others, label, 0, -1)
        value = np.asarray(np.log1p(sum_of_products(others)))
        far = ~np.isfinite(value)  # the sum overflows, or scores are infinite
        value[far] = np.take_along_axis(_surprise(z[far]), label[far], -1)[..., 0]
        return value

    def _value_and_gradient(self, label: NDArray, z: NDArray) -> tuple[NDArray, NDArray]:
        p, q, surprise = _softmax(z)
        np.put_along_axis(p, label, -np.take_along_axis(q, label, -1), -1)
        return np.take_along_axis(surprise, label, -1)[..., 0], p


@dataclass(frozen=True)
class LogitAdjustedCrossEntropy(SparseCategoricalCrossEntropy):
    r"""Cross-entropy of logits to which `tau` times the log of each class' share is added, in training alone.

    The shares of the classes are thereby taken out of what the model learns: the largest of its own logits is the class
    that is right most often if every class counts alike, however rare it is. With `tau` 0 it is
    `SparseCategoricalCrossEntropy`; with `tau` 1 it minimizes the balanced error, the mean over the classes of the
    share that is missed.

    Shapes: `y_true` (n,), numbers of classes; `y_pred` (n, K), logits without the adjustment; `prior` holds K shares,
    all positive and with the sum 1. The value (n,), in nats.

    Gradient: $p_k$ for the other classes, $p_y - 1$ for the label's, with the softmax p of the adjusted logits, in the
    shape (n, K).

    Hessian: $\operatorname{diag}(p) - p p^\top$, in the shape (n, K, K).

    Fails where probabilities are asked for as they are in the data: `predict` gives those for classes of equal shares.

    Raises ValueError unless each label is a whole number from 0 to K - 1, for the K shares of `prior`.

    >>> loss = LogitAdjustedCrossEntropy(prior=(0.9, 0.1))
    >>> loss.value([0, 1], [[0.0, 0.0], [0.0, 0.0]]).round(4)
    array([0.1054, 2.3026])
    >>> loss.gradient([1], [[0.0, 0.0]]).round(4)
    array([[ 0.9, -0.9]])
    """

    prior: tuple[float, ...] = (0.5, 0.5)
    tau: float = 1.0

    facts: ClassVar[Facts] = replace(
        SparseCategoricalCrossEntropy.facts,
        formula=r"-\log \frac{\pi_y^\tau e^{z_y}}{\sum_k \pi_k^\tau e^{z_k}}",
        statistic="class probability at equal shares",
        reference="Menon et al. (2021)",
        keras=None,
        torch=None,
        sklearn=None,
    )

    def __post_init__(self) -> None:
        self._set_number("tau", 0, math.inf, closed=True)
        given = self.prior.tolist() if isinstance(self.prior, np.ndarray) else self.prior
        shares = list(given) if isinstance(given, list | tuple) else []
        prior = tuple(self._number(f"prior[{k}]", share, 0, math.inf) for k, share in enumerate(shares))
        if len(prior) < 2 or not math.isclose(math.fsum(prior), 1, rel_tol=1e-6):
            raise ValueError(
                f"{type(self).__name__}: prior must hold a positive share for each class, two or more with the sum 1, "
                f"got {self.prior!r}"
            )
        object.__setattr__(self, "prior", prior)

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        label, z = super()._arguments(y_true, y_pred)
        if z.shape[-1] != len(self.prior):
            raise ValueError(
                f"y_pred must have a score for each of the {len(self.prior)} classes of prior, got {z.shape[-1]}"
            )
        # Relative to the largest score, so that neither a shift of all nor infinite ones take digits of the shares.
        top = z.max(axis=-1, keepdims=True)
        with np.errstate(invalid="ignore"):
            adjusted = z - top
        infinite = np.isinf(top[..., 0])
        adjusted[infinite] = np.where(z[infinite] == top[infinite], 0, -np.inf)
        adjusted += (self.tau * np.log(self.prior)).astype(z.dtype)
        return label, adjusted


@dataclass(frozen=True)
class _MarginLoss(Loss):
    """A loss of the margin ``m = y_true * y_pred``; its kernels take the label and the margin."""

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_true, y_pred = super()._arguments(y_true, y_pred)
        _check_labels(y_true, -1, 1)
        return y_true, y_true * y_pred


@dataclass(frozen=True)
class Hinge(_MarginLoss):
    r"""How far the margin $y z$ of a raw score falls short of 1, for labels -1 and +1: that of support vector machines.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape.

    Gradient: $-y$ for $y z < 1$, else $0$. At the kink, $y z = 1$, the subgradient 0 is returned.

    Hessian: none. The slope jumps at the margin and is constant elsewhere.

    Fails when a probability is wanted: its best constant is the majority's label, however narrow the majority.

    Raises ValueError unless each label is -1 or +1; ``2 * y - 1`` makes them from 0 and 1.

    >>> loss = Hinge()
    >>> loss.value([1, 1, -1], [2.0, 0.25, 0.5])
    array([0.  , 0.75, 1.5 ])
    >>> loss.gradient([1, 1, -1], [2.0, 0.25, 0.5]) + 0.0
    array([ 0., -1.,  1.])
    """

    facts: ClassVar[Facts] = Facts(
        formula=r"\max(0,\; 1 - y z)",
        task="binary classification",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=0,
        statistic="majority label",
        reference="Cortes and Vapnik (1995)",
        keras="keras.losses.Hinge",
        sklearn="sklearn.metrics.hinge_loss",
    )
    no_hessian: ClassVar[str] = (
        "its slope jumps at the margin and is constant elsewhere, so there is no curvature to use"
    )

    def _value(self, y: NDArray, m: NDArray) -> NDArray:
        return np.maximum(0, 1 - m)

    def _gradient(self, y: NDArray, m: NDArray) -> NDArray:
        return -y * (m < 1)


@dataclass(frozen=True)
class SquaredHinge(_MarginLoss):
    r"""The square of how far the margin $y z$ of a raw score falls short of 1, for labels -1 and +1: no kink.

    Its best constant is the mean of the labels, so $(1 + z) / 2$, clipped to [0, 1], estimates the probability.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape.

    Gradient: $-2 y \max(0, 1 - y z)$.

    Hessian: $2$ for $y z < 1$, else $0$; at $y z = 1$ it jumps.

    Fails when labels are wrong: a confident mistake costs the square of its score.

    Raises ValueError unless each label is -1 or +1; ``2 * y - 1`` makes them from 0 and 1.

    >>> loss = SquaredHinge()
    >>> loss.value([1, 1, -1], [2.0, 0.25, 0.5])
    array([0.    , 0.5625, 2.25  ])
    >>> loss.gradient([1, 1, -1], [2.0, 0.25, 0.5]) + 0.0
    array([ 0. , -1.5,  3. ])
    """

    facts: ClassVar[Facts] = Facts(
        formula=r"\max(0,\; 1 - y z)^2",
        task="binary classification",
        convex=True,
        bounded_influence=False,
        continuous_derivatives=1,
        statistic="mean",
        reference="Zhang (2004)",
        keras="keras.losses.SquaredHinge",
    )

    def _value(self, y: NDArray, m: NDArray) -> NDArray:
        return np.maximum(0, 1 - m) ** 2

    def _gradient(self, y: NDArray, m: NDArray) -> NDArray:
        return -2 * y * np.maximum(0, 1 - m)

    def _hessian(self, y: NDArray, m: NDArray) -> NDArray:
        return 2 * (m < 1).astype(m.dtype)


@dataclass(frozen=True)
class BinaryFocal(_LogitLoss):
    r"""Cross-entropy of a logit that all but ignores what is already right: for a few objects among much background.

    Here $p$ is the probability of the true class, $a_1 = \alpha$ and $a_0 = 1 - \alpha$; ``alpha=None`` counts both
    classes as 1. ``gamma=0, alpha=None`` is `BinaryCrossEntropy`. Labels are 0 and 1 only: the papers extend it to soft
    labels in several ways that disagree.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in nats.

    Gradient: $-(2 y - 1)\, a_y\, q^\gamma (q - \gamma\, p \log p)$. It is finite for every `gamma`, also below 1.

    Hessian: $a_y\, q^\gamma p\, \bigl( q\,(1 + 2\gamma + \gamma \log p) - \gamma^2 p \log p \bigr)$; negative for
    confident mistakes.

    Fails when the probabilities themselves are used: its best constant is drawn toward 1/2 by `gamma`, and toward the
    class that `alpha` favors, which at the default of 0.25 is class 0.

    Raises ValueError unless each label is 0 or 1, `gamma` is at least 0 and finite, and `alpha` in (0, 1) or None.

    >>> loss = BinaryFocal(gamma=2, alpha=None)
    >>> loss.value([1, 1, 0], [0.0, 5.0, 5.0]).round(9)
    array([1.73286795e-01, 3.01000000e-07, 4.93992122e+00])
    >>> BinaryFocal(gamma=0.5).gradient([1, 0], [100.0, 100.0]).round(6) + 0.0
    array([0.  , 0.75])
    """

    gamma: float = 2.0
    alpha: float | None = 0.25

    facts: ClassVar[Facts] = Facts(
        formula=r"a_y\, q^\gamma\, (-\log p)",
        where=r"p = \frac1{1 + e^{-t}}, \quad q = 1 - p, \quad t = (2 y - 1)\, z",
        task="binary classification",
        convex=False,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="distorted class probability",
        reference="Lin et al. (2017)",
        link="sigmoid",
        keras="keras.losses.BinaryFocalCrossentropy",
    )

    def __post_init__(self) -> None:
        self._set_number("gamma", 0, math.inf, closed=True)
        if self.alpha is not None:
            self._set_number("alpha", 0, 1)
        if self.gamma == 0:  # a cross-entropy
            self._set_facts(
                convex=True,
                statistic="class probability" if self.alpha in (None, 0.5) else "distorted class probability",
                likelihood="Bernoulli" if self.alpha is None else None,
            )

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_true, y_pred = super()._arguments(y_true, y_pred)
        _check_labels(y_true, 0, 1)
        side = 2 * y_true - 1
        return side, side * y_pred

    def _value(self, side: NDArray, t: NDArray) -> NDArray:
        value = softplus(-t)
        value *= self._factor(t)  # in place, here and below, to need less memory
        value *= self._weight(side)
        return value

    def _gradient(self, side: NDArray, t: NDArray) -> NDArray:
        slope = self.gamma * _entropy(t)
        slope += _sigmoid(-t)
        slope *= self._factor(t)
        slope *= self._weight(side)
        return -side * slope

    def _hessian(self, side: NDArray, t: NDArray) -> NDArray:
        p, q, g = _sigmoid(t), _sigmoid(-t), self.gamma
        bend = _times(self._factor(t), _times(p * q, 1 + 2 * g) + _times(g * _entropy(t), g * p - q))
        return self._weight(side) * bend

    def _factor(self, t: NDArray) -> NDArray:
        """q^gamma, without the rounding of a division, which the power would multiply."""
        if self.gamma > LARGE_GAMMA:
            return np.exp(-self.gamma * softplus(t))
        return (1 + np.exp(t)) ** -self.gamma

    def _weight(self, side: NDArray) -> NDArray | float:
        if self.alpha is None:
            return 1.0
        return np.where(side > 0, self.alpha, 1 - self.alpha).astype(side.dtype)


@dataclass(frozen=True)
class CategoricalFocal(_SoftmaxLoss):
    r"""`CategoricalCrossEntropy`, given K logits, that all but ignores what is already right.

    Here $p$ is the softmax of $z$. ``gamma=0`` is `CategoricalCrossEntropy`.

    Shapes: `y_true` and `y_pred` (n, K), rows of `y_true` sum to 1; the value (n,), in nats.

    Gradient: $p_j \sum_k y_k w_k - y_j w_j$ with $w_k = q_k^\gamma - \gamma\, p_k\, q_k^{\gamma-1} \log p_k$.

    Hessian, (n, K, K): $\sum_k y_k \bigl( w_k (\operatorname{diag}(p) - p p^\top) + v_k (e_k - p)(e_k - p)^\top \bigr)$
    with $v_k = \gamma\, p_k\, q_k^{\gamma-1} \bigl( 2 + \log p_k - (\gamma - 1)\, p_k \log p_k / q_k \bigr)$ and the
    one-hot row $e_k$. It has negative eigenvalues for confident mistakes.

    Fails when the probabilities themselves are used: its best constant distorts them.

    Raises ValueError unless the rows are distributions and `gamma` is at least 0 and finite.

    >>> loss = CategoricalFocal(gamma=2)
    >>> loss.value([[1, 0], [0, 1]], [[0.0, 0.0], [20.0, 0.0]]).round(6)
    array([ 0.173287, 20.      ])
    >>> loss.gradient([[1, 0], [0, 1]], [[0.0, 0.0], [20.0, 0.0]]).round(6)
    array([[-0.298287,  0.298287],
           [ 1.      , -1.      ]])
    """

    gamma: float = 2.0

    facts: ClassVar[Facts] = Facts(
        formula=r"-\sum_k y_k\, q_k^\gamma \log p_k",
        where=r"q_k = 1 - p_k",
        task="multiclass classification",
        convex=False,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="distorted class probability",
        reference="Lin et al. (2017)",
        link="softmax",
        keras="keras.losses.CategoricalFocalCrossentropy",
    )

    def __post_init__(self) -> None:
        self._set_number("gamma", 0, math.inf, closed=True)
        if self.gamma == 0:  # cross-entropy
            self._set_facts(convex=True, statistic="class probability", likelihood="categorical")

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        given = y_true
        y_true, y_pred = super()._arguments(y_true, y_pred)
        check_distributions("y_true", y_true, given)
        return y_true, y_pred

    def _value(self, y: NDArray, z: NDArray) -> NDArray:
        p, q, surprise = _softmax(z)
        return sum_of_products(_times(y, _power(p, q, self.gamma) * surprise))

    def _gradient(self, y: NDArray, z: NDArray) -> NDArray:
        p, q, surprise = _softmax(z)
        pull = y * self._slope(p, q, surprise)
        return (sum_of_products(pull)[..., None] - pull) * p - pull * q

    def _hessian(self, y: NDArray, z: NDArray) -> NDArray:
        p, q, surprise = _softmax(z)
        g, floor = self.gamma, _floor(q)
        entropy = _times(p, surprise)
        bend = y * g * _times(_power(p, floor, g - 1), 2 * p - entropy + (g - 1) * p * entropy / floor)
        pull = sum_of_products(y, self._slope(p, q, surprise))
        toward = np.broadcast_to(-p[..., None, :], (*p.shape, p.shape[-1])).copy()  # row k is e_k - p
        _set_diagonal(toward, q)
        return pull[..., None, None] * _covariance(p, q) + np.swapaxes(toward, -1, -2) @ (bend[..., None] * toward)

    def _slope(self, p: NDArray, q: NDArray, surprise: NDArray) -> NDArray:
        """How fast each class's term falls as the log of its probability grows."""
        g, entropy = self.gamma, _times(p, surprise)
        return _power(p, q, g) + g * _power(p, _floor(q), g - 1) * entropy


def class_sample_weight(y_true: ArrayLike, class_weight: Mapping[Any, float]) -> NDArray:
    """Return the `sample_weight` that counts each sample by its class.

    As everywhere, the mean then divides by the sum of the weights, so that weights which are all alike change nothing.
    (Keras divides by the number of samples, which scales the loss, and with it the learning rate.) The labels may be
    numbers or text, in any shape; of one-hot rows, pass ``y_true.argmax(axis=-1)``.

    Raises ValueError for a label that is missing, masked or without a weight, for labels that mix text with numbers,
    and for a weight that is negative or not finite.

    >>> weight = class_sample_weight([0, 0, 0, 1], {0: 1, 1: 3})
    >>> weight
    array([1., 1., 1., 3.])
    >>> BinaryCrossEntropy()([0, 0, 0, 1], [0.0, 0.0, 0.0, 2.0], sample_weight=weight)
    0.4100375958014589
    """
    if not isinstance(class_weight, Mapping):
        raise ValueError(f"class_weight must be a mapping from class to weight, got {class_weight!r}")
    labels = as_labels("y_true", y_true)
    classes, position = np.unique(labels, return_inverse=True)
    missing = [label for label in classes.tolist() if label not in class_weight]
    if missing:
        raise ValueError(f"class_weight must have a weight for every class of y_true, got none for {missing}")
    try:
        weights = np.array([float(class_weight[label]) for label in classes.tolist()])
    except (OverflowError, TypeError, ValueError):
        raise ValueError(f"class_weight must map to numbers, got {class_weight!r}") from None
    check_finite("class_weight", weights)
    if (weights < 0).any():
        raise ValueError(f"class_weight must not be negative, got {shown(weights.min())}")
    return weights[position.reshape(labels.shape)]


def _times(weight: NDArray, cost: NDArray | float) -> NDArray:
    """weight * cost, where a weight of 0 rules out even an infinite cost."""
    with np.errstate(invalid="ignore"):
        product = np.asarray(weight * cost)
    np.copyto(product, 0, where=np.isnan(product))
    return product


def _weighted_sum(weight: NDArray, cost: NDArray) -> NDArray:
    """The sum over the last axis of weight * cost, as `_times` takes it."""
    with np.errstate(invalid="ignore"):
        total = sum_of_products(weight, cost)
    undecided = np.isnan(total)  # 0 * infinity among the terms
    if undecided.any():
        total[undecided] = sum_of_products(_times(weight[undecided], cost[undecided]))
    return total


def _sigmoid(t: NDArray) -> NDArray:
    """The probability of score t, accurate down to the smallest float, where SciPy's expit is 0."""
    return np.exp(np.minimum(t, 0)) / (1 + np.exp(-np.abs(t)))


def _entropy(t: NDArray) -> NDArray:
    """-p log p for the probability p of score t."""
    return _times(_sigmoid(t), softplus(-t))


def _surprise(z: NDArray) -> NDArray:
    """-log p for each class."""
    log_p = log_softmax(z)
    return np.abs(log_p, out=log_p)  # no logarithm is positive, and a sure class costs 0, not -0


def _softmax(z: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """p, 1 - p and -log p, each with all its digits, also next to 0."""
    surprise = _surprise(z)
    return np.exp(-surprise), -np.expm1(-surprise), surprise


def _covariance(p: NDArray, q: NDArray) -> NDArray:
    """diag(p) - p p^T, the covariance of a one-hot label with probabilities p; q is 1 - p."""
    covariance = -p[..., :, None] * p[..., None, :]
    _set_diagonal(covariance, p * q)
    return covariance


def _set_diagonal(matrices: NDArray, diagonal: NDArray) -> None:
    index = np.arange(diagonal.shape[-1])
    matrices[..., index, index] = diagonal


def _power(p: NDArray, q: NDArray, exponent: float) -> NDArray:
    """q^exponent, where q is 1 - p; a large exponent would multiply the rounding of a q next to 1."""
    if exponent > LARGE_GAMMA:
        return np.exp(exponent * np.log1p(-np.minimum(p, 0.5)))
    return np.asarray(q**exponent)


def _floor(q: NDArray) -> NDArray:
    """q, but never 0, so that it can be a divisor; where q is 0, so is the dividend."""
    return np.maximum(q, np.finfo(q.dtype).tiny)


def _check_labels(y_true: NDArray, low: int, high: int) -> None:
    wrong = (y_true != low) & (y_true != high)
    if wrong.any():
        labels, remedy = ("-1 and +1", "; 2 * y - 1 makes them from 0 and 1") if low < 0 else ("0 and 1", "")
        raise ValueError(f"y_true must hold the labels {labels}, got {shown(y_true[wrong][0])}{remedy}")
