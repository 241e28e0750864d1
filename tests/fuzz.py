"""Any legal loss with any legal samples, for tests that look for what nobody thought of.

Each kind of loss is drawn with hyperparameters and samples from all that it accepts, the smallest and largest floats
included. Its oracle is that of the table. Few examples are drawn, the same ones each time, unless the environment
variable LOSSBOOK_FUZZ gives a number; then there are so many, and others each time.
"""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from rows import ROWS

from lossbook import (
    CTC,
    AbsoluteError,
    BinaryCrossEntropy,
    BinaryFocal,
    BoxIoU,
    CategoricalCrossEntropy,
    CategoricalFocal,
    Contrastive,
    Dice,
    Expectile,
    GaussianNLL,
    GeneralizedIoU,
    GeneralRobust,
    GeneralRobustNLL,
    Hinge,
    Huber,
    Jaccard,
    KLDivergence,
    LaplaceNLL,
    LogCosh,
    LogitAdjustedCrossEntropy,
    Loss,
    PoissonNLL,
    Quantile,
    SmoothL1,
    SparseCategoricalCrossEntropy,
    SquaredError,
    SquaredHinge,
    Triplet,
    Tukey,
    Tversky,
)
from lossbook.core import hyperparameters

ASKED = os.environ.get("LOSSBOOK_FUZZ")
DTYPES = (np.float32, np.float64)


def fuzzed(usual: int, share: float = 1) -> settings:
    """Settings with this many examples, or, where more are asked for, this share of them."""
    count = usual if ASKED is None else max(usual, int(share * int(ASKED)))
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=count, derandomize=ASKED is None, suppress_health_check=slow)


# Numbers ------------------------------------------------------------------------------------------


def reals(dtype: type) -> st.SearchStrategy[float]:
    """Finite floats: ordinary ones, any, and the extremes."""
    info = np.finfo(dtype)
    sizes = [0, info.smallest_subnormal, info.tiny, info.eps, 0.5, 1, 2, 37, 745, 1e9, info.max]
    width = info.bits
    ordinary = st.floats(-10, 10, width=width)
    return ordinary | st.floats(allow_nan=False, allow_infinity=False, width=width) | _signed(sizes)


def _signed(sizes: list) -> st.SearchStrategy[float]:
    return st.sampled_from([sign * float(size) for size in sizes for sign in (1, -1)])


positive = st.floats(0.01, 100) | st.floats(0, exclude_min=True, allow_infinity=False) | st.just(1.0)
unit = st.floats(0.05, 0.95) | st.floats(0, 1, exclude_min=True, exclude_max=True)
shape = st.sampled_from([-math.inf, -2.0, -1.0, 0.0, 1.0, 2.0]) | st.floats(-10, 10) | st.floats(max_value=1.7e308)
shares = st.sampled_from([0.0, 1.0]) | st.floats(0, 1, width=32)


# Kinds --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """How to draw a loss, and one target and one score for it; `number` draws a real one."""

    loss: st.SearchStrategy[Loss]
    target: Callable[[st.SearchStrategy], st.SearchStrategy]
    score: Callable[[st.SearchStrategy], st.SearchStrategy]


def listed(count: int) -> Callable[[st.SearchStrategy], st.SearchStrategy]:
    return lambda number: st.lists(number, min_size=count, max_size=count)


def table(height: int, width: int) -> Callable[[st.SearchStrategy], st.SearchStrategy]:
    return lambda number: listed(height)(listed(width)(number))


def among(*labels: float) -> Callable[[st.SearchStrategy], st.SearchStrategy]:
    return lambda _: st.sampled_from(labels)


def itself(number: st.SearchStrategy) -> st.SearchStrategy:
    return number


def distributions(_: st.SearchStrategy) -> st.SearchStrategy:
    """Three shares in sixty-fourths, of which two or one may be 0."""
    return st.tuples(st.integers(0, 64), st.integers(0, 64)).map(
        lambda cuts: [share / 64 for share in (min(cuts), max(cuts) - min(cuts), 64 - max(cuts))]
    )


def counts(_: st.SearchStrategy) -> st.SearchStrategy:
    return st.integers(0, 30).map(float) | st.integers(0, 2**24).map(float)


def boxes(number: st.SearchStrategy) -> st.SearchStrategy:
    return listed(4)(number).map(lambda box: [*map(min, box[:2], box[2:]), *map(max, box[:2], box[2:])])


def masks(_: st.SearchStrategy) -> st.SearchStrategy:
    return table(3, 4)(shares)


def labels(_: st.SearchStrategy) -> st.SearchStrategy:
    return listed(2)(st.sampled_from([1, 2]))


distance = st.sampled_from(["plain", "squared"])
RESIDUAL = [
    st.just(SquaredError()),
    st.just(AbsoluteError()),
    st.just(LogCosh()),
    *[st.builds(kind, positive) for kind in (Huber, SmoothL1, Tukey)],
    *[st.builds(kind, unit) for kind in (Quantile, Expectile)],
    st.builds(GeneralRobust, shape, positive),
    st.builds(GeneralRobustNLL, st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0]), positive),
]
gamma = st.sampled_from([0.0, 0.5, 1.0, 2.0]) | st.floats(0, 10) | positive
priors = st.sampled_from([(0.5, 0.25, 0.25), (0.98, 0.01, 0.01)])
KINDS = [
    *[Kind(loss, itself, itself) for loss in RESIDUAL],
    Kind(st.builds(BinaryCrossEntropy, positive, st.just(0.0) | unit), lambda _: shares, itself),
    *[Kind(st.just(loss), among(-1.0, 1.0), itself) for loss in (Hinge(), SquaredHinge())],
    Kind(st.builds(BinaryFocal, gamma, st.none() | unit), among(0.0, 1.0), itself),
    Kind(st.builds(CategoricalCrossEntropy, st.just(0.0) | unit), distributions, listed(3)),
    Kind(st.just(SparseCategoricalCrossEntropy()), among(0, 1, 2), listed(3)),
    Kind(st.builds(LogitAdjustedCrossEntropy, priors, st.just(0.0) | positive), among(0, 1, 2), listed(3)),
    Kind(st.builds(CategoricalFocal, gamma), distributions, listed(3)),
    Kind(st.just(KLDivergence()), distributions, listed(3)),
    *[Kind(st.just(loss), itself, listed(2)) for loss in (GaussianNLL(), LaplaceNLL())],
    Kind(st.just(PoissonNLL()), counts, itself),
    Kind(st.builds(Contrastive, positive, distance), among(0.0, 1.0), table(2, 3)),
    Kind(st.builds(Triplet, positive, distance), lambda _: st.none(), table(3, 3)),
    *[Kind(st.just(loss), masks, table(3, 4)) for loss in (Dice(), Jaccard())],
    Kind(st.builds(Tversky, st.floats(1e-6, 10), st.floats(1e-6, 10)), masks, table(3, 4)),
    *[Kind(st.just(loss), boxes, listed(4)) for loss in (BoxIoU(), GeneralizedIoU())],
    Kind(st.builds(CTC, st.just(0)), labels, table(4, 3)),
]
ROW_OF = {type(row.loss): row for row in ROWS}


@dataclass(frozen=True)
class Case:
    """A loss with samples that it accepts."""

    loss: Loss
    y_true: Any
    y_pred: NDArray

    @property
    def arguments(self) -> tuple[Any, NDArray]:
        return self.y_true, self.y_pred


@st.composite
def cases(draw: Callable, kinds: Any = KINDS, spread: str = "any", min_size: int = 1) -> Case:
    """A loss of one of the kinds and up to three samples; "moderate" keeps all numbers within 30 orders of magnitude.

    In float32, moderate hyperparameters are floats of that dtype, as NumPy rounds them to it.
    """
    kind, dtype = draw(st.sampled_from(kinds)), draw(st.sampled_from(DTYPES))
    number, loss = reals(dtype), draw(kind.loss)
    if spread == "moderate":
        if isinstance(loss, BoxIoU | GeneralizedIoU):  # whose edges would often be all but the same
            number = st.floats(-10, 10, width=32)
        number = number.filter(lambda size: size == 0 or 1e-15 < abs(size) < 1e15)
        assume(all(_is_moderate(setting) for setting in hyperparameters(loss).values()))
        assume(not any(x < 1 == dtype(x) for x in hyperparameters(loss).values() if isinstance(x, float)))
        loss = replace(
            loss, **{name: float(dtype(x)) for name, x in hyperparameters(loss).items() if isinstance(x, float)}
        )
    count = draw(st.sampled_from([size for size in (1, 2, 3, 0) if size >= min_size]))
    samples = [(draw(kind.target(number)), draw(kind.score(number))) for _ in range(max(count, 1))]
    y_true, y_pred = ([sample[side] for sample in samples] for side in (0, 1))
    y_pred = np.array(y_pred, dtype)[:count]
    if isinstance(loss, Triplet | CTC):
        return Case(loss, None if isinstance(loss, Triplet) else y_true[:count], y_pred)
    whole = isinstance(loss, SparseCategoricalCrossEntropy)
    return Case(loss, np.array(y_true, np.int64 if whole else dtype)[:count], y_pred)


def _is_moderate(setting: Any) -> bool:
    """Whether no exponent magnifies what is rounded, and no power of a size leaves the range of float32."""
    if not isinstance(setting, float):
        return True
    return setting == 0 or math.isinf(setting) or 1e-6 < abs(setting) < 20
