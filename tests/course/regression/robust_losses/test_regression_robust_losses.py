"""The exercises on robust losses agree with lossbook and with what the page says about them."""

import numpy as np
import pytest
from scipy.optimize import minimize

from lossbook import Huber, LogCosh, SmoothL1
from lossbook.course.regression.robust_losses import exercises
from lossbook.datasets import diabetes
from lossbook.optimization import linear_objective


def fit(loss, features, y_true, start):
    return minimize(linear_objective(loss, features, y_true), start, jac=True, method="BFGS").x


@pytest.fixture(scope="module")
def records():
    """The page's patients: features, scores, and scores of which every twentieth has a zero too many."""
    bmi, progression = diabetes()
    recorded = progression.copy()
    recorded[::20] *= 10
    return np.column_stack([np.ones(len(bmi)), bmi - bmi.mean()]), progression, recorded


@pytest.mark.parametrize("beta", [0.2, 1.0, 3.0])
def test_the_gradient_of_smooth_l1(beta):
    y_true, y_pred = np.zeros(81), np.linspace(-4, 4, 81)
    got = exercises.smooth_l1_gradient.version(y_true, y_pred, beta)
    np.testing.assert_allclose(got, SmoothL1(beta).gradient(y_true, y_pred), rtol=1e-12)


def test_at_the_level_the_mean_loss_is_lowest():
    loss, records = Huber(5.0), exercises.RECORDS
    assert loss.gradient(records, np.full(4, exercises.LEVEL)).mean() == pytest.approx(0, abs=1e-12)
    assert pytest.approx(23 / 3) == exercises.LEVEL
    assert np.abs(exercises.ORDINARY - exercises.LEVEL).max() < 5


def test_log_cosh_with_a_threshold():
    y_true, y_pred = np.zeros(7), np.array([-5e5, -900.0, -0.3, 0.01, 0.7, 90.0, 5e5])
    one = exercises.scaled_log_cosh.version(y_true, y_pred, 1.0)
    np.testing.assert_allclose(one, LogCosh().value(y_true, y_pred), rtol=1e-9)
    wide = exercises.scaled_log_cosh.version(y_true, y_pred, 2.5)
    np.testing.assert_allclose(wide, 2.5**2 * LogCosh().value(y_true, y_pred / 2.5), rtol=1e-9)


def test_the_suspects_among_the_patients_are_all_typos_but_one(records):
    features, progression, recorded = records
    named = exercises.suspects.version(recorded, features @ fit(Huber(95), features, recorded, (150, 10)))
    assert set(np.flatnonzero(named)) <= set(range(0, len(recorded), 20))
    (missed,) = np.flatnonzero(~named[::20])
    assert progression.max() < recorded[20 * missed] < 1.15 * progression.max()


def test_the_broken_line_is_that_of_huber_at_one_point(records):
    features, progression, _ = records
    scope = {"np": np}
    exec(exercises.bug.starter, scope)
    broken = scope["robust_line"](features, progression)
    np.testing.assert_allclose(broken, fit(Huber(1), features, progression, (150, 10)), rtol=1e-3)


def test_the_repaired_line_is_that_of_huber_at_a_measured_threshold(records):
    features, _, recorded = records
    line = exercises.bug.version(features, recorded)
    residuals = features @ line - recorded
    delta = 1.345 * 1.4826 * np.median(np.abs(residuals - np.median(residuals)))
    np.testing.assert_allclose(line, fit(Huber(delta), features, recorded, (150, 10)), rtol=1e-4)


@pytest.mark.parametrize("scale_of", ["squared error", "Huber, roughly"])
def test_other_ways_to_measure_the_threshold_pass_too(scale_of):
    def robust_line(features, y_true):
        line = np.linalg.lstsq(features, y_true)[0]
        for _ in range({"squared error": 1, "Huber, roughly": 2}[scale_of]):
            residuals = features @ line - y_true
            scale = 1.4826 * np.median(np.abs(residuals - np.median(residuals)))
            line = fit(Huber(1.345 * scale), features, y_true, line)
        return line

    assert exercises.bug.check(robust_line).status == "passed"


def test_a_threshold_that_fits_one_unit_only_is_told_so():
    result = exercises.bug.check(lambda features, y_true: fit(Huber(95), features, y_true, (150, 10)))
    assert "another unit" in result.message
