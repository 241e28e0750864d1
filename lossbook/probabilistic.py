"""Losses that score a whole distribution: minus the logarithm of the probability it gave to what happened.

`y_pred` holds the raw parameters of the distribution, any real numbers; ``loss.predict`` gives them on their natural
scale. A parameter may be infinite: the loss is then its limit, never NaN. A density can exceed 1, and the value of a
loss that comes from one is then negative: nothing is wrong, and there is nothing to clip.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.classification import CategoricalCrossEntropy
from lossbook.core import Facts, Loss, shown
from lossbook.numerics import LINKS, in_float64, log_softmax, sum_of_products
from lossbook.regression import GeneralRobust, LogCosh

__all__ = ["GaussianNLL", "GeneralRobustNLL", "KLDivergence", "LaplaceNLL", "PoissonNLL", "log_partition"]

FLOAT = np.finfo(np.float64)
# log k! - k log k + k
STIRLING = np.array([math.log(math.factorial(k) / k**k * math.exp(k)) for k in range(24)])


@dataclass(frozen=True)
class _TwoColumnLoss(Loss):
    """A loss of a location and the logarithm of a spread; its kernels take the residual and that logarithm."""

    score_ndim: ClassVar[int] = 1
    location: ClassVar[str]
    spread: ClassVar[str]

    def predict(self, score: ArrayLike) -> NDArray:
        score = self._check_scale("score", score)
        location, log_spread = self._columns("score", score)
        with np.errstate(over="ignore"):
            return np.stack([location, LINKS["exp"].predict(log_spread)], axis=-1)

    def to_score(self, prediction: ArrayLike) -> NDArray:
        prediction = self._check_scale("prediction", prediction)
        location, spread = self._columns("prediction", prediction)
        if (spread < 0).any():
            raise ValueError(f"prediction must have a {self.spread} of at least 0, got {shown(spread.min())}")
        return np.stack([location, LINKS["exp"].to_score(spread)], axis=-1)

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_true, y_pred = super()._arguments(y_true, y_pred)
        location, log_spread = self._columns("y_pred", y_pred)
        return location - y_true, log_spread

    def _columns(self, name: str, array: NDArray) -> tuple[NDArray, NDArray]:
        if array.shape[-1:] != (2,):
            spread = self.spread if name == "prediction" else f"log-{self.spread}"
            raise ValueError(f"{name} must have two columns, {self.location} and {spread}, got shape {array.shape}")
        return array[..., 0], array[..., 1]

    def _remedy(self, true: tuple[int, ...], pred: tuple[int, ...]) -> str:
        if true == pred:
            return f"; np.stack([{self.location}, log_{self.spread}], axis=-1) makes it of two arrays"
        return super()._remedy(true, pred)


@dataclass(frozen=True)
class GaussianNLL(_TwoColumnLoss):
    r"""How surprising the target is under a normal distribution whose mean and log-variance are predicted.

    The columns of `y_pred` are the mean $\mu$ and the log-variance $s = \log \sigma^2$, so that no variance is ever
    negative or needs a floor. With a fixed variance the loss is squared error, divided by $2 \sigma^2$ and shifted.

    Shapes: `y_true` (n,), `y_pred` (n, 2); the value (n,), in nats; `predict` gives mean and variance. The value is
    negative where the density exceeds 1.

    Gradient: $\bigl( (\mu - y)\, e^{-s},\; \tfrac12 (1 - (\mu - y)^2 e^{-s}) \bigr)$, in the shape (n, 2).

    Hessian: $e^{-s} \begin{pmatrix} 1 & -(\mu - y) \\ -(\mu - y) & \tfrac12 (\mu - y)^2 \end{pmatrix}$, in the shape
    (n, 2, 2). Convex in the mean and in the log-variance, but not in both: its determinant is negative unless
    $\mu = y$.

    Fails when a model can hit a target exactly: the variance then shrinks forever and the value falls without bound.
    And where a mean starts far off, the variance grows to excuse it, which takes away the mean's gradient.

    >>> loss = GaussianNLL()
    >>> loss.value([0.0, 0.0, 0.0], [[0.0, 0.0], [0.0, -4.0], [3.0, 0.0]]).round(4)
    array([ 0.9189, -1.0811,  5.4189])
    >>> loss.gradient([0.0, 0.0, 0.0], [[0.0, 0.0], [0.0, -4.0], [3.0, 0.0]])
    array([[ 0. ,  0.5],
           [ 0. ,  0.5],
           [ 3. , -4. ]])
    """

    location: ClassVar[str] = "mean"
    spread: ClassVar[str] = "variance"
    shapes: ClassVar[str] = "y_pred must be (n, 2), mean and log-variance, and y_true (n,)"
    facts: ClassVar[Facts] = Facts(
        formula=r"\tfrac12 \bigl( \log 2\pi + s + (\mu - y)^2 e^{-s} \bigr)",
        variables=r"y, \mu, s",
        task="regression with uncertainty",
        convex=False,
        bounded_influence=False,
        continuous_derivatives=math.inf,
        statistic="mean and variance",
        reference="Nix and Weigend (1994)",
        link="identity and exp",
        likelihood="Gaussian",
        torch="torch.nn.GaussianNLLLoss",
    )

    def _value(self, r: NDArray, s: NDArray) -> NDArray:
        return _surprise(_divide_by_exp(r, s / 2) ** 2 / 2, (s + math.log(2 * math.pi)) / 2)

    def _gradient(self, r: NDArray, s: NDArray) -> NDArray:
        z = _divide_by_exp(r, s / 2)
        return np.stack([_divide_by_exp(z, s / 2), (1 - z * z) / 2], axis=-1)

    def _hessian(self, r: NDArray, s: NDArray) -> NDArray:
        z = _divide_by_exp(r, s / 2)
        mixed = -_divide_by_exp(z, s / 2)
        return np.stack([np.stack([np.exp(-s), mixed], axis=-1), np.stack([mixed, z * z / 2], axis=-1)], axis=-2)


@dataclass(frozen=True)
class LaplaceNLL(_TwoColumnLoss):
    r"""How surprising the target is under a Laplace distribution whose location and log-scale are predicted.

    The columns of `y_pred` are the location $\mu$ and the log-scale $s$; the scale $e^s$ is the mean absolute deviation
    itself, not a square as in `GaussianNLL`. With a fixed scale the loss is absolute error, divided by it and shifted.

    Shapes: `y_true` (n,), `y_pred` (n, 2); the value (n,), in nats; `predict` gives location and scale. The value is
    negative where the density exceeds 1.

    Gradient: $\bigl( \operatorname{sign}(\mu - y)\, e^{-s},\; 1 - |\mu - y|\, e^{-s} \bigr)$, in the shape (n, 2). At
    the kink, $\mu = y$, the subgradient 0 is returned for the location.

    Hessian: none. The slope in the location jumps at $y$ and is constant elsewhere.

    Fails like `GaussianNLL` on a target that can be hit exactly. Outliers pull the location no harder than any other
    sample, but still inflate the scale without bound.

    >>> loss = LaplaceNLL()
    >>> loss.value([0.0, 0.0], [[0.0, -3.0], [10.0, 0.0]]).round(4)
    array([-2.3069, 10.6931])
    >>> loss.gradient([0.0, 0.0], [[0.0, -3.0], [10.0, 0.0]])
    array([[ 0.,  1.],
           [ 1., -9.]])
    """

    location: ClassVar[str] = "location"
    spread: ClassVar[str] = "scale"
    shapes: ClassVar[str] = "y_pred must be (n, 2), location and log-scale, and y_true (n,)"
    facts: ClassVar[Facts] = Facts(
        formula=r"\log 2 + s + |\mu - y|\, e^{-s}",
        variables=r"y, \mu, s",
        task="regression with uncertainty",
        convex=False,
        bounded_influence=False,
        continuous_derivatives=0,
        statistic="median and mean absolute deviation",
        reference="Laplace (1774)",
        link="identity and exp",
        likelihood="Laplace",
    )
    no_hessian: ClassVar[str] = "its slope in the location jumps at 0 and is constant elsewhere"

    def _value(self, r: NDArray, s: NDArray) -> NDArray:
        return _surprise(_divide_by_exp(np.abs(r), s), s + math.log(2))

    def _gradient(self, r: NDArray, s: NDArray) -> NDArray:
        return np.stack([_divide_by_exp(np.sign(r), s), 1 - _divide_by_exp(np.abs(r), s)], axis=-1)


# The trapezoidal rule for the integral in `log_partition`: the logarithms of cosh u at its nodes, and its weights,
# doubled to stand for the negative half as well. Beyond 40, less than 1e-16 of the integral is left.
_NODES = np.arange(321) / 8
LOG_COSH = LogCosh()._value(_NODES)
WEIGHTS = np.cosh(_NODES) / 4 * np.where(_NODES > 0, 1, 0.5)


def log_partition(alpha: float) -> float:
    r"""Return the logarithm of the constant that makes a density of Barron's loss: $\log \int e^{-\rho(x)}\, dx$.

    Here $\rho(x)$ is the value of ``GeneralRobust(alpha)`` at the residual $x$. Below ``alpha=0`` it levels off, and
    the integral is infinite. From there on, $x = \sqrt{2 - \alpha}\, \sinh u$ makes the integrand a function of $u$
    that is smooth for every alpha, so that a sum over equal steps gets all digits of the integral.

    Raises ValueError unless `alpha` lies between 0 and 2, both included.

    >>> log_partition(2) == math.log(2 * math.pi) / 2
    True
    >>> round(log_partition(0) - math.log(math.pi * math.sqrt(2)), 12)
    0.0
    """
    return GeneralRobustNLL(alpha).log_partition


@dataclass(frozen=True)
class GeneralRobustNLL(GeneralRobust):
    r"""How surprising the target is around a predicted value, under the density that belongs to Barron's loss.

    It is `GeneralRobust` plus what makes a likelihood of it, so that the values of different `alpha` and `c` may be
    compared: of two pairs, the one of the lower value fits the residuals better. Gradient and Hessian stay the same.
    From Gaussian at ``alpha=2`` the tails grow to those of a Cauchy distribution at ``alpha=0``. The twins of this name
    in `lossbook.frameworks` learn both hyperparameters with the model.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in nats. It is negative where the
    density exceeds 1.

    Gradient: that of `GeneralRobust`.

    Hessian: that of `GeneralRobust`.

    Fails where outliers come in a bunch or on one side: no symmetric density with one peak fits them. And where a model
    can hit most targets exactly: the best `c` is then 0, and the value falls without bound.

    Raises ValueError unless `alpha` lies between 0 and 2, both included, and `c` is positive and finite.

    >>> loss = GeneralRobustNLL(alpha=2, c=3)
    >>> bool(np.isclose(loss.value([0.0], [6.0]), GaussianNLL().value([0.0], [[6.0, math.log(9)]]))[0])
    True
    >>> residuals = np.array([-0.5, 0.25, 1.0, -0.75, 20.0])  # one of them is an outlier
    >>> [round(GeneralRobustNLL(alpha)(np.zeros(5), residuals), 4) for alpha in (0, 1, 2)]
    [2.7123, 5.1531, 41.1064]
    """

    facts: ClassVar[Facts] = replace(
        GeneralRobust.facts,
        formula=r"\rho(r/c, \alpha) + \log c + \log \int e^{-\rho(x, \alpha)}\, dx",
        where=(
            r"\rho(x, \alpha) = \frac{2 - \alpha}{\alpha}"
            r" \left( \Bigl( \frac{x^2}{2 - \alpha} + 1 \Bigr)^{\alpha/2} - 1 \right)"
        ),
        task="regression with uncertainty",
    )

    def __post_init__(self) -> None:
        self._set_number("alpha", 0, 2, closed=True, closed_above=True)
        super().__post_init__()

    @cached_property
    def log_partition(self) -> float:
        """What `log_partition` returns for `alpha`."""
        b = 2 - self.alpha
        if b == 0:
            return math.log(2 * math.pi) / 2
        near_cauchy = self.alpha < 1e-100  # where b / alpha might overflow
        rho = b * LOG_COSH if near_cauchy else b / self.alpha * np.expm1(self.alpha * LOG_COSH)
        return math.log(math.sqrt(b) * np.sum(WEIGHTS * np.exp(-rho)))

    def _value(self, r: NDArray) -> NDArray:
        return super()._value(r) + (self.log_partition + math.log(self.c))


@dataclass(frozen=True)
class PoissonNLL(Loss):
    r"""How surprising a count is under a Poisson distribution whose log-rate is predicted.

    The last term does not depend on the score; with it, the value is the full likelihood, comparable between models.
    Targets are counts. For a rate, such as claims in $t$ years, pass the count and add $\log t$ to the score.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in nats.

    Gradient: $e^z - y$, the predicted minus the observed count.

    Hessian: $e^z$.

    Fails when counts vary more than their mean, as most do: the rate stays right, but its uncertainty is understated.
    And a score that is far too high has an exponential gradient.

    Raises ValueError unless each target is a whole number from 0 on.

    >>> loss = PoissonNLL()
    >>> loss.value([0, 0, 3], [-np.inf, 0.0, np.log(3)]).round(4)
    array([0.    , 1.    , 1.4959])
    >>> loss.gradient([0, 0, 3], [-np.inf, 0.0, 0.0])
    array([ 0.,  1., -2.])
    """

    facts: ClassVar[Facts] = Facts(
        formula=r"e^z - y z + \log y!",
        task="counts",
        convex=True,
        bounded_influence=False,
        continuous_derivatives=math.inf,
        statistic="mean",
        reference="Nelder and Wedderburn (1972)",
        link="exp",
        likelihood="Poisson",
        keras="keras.losses.Poisson",
        torch="torch.nn.PoissonNLLLoss",
    )

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_true, y_pred = super()._arguments(y_true, y_pred)
        wrong = (y_true < 0) | (y_true != np.floor(y_true))
        if wrong.any():
            raise ValueError(f"y_true must hold counts, whole numbers from 0 on, got {shown(y_true[wrong][0])}")
        return y_true, y_pred

    def _value(self, y: NDArray, z: NDArray) -> NDArray:
        return in_float64(_poisson, 0, y, z)  # in float32 the rate alone can be off by more than the value

    def _gradient(self, y: NDArray, z: NDArray) -> NDArray:
        return np.exp(z) - y

    def _hessian(self, y: NDArray, z: NDArray) -> NDArray:
        return np.exp(z)


_CROSS_ENTROPY = CategoricalCrossEntropy()


@dataclass(frozen=True)
class KLDivergence(Loss):
    r"""The extra surprise of expecting the distribution that K logits predict where the target distribution holds.

    It is `CategoricalCrossEntropy` less the entropy of the target, which no score can change: the two have the same
    gradient and train alike, but this one is 0 for a perfect prediction. A term with $y_k = 0$ is 0.

    Shapes: `y_true` and `y_pred` (n, K), rows of `y_true` sum to 1; the value (n,), in nats.

    Gradient: $p - y$, in the shape (n, K).

    Hessian: $\operatorname{diag}(p) - p p^\top$, in the shape (n, K, K).

    Fails as a distance: it is not symmetric, and infinite where a possible class is ruled out. This direction spreads
    the prediction over all of the target, between two peaks too.

    Raises ValueError unless the rows are distributions.

    >>> loss = KLDivergence()
    >>> loss.value([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]], [[0.0, 0.0, -np.inf], [0.0, 2.0, 0.0]]).round(4)
    array([0.    , 0.5464])
    >>> loss.gradient([[0.5, 0.5, 0.0]], [[0.0, 2.0, 0.0]]).round(4)
    array([[-0.3935,  0.287 ,  0.1065]])
    """

    score_ndim: ClassVar[int] = 1
    target_ndim: ClassVar[int] = 1
    shapes: ClassVar[str] = CategoricalCrossEntropy.shapes
    facts: ClassVar[Facts] = Facts(
        formula=r"\sum_k y_k \log \frac{y_k}{p_k}",
        where=r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
        task="distributions",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="mean distribution",
        reference="Kullback and Leibler (1951)",
        link="softmax",
        likelihood="categorical",
        keras="keras.losses.KLDivergence",
        torch="torch.nn.KLDivLoss",
    )

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        return _CROSS_ENTROPY._arguments(y_true, y_pred)

    def _value(self, y: NDArray, z: NDArray) -> NDArray:
        return in_float64(_divergence, 1, y, z)

    def _gradient(self, y: NDArray, z: NDArray) -> NDArray:
        return _CROSS_ENTROPY._gradient(y, z)

    def _hessian(self, y: NDArray, z: NDArray) -> NDArray:
        return _CROSS_ENTROPY._hessian(y, z)


def _poisson(y: NDArray, z: NDArray) -> NDArray:
    """Minus the log-probability of a count: what the best rate, y itself, costs, and half the deviance of this rate.

    Near that rate the terms of the formula are far larger than their sum. Here no term is negative, so nothing cancels.
    """
    rate, count = np.exp(z), np.maximum(y, 1)
    ratio = rate / count
    # Near a rate that fits, the logarithm of the ratio has more digits than the difference of two logarithms.
    log_ratio = np.where(z < 0, z - np.log(count), np.log(np.clip(ratio, FLOAT.smallest_subnormal, FLOAT.max)))
    return np.where(y > 0, count * (ratio - 1 - log_ratio), rate) + _stirling(y)


def _stirling(y: NDArray) -> NDArray:
    """log y! - y log y + y for whole numbers y, of which log y! alone has lost the last digits."""
    x = np.maximum(y, len(STIRLING))
    series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / x / x) / x / x) / x / x) / x
    far = (np.log(x) + math.log(2 * math.pi)) / 2 + series
    return np.where(y < len(STIRLING), STIRLING[np.minimum(y, len(STIRLING) - 1).astype(int)], far)


def _divergence(y: NDArray, z: NDArray) -> NDArray:
    """The sum of p - y - y log(p / y), which is the divergence as both y and p sum to 1.

    Cross-entropy less entropy has no digits left where the prediction is near the target. Here no term is negative.
    """
    log_p = log_softmax(z)
    p, t = np.exp(log_p), log_p - np.log(np.where(y > 0, y, 1))
    with np.errstate(invalid="ignore"):  # 0 * infinity, in the branch not taken
        near, far = np.maximum(np.expm1(np.minimum(t, 1)) - t, 0), p - y - np.where(y > 0, y * t, 0)
        return sum_of_products(np.where((y > 0) & (np.abs(t) < 1), y * near, far))


def _divide_by_exp(r: NDArray, s: NDArray) -> NDArray:
    """r / exp(s) in two factors, so that none overflows before the result; for every s, 0 and infinity are kept."""
    tiny = np.finfo(r.dtype).tiny
    near = np.clip(s, math.log(tiny), -math.log(tiny))  # nearly always s itself, and the second factor 1
    far = np.maximum(np.exp(near - s), tiny)
    return r * np.exp(-near) * np.where(r == 0, 1, far)


def _surprise(penalty: NDArray, log_spread: NDArray) -> NDArray:
    """Their sum, infinite where the penalty is: that outgrows even the logarithm of a spread of 0."""
    return penalty + np.where(penalty < np.inf, log_spread, 0)
