"""The probabilistic losses under test: oracles from the densities themselves, and rows for `test_accuracy.py`."""

from functools import cache

import numpy as np
from losses import Oracle, Row, general_robust, mp, number, residual
from losses_classification import cross_entropy, distribution_samples, everywhere, softmax, spread

from lossbook.probabilistic import GaussianNLL, GeneralRobustNLL, KLDivergence, LaplaceNLL, PoissonNLL

# Samples ------------------------------------------------------------------------------------------


def log_spreads(dtype):
    """From where a square of the spread underflows to where it overflows."""
    random = np.random.default_rng(40)
    far = 300 if dtype == np.float64 else 38
    return np.concatenate([random.uniform(-5, 5, 150), random.uniform(-far, far, 50), [0, 1, -1, far, -far]])


def two_column_samples(loss, dtype):
    """Residuals over fifteen magnitudes against the target 0, and pairs that subtract without rounding."""
    random = np.random.default_rng(41)
    sizes = np.concatenate([np.geomspace(1e-12, 1e3, 60), 10 ** random.uniform(-2, 2, 60), [0, 1]])
    y_true = random.integers(-4096, 4096, 80) / 1024
    residual = np.concatenate([sizes, -sizes, random.integers(-4096, 4096, 80) / 1024 - y_true])
    y_true = np.concatenate([np.zeros(2 * len(sizes)), y_true])
    columns = [y_true + residual, random.choice(log_spreads(dtype), len(y_true))]
    return y_true.astype(dtype), np.stack(columns, axis=-1).astype(dtype)


def count_samples(loss, dtype):
    random = np.random.default_rng(42)
    far = [-1000, -745, -104, 88, 700 if dtype == np.float64 else 80]
    z = np.concatenate([random.uniform(-5, 5, 60), random.uniform(-40, 40, 30), far, [0, 1]])
    counts = np.concatenate([np.arange(8), [20, 23, 24, 25, 170, 1000, 123456, 2**24, 10**15]])
    # Rates that fit the count, where terms as large as the count leave a value of a few nats.
    near = np.log(np.maximum(counts, 1))[:, None] + np.concatenate(
        [[0], *np.multiply.outer([1, -1], 10.0 ** -np.arange(9))]
    )
    z = np.concatenate([np.broadcast_to(z, (len(counts), len(z))), near], axis=1)
    return np.repeat(counts, z.shape[1]).astype(dtype), z.ravel().astype(dtype)


def near_zero(loss, y_true, y_pred, distance):
    """Which samples have scores with exponentials of similar size, so that none drowns the difference of another."""
    return (np.abs(y_pred) < 4).reshape(len(y_pred), -1).all(axis=1)


def moderate_counts(loss, y_true, y_pred, distance):
    return near_zero(loss, y_true, y_pred, distance) & (y_true < 1e6)


def off_the_location(loss, y_true, y_pred, distance):
    return near_zero(loss, y_true, y_pred, distance) & (np.abs(y_pred[:, 0] - y_true) > distance)


# Oracles ------------------------------------------------------------------------------------------


def entries(*values):
    return np.array(values, dtype=object)


def gaussian(loss):
    def density(y, score):
        mean, variance = score[0], mp.exp(score[1])
        return mp.exp(-((y - mean) ** 2) / (2 * variance)) / mp.sqrt(2 * mp.pi * variance)

    def terms(y, score):
        mean, s = score
        return (mean - y) / mp.exp(s), (mean - y) ** 2 / mp.exp(s) / 2

    return Oracle(
        lambda y, score: -mp.log(density(y, score)),
        lambda y, score: entries(terms(y, score)[0], number(1) / 2 - terms(y, score)[1]),
        lambda y, score: entries(
            [mp.exp(-score[1]), -terms(y, score)[0]],
            [-terms(y, score)[0], terms(y, score)[1]],
        ),
        {
            # log 2 pi, the log-variance and the penalty are of both signs
            "value": lambda y, score: mp.log(2 * mp.pi) / 2 + abs(score[1]) / 2 + terms(y, score)[1],
            "gradient": lambda y, score: entries(terms(y, score)[0], number(1) / 2 + terms(y, score)[1]),
        },
    )


def laplace(loss):
    def density(y, score):
        scale = mp.exp(score[1])
        return mp.exp(-abs(y - score[0]) / scale) / (2 * scale)

    def penalty(y, score):
        return abs(score[0] - y) / mp.exp(score[1])

    return Oracle(
        lambda y, score: -mp.log(density(y, score)),
        lambda y, score: entries(mp.sign(score[0] - y) / mp.exp(score[1]), 1 - penalty(y, score)),
        None,
        {
            "value": lambda y, score: mp.log(2) + abs(score[1]) + penalty(y, score),
            "gradient": lambda y, score: entries(mp.exp(-score[1]), 1 + penalty(y, score)),
        },
    )


@cache
def partition(alpha):
    """The integral of exp(-rho), from Barron's formula for rho."""
    rho = general_robust(GeneralRobustNLL(alpha)).value
    bend = mp.sqrt(2 - number(alpha)) if alpha < 2 else number(1)  # where the parabola ends
    steps = [bend * number(4) ** k for k in range(12)]
    with mp.workdps(30):
        center = mp.quad(lambda x: mp.exp(-rho(x)), [0, *steps])
        # Along a logarithmic axis even the tail of a Cauchy distribution ends.
        tail = mp.quad(lambda u: mp.exp(u - rho(mp.exp(u))), mp.linspace(mp.log(steps[-1]), 80, 20))
    return 2 * (center + tail)


def general_robust_nll(loss):
    """Barron (2019), section 3: what makes a density of the loss, for residuals divided by the scale c."""
    shape = general_robust(loss)
    constant = mp.log(partition(loss.alpha)) + mp.log(number(loss.c))
    size = mp.log(partition(loss.alpha)) + abs(mp.log(number(loss.c)))
    return Oracle(
        lambda r: shape.value(r) + constant,
        shape.gradient,
        shape.hessian,
        {**(shape.sizes or {}), "value": lambda r: shape.value(r) + size},
    )


def poisson(loss):
    return Oracle(
        lambda y, z: (
            -mp.log(mp.exp(-mp.exp(z)) * mp.exp(z) ** y / mp.factorial(y))
            if abs(z) < 5 and y < 200
            else mp.exp(z) - y * z + mp.loggamma(y + 1)
        ),
        lambda y, z: mp.exp(z) - y,
        lambda y, z: mp.exp(z),
        {
            # the rate is rounded, and moves the value by how far it is from the count
            "value": lambda y, z: mp.exp(z) - y * z + mp.loggamma(y + 1) + abs(mp.exp(z) - y),
            "gradient": lambda y, z: mp.exp(z) + y,
        },
    )


def kl_divergence(loss):
    shared = cross_entropy(number(0), list)

    def terms(y, z, combine):
        log_p = [-cost for cost in softmax(z)[2]]
        return mp.fsum(share * combine(mp.log(share), log_q) for share, log_q in zip(y, log_p, strict=True) if share)

    return Oracle(
        lambda y, z: terms(y, z, lambda log_y, log_p: log_y - log_p),
        shared.gradient,
        shared.hessian,
        # the logarithms of both are rounded, and move the value by how far the prediction is from the target
        {
            **shared.sizes,
            "value": lambda y, z: (
                terms(y, z, lambda log_y, log_p: log_y - log_p)
                + mp.fsum(abs(p - share) for p, share in zip(softmax(z)[0], y, strict=True)) * spread(z)
            ),
        },
    )


# Rows ---------------------------------------------------------------------------------------------


def near_distributions(loss, dtype):
    """The samples of the other losses of distributions, and targets whose probabilities the prediction nearly is."""
    y_true, z = distribution_samples(loss, dtype)
    share = np.array([[0.5, 0.25, 0.25], [0.5, 0.5, 0], [1, 0, 0], [1 / 64, 62 / 64, 1 / 64]])
    off = np.concatenate([[0], *np.multiply.outer([1, -1], 2.0 ** -np.arange(1, 18, 2))])
    close = np.log(np.maximum(share, 2.0**-60))[:, None] + off[:, None] * [1, -0.5, 0.25]
    return (
        np.concatenate([y_true, np.repeat(share, len(off), axis=0).astype(dtype)]),
        np.concatenate([z, close.reshape(-1, 3).astype(dtype)]),
    )


def row(loss, oracle, samples, *ulps, smooth, single=None):
    return Row(loss, oracle, ulps, samples, lambda target, score: (target, score), smooth, ulps_single=single)


PROBABILISTIC = [
    row(GaussianNLL(), gaussian, two_column_samples, 4, 4, 4, smooth=near_zero, single=(6, 6, 6)),
    row(LaplaceNLL(), laplace, two_column_samples, 2, 2, smooth=off_the_location, single=(4, 4)),
    *[
        residual(GeneralRobustNLL(alpha, c), general_robust_nll, 8, 4, 4)
        for alpha, c in [(0, 1), (1e-9, 1), (0.5, 3.7), (1, 0.1), (1.5, 1), (2 - 1e-9, 0.1), (2, 3.7)]
    ],
    row(PoissonNLL(), poisson, count_samples, 3, 2, 2, smooth=moderate_counts),
    row(KLDivergence(), kl_divergence, near_distributions, 1, 2, 4, smooth=everywhere, single=(1, 4, 6)),
]
