"""The exercises and demos on cross-entropy agree with lossbook and with what the page says about them."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from lossbook import BinaryCrossEntropy, SquaredError
from lossbook.course.classification.cross_entropy import demos, exercises
from lossbook.optimization import linear_objective

LOSS = BinaryCrossEntropy()
SCORES = np.array([-1000, -40, -3, -0.5, 0, 0.5, 3, 40, 1000])


@pytest.mark.parametrize("label", [0, 0.3, 1])
def test_loss_and_pull_of_a_score(label):
    y_true = np.full_like(SCORES, label)
    np.testing.assert_allclose(exercises.stable_loss.version(y_true, SCORES), LOSS.value(y_true, SCORES), atol=1e-14)
    np.testing.assert_allclose(exercises.bug.version(y_true, SCORES), LOSS.gradient(y_true, SCORES), atol=1e-15)


def test_the_gradient_with_respect_to_the_weights():
    random = np.random.default_rng(0)
    X, y_true, w = random.normal(size=(20, 4)), random.integers(0, 2, 20), random.normal(size=4)
    gradient = linear_objective(LOSS, X, y_true)(w)[1]
    np.testing.assert_allclose(exercises.weight_gradient.version(X, y_true, w), gradient)


@pytest.mark.parametrize(("label", "score"), [(1, -40), (0, 40)])
def test_the_broken_pull_lets_go_of_a_confident_mistake(label, score):
    scope = {"np": np}
    exec(exercises.bug.starter, scope)
    assert abs(scope["pull"](np.array([label]), np.array([float(score)]))[0]) < 0.005
    assert abs(exercises.bug.version(np.array([label]), np.array([float(score)]))[0]) > 0.995


@pytest.mark.parametrize(
    ("pull", "status"), [(-0.9999, "wrong"), (-0.99999, "wrong"), (-1, "passed")], ids=["1e-4", "1e-5", "exact"]
)
def test_a_pull_that_is_a_little_off_is_not_accepted(pull, status):
    def answer(y_true, z):
        return (expit(z) - y_true) * -pull

    assert exercises.bug.check(answer).status == status


def test_the_threshold_is_where_both_mistakes_cost_the_same():
    z = np.linspace(0, 8, 8001)
    costs = exercises.COST * (1 - expit(z)) - expit(z)
    assert z[np.argmax(costs < 0)] == pytest.approx(exercises.spam.answer, abs=1e-3)


def log_of(features, labels, outputs=lambda z: z, step=0.5, epochs=200):
    """The losses of a linear model that begins at 0, whose outputs are taken for scores."""
    w, losses = np.zeros(features.shape[1]), []
    for _ in range(epochs):
        losses.append(LOSS(labels, outputs(features @ w)))
        pull = LOSS.gradient(labels, outputs(features @ w))
        slope = 1 if outputs is not expit else expit(features @ w) * (1 - expit(features @ w))
        w = w - step * features.T @ (pull * slope) / len(labels)
    return np.array(losses)


def test_a_log_tells_the_causes_apart():
    random = np.random.default_rng(1)
    labels = np.zeros(4000)
    labels[:800] = 1
    assert labels.mean() == exercises.SPAM
    telling = np.column_stack([np.ones(4000), labels + random.normal(size=4000)])
    useless = np.column_stack([np.ones(4000), random.normal(size=4000)])
    shuffled = random.permutation(labels)
    base = -0.2 * np.log(0.2) - 0.8 * np.log(0.8)
    assert np.unique(log_of(telling, labels, step=0).round(4)) == [0.6931]
    assert log_of(telling, labels)[-1] < base - 0.05
    assert log_of(useless, labels)[-1] == pytest.approx(base, abs=0.002)
    assert log_of(telling, shuffled)[-1] == pytest.approx(base, abs=0.002)
    twice = log_of(telling, labels, outputs=expit)
    assert twice[0] == pytest.approx(np.logaddexp(0, 0.5) - 0.1)
    assert np.ptp(twice) > 0.1
    wild = log_of(telling, labels, step=100)
    assert np.ptp(wild[1:]) > 1
    assert np.mean(wild[1:] > np.log(2)) > 0.5


@pytest.mark.parametrize("z", [-12.0, -1.0, 0.0, 3.0])
def test_the_pulls_of_the_stall_are_those_of_the_losses(z):
    p = expit(z)
    assert demos.cross_entropy_pull(z) == pytest.approx(LOSS.gradient([1], [z])[0])
    assert demos.squared_pull(z) == pytest.approx(SquaredError().gradient([1], [p])[0] * p * (1 - p))


def test_squared_error_takes_a_thousand_times_as_many_steps():
    def steps(slope):
        z, count = -10.0, 0
        while z < 0:
            z, count = z - 0.5 * slope(1 / (1 + np.exp(-z))), count + 1
        return count

    printed = demos.stall().printed()
    for line, count in zip(printed, (steps(lambda p: p - 1), steps(lambda p: 2 * (p - 1) * p * (1 - p))), strict=True):
        assert f"½ after {count:,} steps" in line


def test_the_boundary_is_the_minimum_for_the_moved_patient():
    x, y = (array.copy() for array in demos._patients())
    mean, scale = x.mean(axis=0), x.std(axis=0)
    for place, recorded in (((28, 0.2), "benign"), ((8, 0.0), "malignant"), ((17, 0.08), "malignant")):
        x[demos.PATIENT], y[demos.PATIENT] = place, demos.RECORDED[recorded]
        columns = np.column_stack([np.ones(len(x)), (x - mean) / scale])
        best = minimize(linear_objective(LOSS, columns, y), np.zeros(3), jac=True, options={"gtol": 1e-9})
        np.testing.assert_allclose(demos._moved(*place, recorded).weights, best.x, rtol=1e-5)


def test_what_the_guess_says_about_the_shares():
    far = demos._moved(28, 0.2, "benign")
    assert far.share == pytest.approx(0.142, abs=0.001)
    assert far.pull_share == pytest.approx(0.014, abs=0.001)
