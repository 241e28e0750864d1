"""What the shared tests of exercises cannot know about the page on squared and absolute error: its mathematics."""

from itertools import combinations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, QuantileRegressor

from lossbook import AbsoluteError, SquaredError
from lossbook.course.regression.squared_and_absolute import exercises
from lossbook.datasets import diabetes


@pytest.mark.parametrize("case", exercises.bug.cases)
def test_the_repaired_loss_is_the_mean_squared_error(case):
    y_true, y_pred = map(np.ravel, case.arguments)
    assert exercises.bug.version(*case.arguments) == pytest.approx(SquaredError()(y_true, y_pred), rel=1e-12)


def test_the_broken_loss_gives_a_perfect_column_twice_the_variance():
    names: dict = {"np": np}
    exec(exercises.bug.starter, names)
    _, y = diabetes()
    assert names["mean_squared_error"](y, y[:, None]) == pytest.approx(2 * np.var(y), rel=1e-12)
    assert exercises.bug.version(y, y[:, None]) == 0


@pytest.mark.parametrize("case", exercises.pixels.cases)
def test_the_repaired_squared_error_is_that_of_the_library(case):
    np.testing.assert_allclose(exercises.pixels.version(*case.arguments), SquaredError().value(*case.arguments))


def test_eight_bits_are_right_for_squares_below_256():
    """As the quiz says, and whichever of the two comes first."""
    residual = np.arange(256)
    first, second = residual.astype(np.uint8), np.zeros(256, np.uint8)
    for squares in ((first - second) ** 2, (second - first) ** 2):
        np.testing.assert_array_equal(squares == residual**2, residual < 16)


def test_the_typo_moves_the_mean_and_not_the_median(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where `check` writes
    bmi, score = diabetes()
    slip = score.copy()
    slip[score.argmax()] = 3460
    assert exercises.typo.answer == pytest.approx(slip.mean() - score.mean(), rel=1e-12)
    assert score.mean() == pytest.approx(exercises._MEAN, abs=1e-5)
    assert np.median(slip) == np.median(score)
    slopes = [LinearRegression().fit(bmi[:, None], each).coef_[0] for each in (score, slip)]
    assert "slope of the line" in exercises.typo.check(slopes[1] - slopes[0]).message


@pytest.mark.parametrize("case", exercises.weighted.cases)
def test_the_weighted_gradient_is_that_of_the_library(case):
    y_true, y_pred, weights = case.arguments
    expected = AbsoluteError().gradient(y_true, y_pred) * weights / weights.sum()
    np.testing.assert_allclose(exercises.weighted.version(y_true, y_pred, weights), expected)


@pytest.mark.parametrize("case", exercises.line.cases)
def test_the_line_through_two_patients_is_the_best_of_all(case):
    x, y = case.arguments
    model = QuantileRegressor(quantile=0.5, alpha=0).fit(x[:, None], y)
    np.testing.assert_allclose(exercises.line.version(x, y), [model.coef_[0], model.intercept_], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("case", exercises.line.cases)
def test_no_other_line_is_as_good(case):
    """Or an answer that finds the other one would be called wrong."""
    x, y = case.arguments
    pairs = [(i, j) for i, j in combinations(range(len(x)), 2) if x[i] != x[j]]
    lines = np.array([np.polyfit(x[[*pair]], y[[*pair]], 1) for pair in pairs])
    losses = np.mean(np.abs(lines[:, :1] * x + lines[:, 1:] - y), axis=1)
    others = np.abs(lines - lines[losses.argmin()]).max(axis=1) > 1e-6 * np.abs(lines).max()
    assert losses[others].min() > 1.001 * losses.min()


def test_the_patients_of_the_line_are_the_first_ten():
    bmi, score = diabetes()
    np.testing.assert_array_equal(exercises._bmi, bmi[:10])
    np.testing.assert_array_equal(exercises._progression, score[:10])
