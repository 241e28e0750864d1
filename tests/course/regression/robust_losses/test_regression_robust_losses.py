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


def test_the_threshold_may_be_measured_until_it_stands_still_in_any_way():
    def robust_line(features, y_true):
        line = np.array([150.0, 10.0]) * np.median(y_true) / 150
        for _ in range(30):
            residuals = features @ line - y_true
            unit = 1.4826 * np.median(np.abs(residuals - np.median(residuals)))
            line = unit * fit(Huber(1.345), features, y_true / unit, line / unit)
        return line

    assert exercises.bug.check(robust_line).status == "passed"


@pytest.mark.parametrize("delta", [50.0, 60.0, 88.0, 200.0])
def test_a_fixed_threshold_is_wrong(delta):
    assert exercises.bug.check(exercises._line(lambda r: delta)).status == "wrong"


@pytest.mark.parametrize("scales", [1.3, 1.34, 1.3449, 1.3451, 1.36, 1.5])
def test_another_number_of_scales_is_wrong(scales):
    assert exercises.bug.check(exercises._line(lambda r: scales * exercises._mad(r))).status == "wrong"


def test_five_patients_lie_within_a_point(records):
    features, progression, _ = records
    assert np.sum(np.abs(features @ fit(Huber(1), features, progression, (150, 10)) - progression) <= 1) == 5
