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


def test_the_typo_tilts_one_line_and_not_the_other():
    bmi, right = diabetes()
    typo = right.copy()
    assert (bmi[6], right[6]) == (22, 138)
    typo[6] = 1380
    centered = bmi[:, None] - bmi.mean()
    squared = [LinearRegression().fit(centered, score) for score in (right, typo)]
    assert squared[1].coef_[0] - squared[0].coef_[0] == pytest.approx(exercises.typo.answer, abs=1e-5)
    assert squared[0].coef_[0] == pytest.approx(exercises._SLOPE, abs=1e-3)
    level = f"{squared[1].intercept_ - squared[0].intercept_:.2f}"
    assert f"= {level}$" in exercises.typo.why
    absolute = [QuantileRegressor(quantile=0.5, alpha=0).fit(centered, score) for score in (right, typo)]
    assert absolute[1].coef_[0] == pytest.approx(absolute[0].coef_[0], rel=1e-12)
    assert absolute[1].intercept_ == pytest.approx(absolute[0].intercept_, rel=1e-12)


def test_the_line_of_absolute_error_is_that_of_its_remark():
    bmi, score = diabetes()
    typo = np.where(np.arange(len(bmi)) == score.argmax(), 3460, score)
    for each in (score, typo):
        slope = QuantileRegressor(quantile=0.5, alpha=0).fit(bmi[:, None], each).coef_[0]
        assert f"slope {slope:.2f} of" in exercises.line.remark


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
