"""Several tasks at once: fixed weights, and weights from learned log-variances."""

import dataclasses
import math
import pickle
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from lossbook import AbsoluteError, Huber, Loss, NoHessianError, SquaredError, Tukey
from lossbook.classification import BinaryCrossEntropy, SparseCategoricalCrossEntropy
from lossbook.core import hyperparameters
from lossbook.multitask import UncertaintyWeighted, WeightedSum
from lossbook.probabilistic import GaussianNLL

RANDOM = np.random.default_rng(60)
N = 40
TASKS = (SquaredError(), SparseCategoricalCrossEntropy(), BinaryCrossEntropy())
Y_TRUE = (RANDOM.normal(size=N), RANDOM.integers(0, 3, N), RANDOM.integers(0, 2, N))
Y_PRED = (RANDOM.normal(size=N), RANDOM.normal(size=(N, 3)), RANDOM.normal(size=N))
WEIGHTS = (0.5, 2.0, 3.0)
LOG_VARIANCES = (math.log(4), 0.0, -math.log(3))
FIXED = WeightedSum(TASKS, WEIGHTS)
LEARNED = UncertaintyWeighted(TASKS, LOG_VARIANCES)
each_loss = pytest.mark.parametrize("loss", [FIXED, LEARNED], ids=["WeightedSum", "UncertaintyWeighted"])

log_variances = st.tuples(*[st.floats(-5, 5)] * 3)


def single(method):
    """Return what the losses of the tasks give one by one."""
    return [getattr(task, method)(y, z) for task, y, z in zip(TASKS, Y_TRUE, Y_PRED, strict=True)]


def by_step(function, tasks, step=1e-6):
    """The central difference of `function`, of a list of score arrays, along every score of every task."""
    slopes = []
    for t, scores in enumerate(tasks):
        slope = np.empty_like(scores)
        for index in np.ndindex(scores.shape[1:]):
            moved = np.zeros_like(scores)
            moved[(slice(None), *index)] = step
            up, down = ([*tasks[:t], scores + sign * moved, *tasks[t + 1 :]] for sign in (1, -1))
            slope[(slice(None), *index)] = (function(up) - function(down)) / (2 * step)
        slopes.append(slope)
    return slopes


# Values and derivatives ---------------------------------------------------------------------------


def test_value_of_fixed_weights():
    squared, categorical, binary = single("value")
    assert FIXED.value(Y_TRUE, Y_PRED) == pytest.approx(0.5 * squared + 2 * categorical + 3 * binary, rel=1e-14)
    assert FIXED.value(Y_TRUE, Y_PRED).shape == (N,)


def test_value_of_learned_weights():
    """Kendall et al. (2018): half a squared error over the variance, a cross-entropy over it, and log sigma of each."""
    squared, categorical, binary = single("value")
    sigma = np.exp(np.array(LOG_VARIANCES) / 2)
    expected = squared / (2 * sigma[0] ** 2) + categorical / sigma[1] ** 2 + binary / sigma[2] ** 2
    expected += np.log(sigma).sum()
    assert LEARNED.value(Y_TRUE, Y_PRED) == pytest.approx(expected, rel=1e-14)
    assert LEARNED.weights == pytest.approx((1 / 8, 1, 3), rel=1e-15)


@each_loss
def test_gradient(loss):
    gradients = loss.gradient(Y_TRUE, Y_PRED)
    assert isinstance(gradients, tuple)
    for got, scores in zip(gradients, Y_PRED, strict=True):
        assert got.shape == scores.shape
    for got, estimate in zip(gradients, by_step(lambda z: loss.value(Y_TRUE, z), list(Y_PRED)), strict=True):
        assert got == pytest.approx(estimate, abs=1e-8)


@each_loss
def test_hessian(loss):
    hessians = loss.hessian(Y_TRUE, Y_PRED)
    assert [hessian.shape for hessian in hessians] == [(N,), (N, 3, 3), (N,)]
    for weight, got, alone in zip(loss.weights, hessians, single("hessian"), strict=True):
        assert got == pytest.approx(weight * alone, rel=1e-14)


def test_gradient_by_the_log_variances():
    got = LEARNED.log_variance_gradient(Y_TRUE, Y_PRED)
    assert got.shape == (N, 3)
    for task in range(3):
        up, down = (
            dataclasses.replace(LEARNED, log_variances=np.array(LOG_VARIANCES) + sign * 1e-6 * np.eye(3)[task])
            for sign in (1, -1)
        )
        estimate = (up.value(Y_TRUE, Y_PRED) - down.value(Y_TRUE, Y_PRED)) / 2e-6
        assert got[:, task] == pytest.approx(estimate, abs=1e-8)


def test_one_sample_without_an_axis():
    loss = UncertaintyWeighted((SquaredError(), AbsoluteError()), (0, 0))
    assert loss.value((0.0, 0.0), (2.0, 3.0)) == 3.5
    assert loss.log_variance_gradient((0.0, 0.0), (2.0, 3.0)).tolist() == [-1.5, -1]


@each_loss
def test_value_and_gradient(loss):
    value, gradient = loss.value_and_gradient(Y_TRUE, Y_PRED)
    assert value == pytest.approx(loss.value(Y_TRUE, Y_PRED), rel=1e-14)
    assert isinstance(gradient, tuple)
    for got, expected in zip(gradient, loss.gradient(Y_TRUE, Y_PRED), strict=True):
        assert got == pytest.approx(expected, rel=1e-14)


@each_loss
def test_mean(loss):
    weight = RANDOM.uniform(size=N)
    values = loss.value(Y_TRUE, Y_PRED)
    assert loss(Y_TRUE, Y_PRED) == pytest.approx(values.mean())
    assert loss(Y_TRUE, Y_PRED, weight) == pytest.approx(np.average(values, weights=weight))


@each_loss
def test_dtype(loss):
    single_precision = [scores.astype(np.float32) for scores in Y_PRED]
    targets = [Y_TRUE[0].astype(np.float32), *Y_TRUE[1:]]
    assert loss.value(targets, single_precision).dtype == np.float32
    assert {array.dtype for array in loss.gradient(targets, single_precision)} == {np.dtype(np.float32)}
    assert loss.value(Y_TRUE, single_precision).dtype == np.float64  # one target is float64
    assert loss.value(targets, single_precision) == pytest.approx(loss.value(Y_TRUE, Y_PRED), rel=1e-5, abs=1e-5)


def test_links_of_the_tasks():
    scores = (1.5, [0.0, 0.0, 0.0], 0.0)
    natural = FIXED.predict(scores)
    assert [prediction.tolist() for prediction in natural] == [1.5, pytest.approx([1 / 3] * 3), 0.5]
    for again, score in zip(FIXED.predict(FIXED.to_score(natural)), natural, strict=True):
        assert again == pytest.approx(score)


# Relations ----------------------------------------------------------------------------------------


def test_one_task_of_weight_one_is_that_task():
    alone = WeightedSum((Huber(2),), (1,))
    np.testing.assert_array_equal(alone.value([Y_TRUE[0]], [Y_PRED[0]]), Huber(2).value(Y_TRUE[0], Y_PRED[0]))


@given(s=st.floats(-20, 20), y=st.floats(-1e3, 1e3), mean=st.floats(-1e3, 1e3))
def test_one_regression_task_is_the_gaussian_likelihood(s, y, mean):
    """With the same log-variance for all samples, and without the constant."""
    loss = UncertaintyWeighted((SquaredError(),), (s,))
    expected = GaussianNLL().value([y], [[mean, s]]) - math.log(2 * math.pi) / 2
    assert loss.value(([y],), ([mean],)) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    slopes = GaussianNLL().gradient([y], [[mean, s]])[0]
    assert loss.gradient(([y],), ([mean],))[0] == pytest.approx([slopes[0]], rel=1e-12)
    assert loss.log_variance_gradient(([y],), ([mean],))[0] == pytest.approx([slopes[1]], rel=1e-12, abs=1e-12)


@given(s=log_variances)
def test_learned_weights_are_fixed_weights_and_a_shift(s):
    learned = UncertaintyWeighted(TASKS, s)
    fixed = WeightedSum(TASKS, learned.weights)
    assert learned.value(Y_TRUE, Y_PRED) == pytest.approx(fixed.value(Y_TRUE, Y_PRED) + sum(s) / 2, rel=1e-12)
    for ours, theirs in zip(learned.gradient(Y_TRUE, Y_PRED), fixed.gradient(Y_TRUE, Y_PRED), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_code_without_the_halves_minimizes_twice_the_loss_of_a_regression():
    loss = UncertaintyWeighted((SquaredError(),), (0.7,))
    squared = SquaredError().value(Y_TRUE[0], Y_PRED[0])
    assert 2 * loss.value(Y_TRUE[:1], Y_PRED[:1]) == pytest.approx(math.exp(-0.7) * squared + 0.7, rel=1e-14)


def test_which_tasks_get_a_half():
    losses = (AbsoluteError(), Huber(), BinaryCrossEntropy(), SparseCategoricalCrossEntropy(), GaussianNLL())
    assert UncertaintyWeighted(losses, (0.0,) * 5).weights == (0.5, 0.5, 1, 1, 1)


def test_best_log_variances():
    """Where the mean of the loss is smallest: log of twice a_t times the mean loss of the task."""
    found = optimize.minimize(
        lambda s: UncertaintyWeighted(TASKS, tuple(s))(Y_TRUE, Y_PRED),
        np.zeros(3),
        jac=lambda s: UncertaintyWeighted(TASKS, tuple(s)).log_variance_gradient(Y_TRUE, Y_PRED).mean(axis=0),
        tol=1e-12,
    ).x
    squared, categorical, binary = (values.mean() for values in single("value"))
    assert np.exp(found) == pytest.approx([squared, 2 * categorical, 2 * binary], rel=1e-6)


def test_a_change_of_units_is_absorbed():
    """A target in millimeters, its log-variance moved along, pulls a model as hard as the one in meters."""
    meters = UncertaintyWeighted((SquaredError(),), (0.4,))
    millimeters = UncertaintyWeighted((SquaredError(),), (0.4 + 2 * math.log(1000),))
    scaled = [1000 * Y_TRUE[0]], [1000 * Y_PRED[0]]
    gradient = meters.gradient(Y_TRUE[:1], Y_PRED[:1])[0]
    assert 1000 * millimeters.gradient(*scaled)[0] == pytest.approx(gradient, rel=1e-12)
    assert millimeters.value(*scaled) == pytest.approx(meters.value(Y_TRUE[:1], Y_PRED[:1]) + math.log(1000))


def test_the_value_may_be_negative():
    assert UncertaintyWeighted((SquaredError(),), (-3.0,))([[1.0]], [[1.0]]) == -1.5


# Limits -------------------------------------------------------------------------------------------


def test_a_task_without_weight_is_absent():
    loss = WeightedSum((SquaredError(), SquaredError()), (0, 2))
    y_true, y_pred = ([0.0, 0.0], [0.0, 0.0]), ([np.inf, 3.0], [1.0, 2.0])
    assert loss.value(y_true, y_pred).tolist() == [2, 8]
    assert [gradient.tolist() for gradient in loss.gradient(y_true, y_pred)] == [[0, 0], [4, 8]]
    assert [hessian.tolist() for hessian in loss.hessian(y_true, y_pred)] == [[0, 0], [4, 4]]


def test_infinite_scores():
    y_true, y_pred = ([0.0], [1]), ([np.inf], [0.0])
    for loss in (WeightedSum(), UncertaintyWeighted()):
        assert loss.value(y_true, y_pred) == np.inf
    assert UncertaintyWeighted().log_variance_gradient(y_true, y_pred).tolist() == [[-np.inf, 0.5 - math.log(2)]]


def test_infinitely_wrong_beside_infinitely_right():
    loss = WeightedSum((GaussianNLL(), SquaredError()), (1, 1))
    assert loss.value(([0.0], [0.0]), ([[0.0, -np.inf]], [1.0])) == -np.inf
    assert loss.value(([0.0], [0.0]), ([[0.0, -np.inf]], [np.inf])) == np.inf


@pytest.mark.parametrize("s", [-699.9, 699.9])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_log_variances(s, dtype):
    loss = UncertaintyWeighted((SquaredError(), SquaredError()), (s, 0))
    y_true, y_pred = (np.zeros(3, dtype),) * 2, (np.array([0, 1, np.inf], dtype),) * 2
    value, (gradient, _) = loss.value_and_gradient(y_true, y_pred)
    assert not np.isnan(value).any()
    assert not np.isnan(gradient).any()
    assert value[0] == dtype(s / 2)
    assert gradient[0] == 0
    assert value[2] == np.inf
    assert gradient[2] == np.inf


def test_a_weight_too_large_for_float32_only_there():
    loss = WeightedSum((SquaredError(),), (1e300,))
    tiny = np.float32(1e-20)
    assert loss.gradient(([np.float32(0)],), ([tiny],))[0] == np.inf
    assert loss.gradient(([np.float32(0)],), ([np.float32(0)],))[0] == 0
    assert loss.value(([0.0],), ([1e-150],)) == pytest.approx(1)


# Facts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("losses", "weights", "convex", "bounded", "derivatives"),
    [
        ((SquaredError(), BinaryCrossEntropy()), (1, 1), True, False, math.inf),
        ((Huber(), BinaryCrossEntropy()), (1, 1), True, True, 1),
        ((Tukey(), AbsoluteError()), (1, 1), False, True, 0),
        ((Tukey(), AbsoluteError()), (0, 1), True, True, 0),
        ((GaussianNLL(), AbsoluteError()), (1, 0), False, False, math.inf),
        ((SquaredError(),), (0,), True, True, math.inf),
    ],
)
def test_facts_follow_from_the_tasks(losses, weights, convex, bounded, derivatives):
    facts = WeightedSum(losses, weights).facts
    assert (facts.convex, facts.bounded_influence, facts.continuous_derivatives) == (convex, bounded, derivatives)
    if all(weights):
        learned = UncertaintyWeighted(losses, weights).facts
        assert (learned.convex, learned.bounded_influence) == (convex, bounded)
        assert learned.continuous_derivatives == derivatives


@pytest.mark.parametrize("losses", [(SquaredError(), BinaryCrossEntropy()), (SquaredError(), Tukey())], ids=repr)
@pytest.mark.parametrize("kind", [WeightedSum, UncertaintyWeighted])
def test_convex_in_the_scores(kind, losses):
    loss = kind(losses, (0.7, 1.2))
    random = np.random.default_rng(3)
    left, right = 5 * random.normal(size=(2, 2, 500))
    t = random.uniform(0.05, 0.95, 500)
    y_true = (np.zeros(500), np.ones(500))
    low, high = loss.value(y_true, tuple(left)), loss.value(y_true, tuple(right))
    middle = loss.value(y_true, tuple((1 - t) * left + t * right))
    violated = middle > (1 - t) * low + t * high + 1e-12 * (1 + np.abs(low) + np.abs(high))
    assert violated.any() == (not loss.facts.convex)


def test_convex_in_a_log_variance_alone_but_not_together_with_a_score():
    def value(score, s):
        return UncertaintyWeighted((SquaredError(),), (s,)).value(([0.0],), ([score],))[0]

    assert value(3.0, 0.0) < (value(3.0, -1.0) + value(3.0, 1.0)) / 2
    assert value(2.0, 0.5) > (value(1.5, 0.0) + value(2.5, 1.0)) / 2


def test_best_constants_are_those_of_the_tasks():
    loss = WeightedSum((SquaredError(), BinaryCrossEntropy()), (0.1, 7))
    y_true = (Y_TRUE[0], Y_TRUE[2])
    found = optimize.minimize(lambda z: loss(y_true, (np.full(N, z[0]), np.full(N, z[1]))), [0.0, 0.0], tol=1e-10).x
    mean, share = loss.predict(tuple(found))
    assert loss.facts.statistic == "that of each task"
    assert (mean, share) == (pytest.approx(Y_TRUE[0].mean(), abs=1e-5), pytest.approx(Y_TRUE[2].mean(), abs=1e-5))


# As values, and bad input -------------------------------------------------------------------------


def test_defaults_are_a_number_and_a_yes_or_no():
    tasks = (SquaredError(), BinaryCrossEntropy())
    assert WeightedSum() == WeightedSum(tasks, (1, 1))
    assert UncertaintyWeighted() == UncertaintyWeighted(tasks, (0, 0))


@each_loss
def test_losses_as_values(loss):
    assert pickle.loads(pickle.dumps(loss)) == loss
    assert hash(loss) == hash(dataclasses.replace(loss, losses=list(TASKS)))
    assert type(loss)(*map(list, hyperparameters(loss).values())) == loss
    with pytest.raises(dataclasses.FrozenInstanceError):
        loss.losses = ()


@pytest.mark.parametrize(
    "losses",
    [
        (),
        SquaredError(),
        None,
        "ab",
        (SquaredError(), "BinaryCrossEntropy"),
        (SquaredError, BinaryCrossEntropy),
        (WeightedSum(), SquaredError()),
    ],
    ids=repr,
)
@pytest.mark.parametrize("kind", [WeightedSum, UncertaintyWeighted])
def test_bad_losses(kind, losses):
    with pytest.raises(ValueError, match=f"{kind.__name__}: losses must be a tuple of losses of one task, got "):
        kind(losses)


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (WeightedSum, (1,), r"WeightedSum: weights must .* one entry for each of 2, got 1"),
        (WeightedSum, 1.0, r"WeightedSum: weights must .* one entry for each of 2, got float"),
        (WeightedSum, np.array(1.0), r"WeightedSum: weights must .* one entry for each of 2, got ndarray"),
        (WeightedSum, np.ones((2, 1)), r"WeightedSum: weights must .* one entry for each of 2, got ndarray"),
        (WeightedSum, (1, -1), r"WeightedSum: weights\[1\] must be a number in \[0, inf\), got -1"),
        (WeightedSum, (np.inf, 1), r"WeightedSum: weights\[0\] must be a number in \[0, inf\), got inf"),
        (WeightedSum, (1, "1"), r"WeightedSum: weights\[1\] must be a number"),
        (UncertaintyWeighted, (0, 0, 0), r"UncertaintyWeighted: log_variances must .* each of 2, got 3"),
        (UncertaintyWeighted, (0, 700), r"UncertaintyWeighted: log_variances\[1\] .* \(-700, 700\), got 700"),
        (UncertaintyWeighted, (-700, 0), r"UncertaintyWeighted: log_variances\[0\] .* \(-700, 700\), got -700"),
        (UncertaintyWeighted, (np.nan, 0), r"UncertaintyWeighted: log_variances\[0\] .* got nan"),
    ],
)
def test_bad_settings(kind, settings, message):
    with pytest.raises(ValueError, match=message):
        kind((SquaredError(), BinaryCrossEntropy()), settings)


TWO = WeightedSum()


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        # an array of two samples and two tasks: its first entry is a sample
        (np.zeros((2, 2)), ([0.0], [0.0]), "y_true must be a list or tuple with one entry for each of 2, got ndarray"),
        (([0.0], [0]), np.zeros((2, 2)), "y_pred must be a list or tuple with one entry for each of 2, got ndarray"),
        ({"a": [0.0], "b": [0]}, ([0.0], [0.0]), "y_true must .* each of 2, got dict"),
        (([0.0],), ([0.0], [0.0]), "y_true must be a list or tuple with one entry for each of 2, got 1"),
        (([0.0], [0]), ([0.0], [0.0], [0.0]), "y_pred must be .* each of 2, got 3"),
        (([0.0], [2]), ([0.0], [0.0]), "task 1, BinaryCrossEntropy: y_true must lie between 0 and 1"),
        (([np.nan], [1]), ([0.0], [0.0]), "task 0, SquaredError: y_true must be finite"),
        (([0.0], [1, 1]), ([0.0], [0.0]), r"task 1, BinaryCrossEntropy: y_pred must have the samples of y_true"),
        (
            ([0.0], [1, 1]),
            ([0.0], [0.0, 0.0]),
            r"y_pred must have the same samples in every task, got samples of shape \[\(1,\), \(2,\)\]",
        ),
        # a box beside a class: four values per sample
        (([[0.0] * 4], [1]), ([[0.0] * 4], [0.0]), r"samples of shape \[\(1, 4\), \(1,\)\]"),
    ],
)
@pytest.mark.parametrize("method", ["value", "gradient", "hessian", "value_and_gradient", "__call__"])
def test_bad_arrays(method, y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        getattr(TWO, method)(y_true, y_pred)


def test_bad_arrays_of_the_rest():
    with pytest.raises(ValueError, match="score must be a list or tuple with one entry for each of 2, got 1"):
        TWO.predict([[0.0]])
    with pytest.raises(ValueError, match="prediction must be a list or tuple with one entry for each of 2, got 3"):
        TWO.to_score([[0.0], [0.5], [0.5]])
    with pytest.raises(ValueError, match="y_pred must have the same samples in every task"):
        UncertaintyWeighted().log_variance_gradient(([0.0], [1, 1]), ([0.0], [0.0, 0.0]))


def test_a_task_without_a_hessian():
    loss = WeightedSum((SquaredError(), AbsoluteError()), (1, 1))
    with pytest.raises(NoHessianError, match="AbsoluteError has no Hessian"):
        loss.hessian(([0.0], [0.0]), ([0.0], [0.0]))


def test_a_task_without_a_target():
    @dataclass(frozen=True)
    class Norm(Loss):
        """A penalty of the score alone."""

        score_ndim: ClassVar[int] = 1
        facts: ClassVar = SquaredError.facts

        def _arguments(self, y_true, y_pred):
            return (np.asarray(y_pred),)

        def _value(self, y_pred):
            return (y_pred**2).sum(axis=-1)

    loss = WeightedSum((SquaredError(), Norm()), (1, 0.5))
    assert loss.value(([1.0], None), ([3.0], [[2.0, 4.0]])).tolist() == [14]
