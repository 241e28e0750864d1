"""The exercises on properties agree with lossbook, SciPy and the data that their page names."""

import numpy as np
import pytest
from scipy.stats import laplace, norm

from lossbook import GaussianNLL
from lossbook.course.foundations.properties import exercises
from lossbook.datasets import daily_returns, diabetes


@pytest.fixture
def returns():
    return daily_returns("sp500").to_numpy()


def test_repaired_bug_is_the_gaussian_loss(returns):
    log_scale = -0.7
    scores = np.column_stack([np.zeros_like(returns), np.full_like(returns, 2 * log_scale)])
    value, gradient = GaussianNLL().value_and_gradient(returns, scores)
    # The log-variance is twice the log of the scale.
    np.testing.assert_allclose(
        exercises._scale_loss(log_scale, returns), [value.mean(), 2 * gradient[:, 1].mean()], rtol=1e-12
    )


def test_gaussian_loss_agrees(returns):
    scores = np.column_stack([np.full_like(returns, 0.3), np.full_like(returns, 2 * np.log(0.4))])
    np.testing.assert_allclose(
        exercises._gaussian_loss(returns, 0.3, 0.4), GaussianNLL().value(returns, scores), rtol=1e-12
    )


def test_per_mille_on_the_returns(returns):
    in_per_mille = 10 * returns
    loss = -norm.logpdf(in_per_mille, in_per_mille.mean(), in_per_mille.std()).mean()
    assert loss == pytest.approx(exercises.per_mille.answer, abs=exercises.per_mille.tolerance)


def test_two_noises_agree_with_scipy(returns):
    fitted = [-density.logpdf(returns, *density.fit(returns)).mean() for density in (norm, laplace)]
    np.testing.assert_allclose(exercises._two_noises(returns), fitted, rtol=1e-12)


def test_noises_of_the_solution():
    bmi, progression = diabetes()
    residuals = progression - np.polyval(np.polyfit(bmi, progression, 1), bmi)
    np.testing.assert_allclose(exercises._two_noises(daily_returns("nasdaq").to_numpy()), [1.885, 1.775], atol=5e-4)
    np.testing.assert_allclose(exercises._two_noises(residuals), [5.552, 5.635], atol=5e-4)


def test_gap_of_the_solution():
    def robust(r):
        return np.log1p(r**2)

    assert round(exercises._gap(robust, 0.0, 8.0), 2) == 0.75
    assert exercises._gap(robust, -0.5, 0.5) < 0
