"""Lines that are fitted to many samples at once are those that a fit of each by itself finds."""

from itertools import combinations, cycle

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import QuantileRegressor

from lossbook import Huber, LogCosh, SquaredError, Tukey
from lossbook.course.regression.lines import absolute_lines, fit_lines, residuals
from lossbook.datasets import diabetes
from lossbook.optimization import linear_objective


@pytest.fixture
def samples():
    """Five samples of the patients, drawn with replacement, so that records and residuals are tied."""
    bmi, progression = diabetes()
    draws = np.random.default_rng(7).integers(len(bmi), size=(5, len(bmi)))
    return (bmi - bmi.mean())[draws], progression[draws]


def columns(x):
    return np.column_stack([np.ones(len(x)), x])


def test_residuals_are_prediction_minus_target():
    x, y_true = np.array([0.0, 1.0, 2.0]), np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 5.0]])
    assert residuals([[1, 2], [0, 3]], x, y_true).tolist() == [[0, 2, 4], [0, 3, 1]]
    assert residuals((1, 2), x, y_true[0]).tolist() == [0, 2, 4]


def test_the_absolute_error_is_as_small_as_that_of_a_linear_program(samples):
    median = QuantileRegressor(quantile=0.5, alpha=0, fit_intercept=False)
    exact = [median.fit(columns(x), y).coef_ for x, y in zip(*samples, strict=True)]
    lines = absolute_lines(*samples)
    np.testing.assert_allclose(lines, exact, rtol=1e-9)


@pytest.mark.parametrize("count", [3, 4, 9, 10])
def test_no_line_through_two_records_has_a_smaller_absolute_error(count):
    generator = np.random.default_rng(count)
    # Whole numbers, so that records and slopes are tied, and many lines are equally good.
    x, y = generator.integers(-4, 5, size=(2, 200, count)).astype(float)
    x[:, :2] = -5, 5
    found = np.abs(residuals(absolute_lines(x, y), x, y)).mean(axis=-1)
    for i, error in enumerate(found):
        slopes = {
            (y[i, j] - y[i, k]) / (x[i, j] - x[i, k]) for j, k in combinations(range(count), 2) if x[i, j] != x[i, k]
        }
        offsets = [y[i] - slope * x[i] for slope in slopes]
        assert error == pytest.approx(min(np.abs(each - np.median(each)).mean() for each in offsets), abs=1e-12)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_records_on_a_line(unit):
    x = np.linspace(-3, 4, 8)
    y_true = unit * np.stack([2 * x + 1, np.zeros(8), np.full(8, -7.0)])
    expected = unit * np.array([[1, 2], [0, 0], [-7, 0]])
    np.testing.assert_allclose(absolute_lines(x, y_true), expected, atol=1e-11 * unit)
    np.testing.assert_allclose(fit_lines(Huber(unit), x, y_true), expected, atol=1e-11 * unit)


def test_squared_error_is_least_squares(samples):
    exact = [np.linalg.lstsq(columns(x), y, rcond=None)[0] for x, y in zip(*samples, strict=True)]
    np.testing.assert_allclose(fit_lines(SquaredError(), *samples), exact, rtol=1e-12)


@pytest.mark.parametrize("loss", [Huber(88), Huber(1), Tukey(331), LogCosh()], ids=repr)
def test_a_loss_of_the_residual(loss, samples):
    start = fit_lines(Huber(88), *samples)
    lines = fit_lines(loss, *samples, start)
    for x, y, line, first in zip(*samples, lines, start, strict=True):
        objective = linear_objective(loss, columns(x), y)
        exact = minimize(objective, first, jac=True, method="BFGS", options={"gtol": 1e-9})
        assert objective(line)[0] == pytest.approx(exact.fun, rel=1e-9)
        np.testing.assert_allclose(objective(line)[1], 0, atol=1e-6)


def test_a_scale_for_each_sample(samples):
    x, y_true = samples
    scales = np.array([20.0, 40.0, 60.0, 80.0, 100.0])
    lines = fit_lines(Huber(1.345), x, y_true, scale=scales)
    for at, scale in enumerate(scales):
        np.testing.assert_allclose(lines[at], fit_lines(Huber(1.345 * scale), x[at], y_true[at]), rtol=1e-7)


def test_a_scale_that_is_measured_in_each_round(samples):
    x, y_true = samples
    lines = fit_lines(Huber(1.345), x, y_true, scale=lambda off: np.median(np.abs(off), axis=-1))
    measured = np.median(np.abs(residuals(lines, x, y_true)), axis=-1)
    np.testing.assert_allclose(lines, fit_lines(Huber(1.345), x, y_true, scale=measured), rtol=1e-6)


def test_lines_that_do_not_come_to_rest():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    scales = cycle([0.1, 10.0])
    with pytest.raises(RuntimeError, match="have not come to rest after 1,000 rounds"):
        fit_lines(Huber(), x, np.array([0.0, 1.0, 5.0, 3.0]), scale=lambda off: next(scales))
