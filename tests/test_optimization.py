"""Gradient descent against its closed form, and the risk of a linear model against scikit-learn's optimum."""

import itertools

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from lossbook import AbsoluteError, Expectile, Huber, SquaredError
from lossbook.optimization import gradient_descent, linear_objective


def bowl(x):
    return float(x @ x), 2 * x


def test_closed_form():
    """On x'x each step multiplies the parameters by 1 - 2 * learning_rate."""
    start, rate = np.array([3.0, -4.0]), 0.1
    steps = list(gradient_descent(bowl, start, rate, 20))
    assert [step.iteration for step in steps] == list(range(21))
    for step in steps:
        expected = start * (1 - 2 * rate) ** step.iteration
        assert step.parameters == pytest.approx(expected, rel=1e-14)
        assert step.value == pytest.approx(expected @ expected, rel=1e-13)
        assert step.gradient == pytest.approx(2 * expected, rel=1e-14)


def test_zero_steps_yield_the_start():
    (only,) = gradient_descent(bowl, [3, 4], 0.1, 0)
    assert (only.iteration, only.value, only.parameters.tolist(), only.gradient.tolist()) == (
        0,
        25,
        [3, 4],
        [6, 8],
    )
    assert only.parameters.dtype == np.float64


def test_too_large_a_step_diverges():
    values = [step.value for step in gradient_descent(bowl, [1.0], 1.5, 5)]
    assert values == [4.0**iteration for iteration in range(6)]


def test_lazy():
    calls = []

    def counting(x):
        calls.append(x)
        return bowl(x)

    steps = gradient_descent(counting, [1.0], 0.1, 10**9)
    assert calls == []
    assert [step.iteration for step in itertools.islice(steps, 3)] == [0, 1, 2]
    assert len(calls) == 3


def test_the_trace_keeps_every_point():
    start = np.array([1.0, 1.0])
    steps = gradient_descent(bowl, start, 0.25, 2)
    start[:] = 99
    assert [step.parameters.tolist() for step in steps] == [[1, 1], [0.5, 0.5], [0.25, 0.25]]


@pytest.mark.parametrize("shape", [(), (1,), (2, 3)])
def test_parameters_of_any_shape(shape):
    def objective(x):
        return float((x**2).sum()), 2 * x

    *_, last = gradient_descent(objective, np.ones(shape), 0.25, 3)
    assert np.shape(last.parameters) == shape
    assert (last.parameters == 0.125).all()


def test_a_gradient_may_be_a_list():
    *_, last = gradient_descent(lambda x: (0.0, [2.0, 0.0]), [1.0, 1.0], 0.25, 2)
    assert last.parameters.tolist() == [0, 1]


@pytest.mark.parametrize("rate", [0, -0.1, np.inf, np.nan, None, "0.1"])
def test_bad_learning_rate(rate):
    with pytest.raises(ValueError, match="learning_rate must be a positive number, got "):
        gradient_descent(bowl, [1.0], rate, 3)


@pytest.mark.parametrize("steps", [-1, 2.5, None, "3"])
def test_bad_steps(steps):
    with pytest.raises(ValueError, match="steps must be a whole number, 0 or more, got "):
        gradient_descent(bowl, [1.0], 0.1, steps)


def test_bad_start():
    with pytest.raises(ValueError, match="start must be an array of real numbers"):
        gradient_descent(bowl, ["a"], 0.1, 3)


def test_bad_gradient_shape():
    with pytest.raises(ValueError, match=r"gradient of the parameters' shape \(2,\), got shape \(1,\)"):
        next(gradient_descent(lambda x: (0.0, np.ones(1)), [1.0, 1.0], 0.1, 3))


# The linear model ---------------------------------------------------------------------------------

RANDOM = np.random.default_rng(8)
FEATURES = np.column_stack([np.ones(60), RANDOM.normal(size=(60, 2))])
TARGET = FEATURES @ [1.0, -2.0, 0.5] + RANDOM.normal(size=60)


@pytest.mark.parametrize("loss", [SquaredError(), Huber(0.7), Expectile(0.8)], ids=repr)
def test_gradient_of_the_risk(loss):
    risk = linear_objective(loss, FEATURES, TARGET)
    parameters, h = np.array([0.3, 0.2, -0.4]), 1e-6
    value, gradient = risk(parameters)
    assert value == loss(TARGET, FEATURES @ parameters)
    differences = [(risk(parameters + h * axis)[0] - risk(parameters - h * axis)[0]) / (2 * h) for axis in np.eye(3)]
    assert gradient == pytest.approx(differences, rel=1e-7, abs=1e-8)


def test_risk_by_hand():
    value, gradient = linear_objective(AbsoluteError(), [[1, 0], [1, 2]], [3, 1])(np.array([1.0, 1.0]))
    assert value == 2  # predictions 1 and 3
    assert gradient.tolist() == [0, 1]


def test_descent_reaches_least_squares():
    expected = LinearRegression(fit_intercept=False).fit(FEATURES, TARGET).coef_
    risk = linear_objective(SquaredError(), FEATURES, TARGET)
    *_, last = gradient_descent(risk, np.zeros(3), 0.2, 300)
    assert last.parameters == pytest.approx(expected, rel=1e-10)
    assert risk(expected)[1] == pytest.approx(np.zeros(3), abs=1e-12)


@pytest.mark.parametrize(
    ("features", "target"),
    [(np.ones(3), np.ones(3)), (np.ones((3, 1)), np.ones(2)), (np.ones((3, 1)), np.ones((3, 1)))],
)
def test_bad_shapes(features, target):
    with pytest.raises(ValueError, match=r"features must be of shape \(n, p\) and y_true of shape \(n,\), got \(3"):
        linear_objective(SquaredError(), features, target)


@pytest.mark.parametrize(("name", "bad"), [("features", ([[np.nan]], [1.0])), ("y_true", ([[1.0]], [np.inf]))])
def test_not_finite(name, bad):
    with pytest.raises(ValueError, match=f"{name} must be finite"):
        linear_objective(SquaredError(), *bad)


@pytest.mark.parametrize("loss", [SquaredError(), AbsoluteError()])
@pytest.mark.parametrize("features", [np.zeros((0, 2)), np.zeros((0, 0))])
def test_no_samples_have_no_mean(loss, features):
    with pytest.raises(ValueError, match="y_true must hold at least one sample to take a mean, got none"):
        linear_objective(loss, features, [])
