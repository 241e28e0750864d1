"""Predicted probabilities against what happened."""

import numpy as np
import pytest
from scipy.stats import binomtest, norm
from sklearn.calibration import calibration_curve

from lossbook.scoring import reliability


@pytest.fixture
def forecasts():
    random = np.random.default_rng(4)
    p = random.beta(0.5, 1, 2000)
    return (random.random(2000) < p).astype(int), p


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@pytest.mark.parametrize("bins", [1, 7, 10])
def test_bins_are_those_of_scikit_learn(forecasts, strategy, bins):
    y, p = forecasts
    result = reliability(y, p, bins, strategy)
    observed, predicted = calibration_curve(y, p, n_bins=bins, strategy=strategy)
    np.testing.assert_allclose(result.observed, observed)
    np.testing.assert_allclose(result.predicted, predicted)
    assert result.count.sum() == 2000


def test_intervals_solve_the_equation_of_wilson(forecasts):
    """Each end is a share from which the observed one is 1.96 standard errors away."""
    result = reliability(*forecasts)
    for end in (result.low, result.high):
        away = np.abs(result.observed - end) / np.sqrt(end * (1 - end) / result.count)
        np.testing.assert_allclose(away, norm.ppf(0.975))


@pytest.mark.parametrize("n", [1, 2, 17, 4000])
def test_intervals_are_those_of_scipy(n):
    for k in {0, 1, n // 3, n - 1, n}:
        result = reliability(np.arange(n) < k, np.full(n, 0.5), bins=1)
        expected = binomtest(k, n).proportion_ci(0.95, method="wilson")
        np.testing.assert_allclose([result.low[0], result.high[0]], expected, rtol=1e-13, atol=1e-15)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    random = np.random.default_rng(0)
    p = np.repeat([0.05, 0.3, 0.8], 100)
    held = []
    for _ in range(100):
        result = reliability(random.random(300) < p, p)
        held += ((result.low <= [0.05, 0.3, 0.8]) & (result.high >= [0.05, 0.3, 0.8])).tolist()
    assert 0.9 < np.mean(held) < 0.99


def test_error_of_calibration():
    y, p = [0, 1, 1, 1], [0.5, 0.5, 0.9, 0.9]
    assert reliability(y, p).ece == pytest.approx((2 * 0 + 2 * 0.1) / 4)


def test_empty_bins_are_left_out_and_certain_forecasts_have_one():
    result = reliability([0, 1, 1], [0, 1, 1])
    assert result.predicted.tolist() == result.observed.tolist() == [0, 1]
    assert result.count.tolist() == [1, 2]
    assert (result.low[0], result.high[1]) == (0, 1)


def test_ties_share_a_bin():
    result = reliability([0, 1, 0, 1, 1, 0], [0.2, 0.2, 0.2, 0.2, 0.2, 0.9], bins=3, strategy="quantile")
    assert result.count.tolist() == [5, 1]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"y_true": [0, 1, 1]}, r"y_true and probability must have one shape \(n,\), got \(3,\) and \(2,\)"),
        ({"y_true": [], "probability": []}, r"must have one shape \(n,\), got \(0,\) and \(0,\)"),
        ({"y_true": [-1, 1]}, "y_true must hold 0 and 1, got -1"),
        ({"probability": [0.5, 1.5]}, "probability must lie between 0 and 1, got 1.5"),
        ({"probability": [0.5, np.nan]}, "probability must lie between 0 and 1, got nan"),
        ({"bins": 0}, "bins must be a whole number from 1, got 0"),
        ({"bins": 2.5}, "bins must be a whole number from 1, got 2.5"),
        ({"strategy": "equal"}, "strategy must be one of uniform, quantile, got 'equal'"),
    ],
)
def test_bad_input(changed, message):
    with pytest.raises(ValueError, match=message):
        reliability(**{"y_true": [0, 1], "probability": [0.1, 0.9]} | changed)
