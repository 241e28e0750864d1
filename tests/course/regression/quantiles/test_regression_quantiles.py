"""The exercises on quantiles agree with lossbook and with what the page says about them."""

import nbformat
import numpy as np
import pytest

from lossbook import Quantile
from lossbook.course.regression.quantiles import exercises
from tools.repository import ROOT


@pytest.mark.parametrize("tau", [0.05, 0.5, 0.9])
def test_the_gradient_of_the_pinball_loss(tau):
    y_true, y_pred = np.zeros(80), np.linspace(-4, 4, 80)
    got = exercises.pinball_gradient.version(y_true, y_pred, tau)
    np.testing.assert_allclose(got, Quantile(tau).gradient(y_true, y_pred))


@pytest.mark.parametrize(
    ("at_the_kink", "status"),
    [(-0.91, "wrong"), (-0.9, "passed"), (-0.4, "passed"), (0.1, "passed"), (0.11, "wrong"), (np.nan, "wrong")],
)
def test_at_the_kink_any_slope_between_the_two_is_right(at_the_kink, status):
    def answer(y_true, y_pred, tau):
        return np.select([y_pred < y_true, y_pred > y_true], [-tau, 1 - tau], default=at_the_kink)

    assert exercises.pinball_gradient.check(answer).status == status


def test_the_bakery_earns_most_at_its_quantile():
    demand = np.random.default_rng(0).poisson(100, size=4001).astype(float)
    plans = np.arange(60, 141)
    profit = [(exercises.PRICE * np.minimum(demand, plan) - exercises.COST * plan).mean() for plan in plans]
    assert plans[np.argmax(profit)] == np.quantile(demand, exercises.SHARE)


@pytest.mark.parametrize("tau", [0.05, 0.1, 0.25])
def test_what_a_band_costs_is_its_width_and_its_misses(tau):
    generator = np.random.default_rng(1)
    y_true, low, width = generator.normal(size=50), generator.normal(-1, 0.3, 50), generator.uniform(0, 3, 50)
    high = low + width
    got = exercises.band_loss.version(y_true, low, high, tau)
    np.testing.assert_allclose(got, Quantile(tau).value(y_true, low) + Quantile(1 - tau).value(y_true, high))
    missed = np.maximum(low - y_true, 0) + np.maximum(y_true - high, 0)
    np.testing.assert_allclose(got, tau * width + missed, atol=1e-12)


def test_coverage_takes_the_groups_in_order():
    y_true, group = np.array([0.0, 5.0, 0.5, 0.2]), np.array([9, 4, 4, 9])
    np.testing.assert_array_equal(exercises.coverage.version(y_true, np.zeros(4), np.ones(4), group), [0.5, 1.0])


@pytest.mark.parametrize("tau", [0.1, 0.5, 0.77])
def test_the_repaired_level_is_the_quantile_and_the_broken_one_that_of_the_other_price(tau):
    changes = np.random.default_rng(2).normal(size=201).clip(-3, 3)
    scope = {"np": np}
    exec(exercises.bug.starter, scope)
    for level, share in ((exercises.bug.version, tau), (scope["best_level"], 1 - tau)):
        assert level(changes, tau) == pytest.approx(np.quantile(changes, share), abs=0.03)


@pytest.mark.parametrize("figure", ["81.5 %", "84.3 %"])
def test_what_the_quiz_quotes_is_printed_on_the_page(figure):
    assert any(figure in repr((item.question, item.options)) for item in exercises.quiz.items)
    page = nbformat.read(ROOT / "chapters/regression/quantiles.ipynb", as_version=4)
    printed = [each.get("text", "") for cell in page.cells if cell.cell_type == "code" for each in cell.outputs]
    assert any(figure in text for text in printed)
