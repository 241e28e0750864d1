"""The names that facts give in other packages exist, and compute the same; differences are listed."""

import importlib
from pkgutil import resolve_name

import numpy as np
import pytest
from losses import REGRESSION
from packages import MARKS, checked, claimed

from lossbook import AbsoluteError, Huber, LogCosh, Quantile, SmoothL1, SquaredError

RESIDUALS = np.array([0.0, 0.01, -0.3, 0.5, -1.0, 1.5, -2.0, 7.25, -40.0, 1000.0])


def in_keras(loss, y_true, y_pred, **settings):
    keras = importlib.import_module("keras")
    theirs = resolve_name(loss.facts.keras)(reduction=None, **settings)
    # The last axis is averaged over, and everything is computed in float32.
    return keras.ops.convert_to_numpy(theirs(y_true[:, None], y_pred[:, None]))


def in_torch(loss, y_true, y_pred, **settings):
    torch = importlib.import_module("torch")
    theirs = resolve_name(loss.facts.torch)(reduction="none", **settings)
    return theirs(torch.from_numpy(y_pred), torch.from_numpy(y_true)).numpy()


def in_sklearn(loss, y_true, y_pred, **settings):
    theirs = resolve_name(loss.facts.sklearn)
    return np.array([theirs([target], [score], **settings) for target, score in zip(y_true, y_pred, strict=True)])


EXACT = {"rel": 1e-14, "abs": 0}
SINGLE = {"rel": 1e-6, "abs": 2e-7}
PACKAGES = {"keras": (in_keras, SINGLE), "torch": (in_torch, EXACT), "sklearn": (in_sklearn, EXACT)}


def case(loss, package, **settings):
    return pytest.param(loss, package, settings, marks=MARKS[package], id=f"{loss!r}-{package}")


AGREEMENTS = [
    case(SquaredError(), "keras"),
    case(SquaredError(), "torch"),
    case(SquaredError(), "sklearn"),
    case(AbsoluteError(), "keras"),
    case(AbsoluteError(), "torch"),
    case(AbsoluteError(), "sklearn"),
    case(Huber(1.5), "keras", delta=1.5),
    case(Huber(1.5), "torch", delta=1.5),
    case(SmoothL1(0.5), "torch", beta=0.5),
    case(LogCosh(), "keras"),
    case(Quantile(0.9), "sklearn", alpha=0.9),
]


@pytest.mark.parametrize(("loss", "package", "settings"), AGREEMENTS)
def test_agrees(loss, package, settings):
    compute, tolerance = PACKAGES[package]
    y_true = np.zeros_like(RESIDUALS)
    theirs = compute(loss, y_true, RESIDUALS, **settings)
    assert theirs == pytest.approx(loss.value(y_true, RESIDUALS), **tolerance)


def test_every_name_is_checked():
    assert checked(AGREEMENTS) == claimed(REGRESSION)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("loss", "package", "residual", "theirs", "reason"),
    [
        (LogCosh(), "keras", 1e-4, 0.0, "r + softplus(-2r) - log 2 rounds away what is smaller than 1e-7"),
        (LogCosh(), "keras", -np.inf, np.nan, "the same sum is infinity minus infinity"),
    ],
)
def test_known_disagreement(loss, package, residual, theirs, reason):
    compute, _ = PACKAGES[package]
    y_true, y_pred = np.zeros(1), np.array([residual])
    np.testing.assert_equal(compute(loss, y_true, y_pred), [theirs], err_msg=reason)
    ours = loss.value(y_true, y_pred)
    assert not np.isnan(ours)
    assert ours != theirs
