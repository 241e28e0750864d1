"""Losses for a real-valued target. All of them depend on the residual ``r = y_pred - y_true`` alone.

Note the sign: a positive residual is a prediction that is too high, and the derivative with respect to `y_pred` is
the derivative with respect to `r`.

A target must be finite. A prediction may be infinite: the loss is then its limit, never NaN.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from lossbook.core import Facts, Loss

__all__ = [
    "AbsoluteError",
    "Expectile",
    "GeneralRobust",
    "Huber",
    "LogCosh",
    "Quantile",
    "SmoothL1",
    "SquaredError",
    "Tukey",
]

LARGE_ALPHA = 100  # from here on, a power loses more digits than the exponential that it stands for


@dataclass(frozen=True)
class ResidualLoss(Loss):
    """A loss of the residual; its `_value`, `_gradient` and `_hessian` take one array, ``r = y_pred - y_true``."""

    def _arguments(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_true, y_pred = super()._arguments(y_true, y_pred)
        return (np.asarray(y_pred - y_true),)


@dataclass(frozen=True)
class SquaredError(ResidualLoss):
    r"""The squared residual of a predicted value; its mean is the mean squared error (MSE).

    Unlike `Huber` and most textbooks on optimization, it has no factor 1/2: near zero this loss is twice Huber's.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in squared units of the target.

    Gradient: $2r$. It grows without bound, so one sample far off can outweigh all others.

    Hessian: $2$.

    Fails when a few targets are wrong or heavy-tailed: the mean, which it estimates, follows a single outlier anywhere.

    >>> loss = SquaredError()
    >>> loss.value([3.0, -0.5], [2.5, 1.5])
    array([0.25, 4.  ])
    >>> loss.gradient([3.0, -0.5], [2.5, 1.5])
    array([-1.,  4.])
    >>> loss([3.0, -0.5], [2.5, 1.5])
    2.125
    """

    facts: ClassVar[Facts] = Facts(
        formula=r"r^2",
        variables="r",
        task="regression",
        convex=True,
        bounded_influence=False,
        continuous_derivatives=math.inf,
        statistic="mean",
        likelihood="Gaussian",
        reference="Legendre (1805)",
        keras="keras.losses.MeanSquaredError",
        torch="torch.nn.MSELoss",
        sklearn="sklearn.metrics.mean_squared_error",
    )

    def _value(self, r: NDArray) -> NDArray:
        return r * r

    def _gradient(self, r: NDArray) -> NDArray:
        return 2 * r

    def _hessian(self, r: NDArray) -> NDArray:
        return np.full_like(r, 2)


@dataclass(frozen=True)
class AbsoluteError(ResidualLoss):
    r"""The absolute residual of a predicted value; its mean is the mean absolute error (MAE).

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in units of the target.

    Gradient: $\operatorname{sign}(r)$. At the kink, $r = 0$, the subgradient 0 is returned.

    Hessian: none. The slope jumps at 0 and is constant elsewhere.

    Fails when small errors matter: near the optimum the gradient does not shrink, so a fixed step size keeps
    overshooting; and where the median is not what you want to predict, as with sums and costs.

    >>> loss = AbsoluteError()
    >>> loss.value([3.0, -0.5, 2.0], [2.5, 1.5, 2.0])
    array([0.5, 2. , 0. ])
    >>> loss.gradient([3.0, -0.5, 2.0], [2.5, 1.5, 2.0])
    array([-1.,  1.,  0.])
    """

    facts: ClassVar[Facts] = Facts(
        formula=r"|r|",
        variables="r",
        task="regression",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=0,
        statistic="median",
        likelihood="Laplace",
        reference="Laplace (1774)",
        keras="keras.losses.MeanAbsoluteError",
        torch="torch.nn.L1Loss",
        sklearn="sklearn.metrics.mean_absolute_error",
    )
    no_hessian: ClassVar[str] = "its slope jumps at 0 and is constant elsewhere, so there is no curvature to use"

    def _value(self, r: NDArray) -> NDArray:
        return np.abs(r)

    def _gradient(self, r: NDArray) -> NDArray:
        return np.sign(r)


@dataclass(frozen=True)
class Huber(ResidualLoss):
    r"""Half the squared residual of a predicted value up to `delta`, and a straight line beyond it.

    `delta`, in units of the target, is the size from which a residual counts as an outlier. A large `delta` gives half
    the squared error, a small one `delta` times the absolute error.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in squared units of the target.

    Gradient: $r$ clipped to $[-\delta, \delta]$, so no sample pulls harder than `delta`.

    Hessian: $1$ for $|r| \le \delta$, else $0$; at $|r| = \delta$ it jumps.

    Fails when `delta` does not fit the scale of the noise: on unscaled targets the default of 1 acts as absolute error.

    Raises ValueError unless `delta` is positive and finite.

    >>> loss = Huber(delta=1.5)
    >>> loss.value([0.0, 0.0, 0.0], [1.0, -1.5, 10.0])
    array([ 0.5  ,  1.125, 13.875])
    >>> loss.gradient([0.0, 0.0, 0.0], [1.0, -1.5, 10.0])
    array([ 1. , -1.5,  1.5])
    """

    delta: float = 1.0

    facts: ClassVar[Facts] = Facts(
        formula=(
            r"\begin{cases} \tfrac12 r^2 & |r| \le \delta \\"
            r" \delta\,(|r| - \tfrac12\delta) & |r| > \delta \end{cases}"
        ),
        variables="r",
        task="regression",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=1,
        statistic="M-estimate",
        likelihood="Gaussian center, Laplace tails",
        reference="Huber (1964)",
        keras="keras.losses.Huber",
        torch="torch.nn.HuberLoss",
    )

    def __post_init__(self) -> None:
        self._set_number("delta", 0, math.inf)

    def _value(self, r: NDArray) -> NDArray:
        size = np.abs(r)
        half = self.delta / 2
        # The difference of size and half is rounded. Adding back what was lost keeps the line within 1 ULP, where
        # scipy.special.huber is off by up to 1.3. `far` is finite, since infinity minus infinity is NaN.
        far = np.minimum(size, np.finfo(r.dtype).max)
        lost = (far - (far - half)) - half
        return np.where(size <= self.delta, size * size / 2, self.delta * (size - half) + self.delta * lost)

    def _gradient(self, r: NDArray) -> NDArray:
        return np.clip(r, -self.delta, self.delta)

    def _hessian(self, r: NDArray) -> NDArray:
        return (np.abs(r) <= self.delta).astype(r.dtype)


@dataclass(frozen=True)
class SmoothL1(ResidualLoss):
    r"""Huber's loss of a predicted value, divided by its threshold: absolute error, its kink rounded off over `beta`.

    It equals ``Huber(delta=beta)`` divided by `beta`; with ``beta=1`` the two are the same loss.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in units of the target.

    Gradient: $r / \beta$ clipped to $[-1, 1]$.

    Hessian: $1/\beta$ for $|r| \le \beta$, else $0$; at $|r| = \beta$ it jumps.

    Fails like `Huber` when `beta` does not fit the scale of the noise.

    Raises ValueError unless `beta` is positive and finite.

    >>> loss = SmoothL1(beta=0.5)
    >>> loss.value([0.0, 0.0], [0.25, -2.0])
    array([0.0625, 1.75  ])
    >>> loss.gradient([0.0, 0.0], [0.25, -2.0])
    array([ 0.5, -1. ])
    """

    beta: float = 1.0

    facts: ClassVar[Facts] = Facts(
        formula=r"\begin{cases} r^2 / (2\beta) & |r| \le \beta \\ |r| - \tfrac12\beta & |r| > \beta \end{cases}",
        variables="r",
        task="regression",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=1,
        statistic="M-estimate",
        likelihood="Gaussian center, Laplace tails",
        reference="Girshick (2015)",
        torch="torch.nn.SmoothL1Loss",
    )

    def __post_init__(self) -> None:
        self._set_number("beta", 0, math.inf)

    def _value(self, r: NDArray) -> NDArray:
        size = np.abs(r)
        return np.where(size <= self.beta, size / self.beta * size / 2, size - self.beta / 2)

    def _gradient(self, r: NDArray) -> NDArray:
        return np.clip(r / self.beta, -1, 1)

    def _hessian(self, r: NDArray) -> NDArray:
        return (np.abs(r) <= self.beta).astype(r.dtype) / self.beta


@dataclass(frozen=True)
class LogCosh(ResidualLoss):
    r"""The logarithm of the hyperbolic cosine of a predicted value's residual: half a square near 0, then a line.

    Far away it is the absolute error minus log 2. Written as it stands, ``log(cosh(r))`` overflows from 711 on (89 in
    float32) and loses all digits of a tiny residual. Here it is computed from sinh below 1 and as
    $|r| + \log(1 + e^{-2|r|}) - \log 2$ above.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape.

    Gradient: $\tanh r$.

    Hessian: $1 / \cosh^2 r$.

    Fails when the targets are not scaled: unlike `Huber` it has no threshold to set, and changes over at about 1 unit.

    >>> loss = LogCosh()
    >>> loss.value([0.0, 0.0], [1e-8, 1000.0]).tolist()
    [5.0000000000000005e-17, 999.3068528194401]
    >>> loss.gradient([0.0, 0.0], [0.5, 1000.0]).round(4)
    array([0.4621, 1.    ])
    """

    facts: ClassVar[Facts] = Facts(
        formula=r"\log\cosh r",
        variables="r",
        task="regression",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="M-estimate",
        likelihood="hyperbolic secant",
        reference="Green (1990)",
        keras="keras.losses.LogCosh",
    )

    def _value(self, r: NDArray) -> NDArray:
        size = np.abs(r)
        near = np.log1p(2 * np.sinh(np.minimum(size, 1) / 2) ** 2)
        far = size - math.log(2) + np.log1p(np.exp(-2 * size))
        return np.where(size < 1, near, far)

    def _gradient(self, r: NDArray) -> NDArray:
        return np.tanh(r)

    def _hessian(self, r: NDArray) -> NDArray:
        return 4 * special.expit(2 * r) * special.expit(-2 * r)


@dataclass(frozen=True)
class Quantile(ResidualLoss):
    r"""The pinball loss of a predicted quantile: too low costs `tau` a unit, too high costs 1 - `tau`.

    Its best constant is the `tau`-quantile: a fraction `tau` of the targets lies below it. ``tau=0.5`` gives half the
    absolute error.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in units of the target.

    Gradient: $-\tau$ for $r < 0$, $1 - \tau$ for $r > 0$. At the kink, $r = 0$, the subgradient 0 is returned.

    Hessian: none. The slope jumps at 0 and is constant elsewhere.

    Fails near the ends of (0, 1) on little data, since few samples decide; and quantiles fitted one by one may cross.

    Raises ValueError unless `tau` lies between 0 and 1.

    >>> loss = Quantile(tau=0.9)
    >>> loss.value([10.0, 10.0], [8.0, 12.0]).round(12)
    array([1.8, 0.2])
    >>> loss.gradient([10.0, 10.0], [8.0, 12.0]).round(12)
    array([-0.9,  0.1])
    """

    tau: float = 0.5

    facts: ClassVar[Facts] = Facts(
        formula=r"\max(-\tau r,\; (1 - \tau)\, r)",
        variables="r",
        task="regression",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=0,
        statistic="quantile",
        likelihood="asymmetric Laplace",
        reference="Koenker and Bassett (1978)",
        sklearn="sklearn.metrics.mean_pinball_loss",
    )
    no_hessian: ClassVar[str] = AbsoluteError.no_hessian

    def __post_init__(self) -> None:
        self._set_number("tau", 0, 1)

    def _value(self, r: NDArray) -> NDArray:
        return np.where(r > 0, 1 - self.tau, self.tau).astype(r.dtype) * np.abs(r)

    def _gradient(self, r: NDArray) -> NDArray:
        return np.where(r > 0, 1 - self.tau, self.tau).astype(r.dtype) * np.sign(r)


@dataclass(frozen=True)
class Expectile(ResidualLoss):
    r"""The squared error of a predicted expectile, weighted by side: `tau` where it is too low, else 1 - `tau`.

    It is to squared error what `Quantile` is to absolute error: ``tau=0.5`` gives half the squared error and the mean.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in squared units of the target.

    Gradient: $2 \tau r$ for $r \le 0$, $2 (1 - \tau) r$ for $r > 0$.

    Hessian: $2 \tau$ for $r \le 0$, $2 (1 - \tau)$ for $r > 0$; at 0 it jumps, unless ``tau=0.5``.

    Fails where a share of samples is meant: the `tau`-expectile does not leave a fraction `tau` below it. Like the mean
    it follows outliers.

    Raises ValueError unless `tau` lies between 0 and 1.

    >>> loss = Expectile(tau=0.9)
    >>> loss.value([10.0, 10.0], [8.0, 12.0]).round(12)
    array([3.6, 0.4])
    >>> loss.gradient([10.0, 10.0], [8.0, 12.0]).round(12)
    array([-3.6,  0.4])
    """

    tau: float = 0.5

    facts: ClassVar[Facts] = Facts(
        formula=r"\begin{cases} \tau\, r^2 & r \le 0 \\ (1 - \tau)\, r^2 & r > 0 \end{cases}",
        variables="r",
        task="regression",
        convex=True,
        bounded_influence=False,
        continuous_derivatives=math.inf,
        statistic="mean",
        likelihood="asymmetric Gaussian",
        reference="Newey and Powell (1987)",
    )

    def __post_init__(self) -> None:
        self._set_number("tau", 0, 1)
        if self.tau != 0.5:
            self._set_facts(continuous_derivatives=1, statistic="expectile")

    def _value(self, r: NDArray) -> NDArray:
        return self._weight(r) * r * r

    def _gradient(self, r: NDArray) -> NDArray:
        return 2 * self._weight(r) * r

    def _hessian(self, r: NDArray) -> NDArray:
        return 2 * self._weight(r)

    def _weight(self, r: NDArray) -> NDArray:
        return np.where(r > 0, 1 - self.tau, self.tau).astype(r.dtype)


@dataclass(frozen=True)
class Tukey(ResidualLoss):
    r"""Tukey's biweight of a predicted value: half its squared residual near zero, then leveling off, flat from `c` on.

    `c` is in units of the target. With residuals of standard deviation 1 the default, 4.685, keeps 95 % of the mean's
    efficiency on Gaussian noise.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape, in squared units of the target.

    Gradient: $r\,(1 - (r/c)^2)^2$ for $|r| \le c$, else $0$: a sample further off than `c` exerts no pull.

    Hessian: $(1 - (r/c)^2)(1 - 5 (r/c)^2)$ for $|r| \le c$, else $0$. It is negative from $c/\sqrt5$ to $c$.

    Fails from a poor start: it is not convex, and a sample that starts beyond `c` never pulls. Scale the residuals, and
    start from a fit with a convex loss such as `Huber`.

    Raises ValueError unless `c` is positive and finite.

    >>> loss = Tukey(c=3.0)
    >>> loss.value([0.0, 0.0, 0.0], [0.1, 3.0, 1000.0]).round(6)
    array([0.004994, 1.5     , 1.5     ])
    >>> loss.gradient([0.0, 0.0, 0.0], [0.1, 3.0, 1000.0]).round(6)
    array([0.099778, 0.      , 0.      ])
    """

    c: float = 4.685

    facts: ClassVar[Facts] = Facts(
        formula=(
            r"\begin{cases} \tfrac{c^2}{6}\bigl(1 - (1 - (r/c)^2)^3\bigr) & |r| \le c \\"
            r" \tfrac{c^2}{6} & |r| > c \end{cases}"
        ),
        variables="r",
        task="regression",
        convex=False,
        bounded_influence=True,
        continuous_derivatives=2,
        statistic="M-estimate",
        reference="Beaton and Tukey (1974)",
    )

    def __post_init__(self) -> None:
        self._set_number("c", 0, math.inf)

    def _value(self, r: NDArray) -> NDArray:
        u = np.clip(r, -self.c, self.c)
        v = (u / self.c) ** 2
        if self.c < 1e150:
            half = u * u / 2
            near = half - half * v * (1 - v / 3)
        else:  # the square may overflow where the value does not
            near = u * (u / 2 - u / 2 * v * (1 - v / 3))
        far = self.c / 6 * (1 - self._remainder(u) ** 3) * self.c  # the formula itself: nothing cancels here
        return np.where(v < 0.5, near, far)

    def _gradient(self, r: NDArray) -> NDArray:
        u = np.clip(r, -self.c, self.c)
        return u * self._remainder(u) ** 2

    def _hessian(self, r: NDArray) -> NDArray:
        u = np.clip(r, -self.c, self.c)
        return self._remainder(u) * (1 - 5 * (u / self.c) ** 2)

    def _remainder(self, u: NDArray) -> NDArray:
        """1 - (u/c)^2, factored so that it stays accurate next to the cutoff."""
        return (self.c - np.abs(u)) / self.c * (1 + np.abs(u) / self.c)


@dataclass(frozen=True)
class GeneralRobust(ResidualLoss):
    r"""Barron's family for a predicted value: `alpha` leads from squared error by Charbonnier and Cauchy to Welsch.

    The value at $\alpha = 2$, $0$ and $-\infty$ is the limit:

    | alpha | value, with $x = r / c$ | name |
    |---|---|---|
    | 2 | $x^2 / 2$ | half the squared error |
    | 1 | $\sqrt{x^2 + 1} - 1$ | Charbonnier, pseudo-Huber |
    | 0 | $\log(x^2 / 2 + 1)$ | Cauchy |
    | -2 | $2 x^2 / (x^2 + 4)$ | Geman-McClure |
    | -infinity | $1 - \exp(-x^2 / 2)$ | Welsch |

    `c`, in units of the target, is where the loss leaves its parabola; `alpha` says what it does from there on.

    Shapes: `y_true` and `y_pred` alike, any shape; the value has the same shape and no unit.

    Gradient: $\frac{r}{c^2} \bigl( \frac{(r/c)^2}{|\alpha - 2|} + 1 \bigr)^{\alpha/2 - 1}$. Below ``alpha=1`` it
    returns to 0 for large residuals.

    Hessian: the derivative of that; negative for large residuals when ``alpha < 1``.

    Fails below ``alpha=1`` from a poor start, since it is not convex there and far samples hardly pull.

    Raises ValueError unless `alpha` is below infinity (minus infinity is allowed) and `c` positive and finite.

    >>> GeneralRobust(alpha=1, c=2).value([0.0, 0.0], [0.0, 6.0]).round(6)
    array([0.      , 2.162278])
    >>> GeneralRobust(alpha=-np.inf).value([0.0, 0.0], [1.0, 100.0]).round(6)
    array([0.393469, 1.      ])
    >>> GeneralRobust(alpha=0).gradient([0.0, 0.0], [1.0, 100.0]).round(6)
    array([0.666667, 0.019996])
    """

    alpha: float = 1.0
    c: float = 1.0

    facts: ClassVar[Facts] = Facts(
        formula=(
            r"\frac{|\alpha - 2|}{\alpha}"
            r" \left( \Bigl( \frac{(r/c)^2}{|\alpha - 2|} + 1 \Bigr)^{\alpha/2} - 1 \right)"
        ),
        variables="r",
        task="regression",
        convex=True,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="M-estimate",
        likelihood="Barron's density",
        reference="Barron (2019)",
    )

    def __post_init__(self) -> None:
        self._set_number("alpha", -math.inf, math.inf, closed=True)
        self._set_number("c", 0, math.inf)
        self._set_facts(
            convex=self.alpha >= 1,
            bounded_influence=self.alpha <= 1,
            statistic="mean" if self.alpha == 2 else "M-estimate",
            likelihood="Barron's density" if self.alpha >= 0 else None,
        )

    def _value(self, r: NDArray) -> NDArray:
        t = np.abs(r) / self.c
        if self.alpha == 2:
            return t * t / 2
        if self.alpha == -math.inf:
            return -np.expm1(-t * t / 2)
        b = abs(self.alpha - 2)
        t = t / math.sqrt(b)
        if abs(self.alpha) < 1e-100:  # so near to Cauchy that b / alpha might overflow
            return b / 2 * _log_one_plus_square(t)
        exponent = self.alpha / 2 * _log_one_plus_square(t)
        near = b / self.alpha * np.expm1(exponent)
        if not 0 < self.alpha < LARGE_ALPHA:
            return near
        # The rounding of a large exponent would show in the last digits. A power does not lose them.
        power = np.hypot(1, t) ** self.alpha
        far = b / self.alpha * (power - 1)
        if self.alpha > 1 and np.isinf(power).any():  # it may overflow where the value does not; its root does not
            root = np.hypot(1, t) ** (self.alpha / 2)
            far = np.where(np.isinf(power), b / self.alpha * root * root, far)
        return np.where(exponent < 0.6, near, far)

    def _gradient(self, r: NDArray) -> NDArray:
        t = r / self.c
        if self.alpha == 2:
            return t / self.c
        if self.alpha == -math.inf:
            t = np.clip(t, -100, 100)  # beyond, the gradient is 0 in float64, but infinity * 0 would be NaN
            return t * np.exp(-t * t / 2) / self.c
        root = math.sqrt(abs(self.alpha - 2))
        t = t / root
        if 0 < self.alpha < LARGE_ALPHA:
            power = np.hypot(1, t) ** (self.alpha - 1)
        else:  # a power would multiply the rounding of its base by alpha
            power = np.exp((self.alpha - 1) / 2 * _log_one_plus_square(t))
        # t / sqrt(t^2 + 1) is 1 to the last digit beyond 1e9, which keeps infinity out of the quotient
        t = np.clip(t, -1e9, 1e9)
        return root * t / np.hypot(t, 1) * power / self.c

    def _hessian(self, r: NDArray) -> NDArray:
        x = r / self.c
        if self.alpha == 2:
            return np.full_like(r, 1 / self.c / self.c)
        if self.alpha == -math.inf:
            x = np.clip(x, -100, 100)
            return (1 - x * x) * np.exp(-x * x / 2) / self.c / self.c
        t = x / math.sqrt(abs(self.alpha - 2))
        power = np.exp((self.alpha - 2) / 2 * _log_one_plus_square(t))
        near = np.clip(t, -1e9, 1e9)
        share = (near / np.hypot(near, 1)) ** 2  # t^2 / (1 + t^2)
        return power * (1 / (1 + t * t) + (self.alpha - 1) * share) / self.c / self.c


def _log_one_plus_square(t: NDArray) -> NDArray:
    """log(1 + t^2) without overflow of the square; beyond 1e9 the 1 no longer counts."""
    size = np.abs(t)
    return np.where(size < 1e9, np.log1p(np.minimum(size, 1e9) ** 2), 2 * np.log(np.maximum(size, 1)))
