"""What the shared tests of exercises cannot know about the page on gradients: its mathematics."""

import numpy as np
import pytest

from lossbook import AbsoluteError, SquaredError
from lossbook.course.foundations.gradients import exercises
from lossbook.optimization import linear_objective

H = 1e-6


def measured(risk, parameters):
    """Return the gradient of `risk` by central differences."""
    gradient = np.empty_like(parameters)
    for place in np.ndindex(parameters.shape):
        step = np.zeros_like(parameters)
        step[place] = H
        gradient[place] = (risk(parameters + step) - risk(parameters - step)) / (2 * H)
    return gradient


@pytest.mark.parametrize("case", exercises.bug.cases)
def test_the_repaired_gradient_is_that_of_the_mean_over_all_entries(case):
    X, Y, W = case.arguments
    np.testing.assert_allclose(
        exercises.bug.version(X, Y, W), measured(lambda W: np.mean((X @ W - Y) ** 2), W), rtol=1e-6
    )


@pytest.mark.parametrize("case", exercises.bug.cases)
def test_the_broken_gradient_is_off_by_half_the_number_of_outputs(case):
    X, Y, W = case.arguments
    names: dict = {}
    exec(exercises.bug.starter, names)
    np.testing.assert_allclose(names["outputs_gradient"](X, Y, W), Y.shape[1] / 2 * exercises.bug.version(X, Y, W))


def test_the_ratio_is_what_the_check_prints():
    y_true, y_pred = np.array([3.0, -0.5, 2.0, 7.0, 1.0]), np.array([2.5, 0.0, 2.25, 8.0, 4.0])
    seen = measured(lambda y_pred: SquaredError()(y_true, y_pred), y_pred)
    np.testing.assert_allclose((y_true - y_pred) / seen, exercises.ratio.answer, rtol=1e-6)


@pytest.mark.parametrize("case", exercises.slope.cases)
def test_the_slope_is_that_of_the_library(case):
    x, y_true, w, b = case.arguments
    risk = linear_objective(AbsoluteError(), np.column_stack([x, np.ones_like(x)]), y_true)
    assert exercises.slope.version(x, y_true, w, b) == pytest.approx(risk(np.array([w, b]))[1][0], rel=1e-12)


# The last case is at the kink, where finite differences say nothing about the gradient.
@pytest.mark.parametrize("case", exercises.relu.cases[:-1])
def test_the_hidden_gradient_agrees_with_finite_differences(case):
    X, y, W1, b1, w2, b2 = case.arguments

    def risk(W1):
        return SquaredError()(y, np.maximum(X @ W1 + b1, 0) @ w2 + b2)

    np.testing.assert_allclose(exercises.relu.version(*case.arguments), measured(risk, W1), rtol=1e-6, atol=1e-7)


def test_only_the_last_case_of_the_hidden_layer_stands_on_its_kink():
    kinks = [np.any(X @ W1 + b1 == 0) for X, _, W1, b1, _, _ in (case.arguments for case in exercises.relu.cases)]
    assert kinks == [False] * (len(kinks) - 1) + [True]
