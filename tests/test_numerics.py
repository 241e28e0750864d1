"""The shared functions, the links, and what `Loss` makes of them: `predict`, `to_score` and `value_and_gradient`."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from losses import errors_in_ulps, mp, number

import lossbook
from lossbook import CTC, Facts, Huber, KLDivergence, Loss, SquaredError, UncertaintyWeighted, WeightedSum
from lossbook.classification import BinaryCrossEntropy, CategoricalCrossEntropy, SparseCategoricalCrossEntropy
from lossbook.numerics import LINKS, in_float64, log_softmax, softplus, sum_of_products

SIZES = np.concatenate([np.geomspace(1e-300, 1e-3, 60), np.geomspace(1e-3, 1e3, 400), [37, 709, 746, 1e300]])


def exactly(function, z):
    return [function(number(float(entry))) for entry in z]


@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, 1.5), (np.float32, 2)])
def test_softplus(dtype, bound):
    sizes = SIZES[(SIZES > 1e-30) & (SIZES < 1e30)].astype(dtype)
    z = np.concatenate([sizes, -sizes, [dtype(0)]])
    exact = exactly(lambda t: max(t, 0) + mp.log1p(mp.exp(-abs(t))), z)
    got = softplus(z)
    assert got.dtype == dtype
    assert errors_in_ulps(got, exact, exact).max() <= bound
    np.testing.assert_array_equal(softplus(np.array([-np.inf, np.inf], dtype)), [0, np.inf])


@given(st.floats(allow_nan=False))
def test_softplus_of_both_signs(z):
    """softplus(z) - softplus(-z) = z, and neither is negative."""
    plus, minus = softplus(np.array([z, -z]))
    assert min(plus, minus) >= 0
    if math.isfinite(z):
        assert plus - minus == pytest.approx(z, rel=1e-15, abs=1e-15)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("classes", [1, 2, 10])
def test_log_softmax(classes, dtype):
    random = np.random.default_rng(50)
    z = random.normal(size=(60, classes)) * np.geomspace(1e-2, 300, 60)[:, None]
    z = (np.round(z * 256) / 256).astype(dtype)
    before = z.copy()
    got = log_softmax(z)
    np.testing.assert_array_equal(z, before)
    assert got.dtype == dtype
    for row, ours in zip(z, got, strict=True):
        scores = [number(float(score)) for score in row]
        exact = [
            -mp.log1p(mp.fsum(mp.exp(other - mine) for j, other in enumerate(scores) if j != k))
            for k, mine in enumerate(scores)
        ]
        assert errors_in_ulps(ours, exact, exact).max() <= 2 + np.ptp(row)


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        ([np.inf, 0.0, 0.0], [0, -np.inf, -np.inf]),
        ([np.inf, np.inf, 0.0], [-math.log(2), -math.log(2), -np.inf]),
        ([-np.inf, 0.0, 0.0], [-np.inf, -math.log(2), -math.log(2)]),
        ([-np.inf, -np.inf], [-math.log(2), -math.log(2)]),
        ([1e308, -1e308], [0, -np.inf]),
    ],
)
def test_log_softmax_of_infinite_scores(z, expected):
    assert log_softmax(np.array(z)) == pytest.approx(np.array(expected), rel=1e-15)


# Sums ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("length", [1, 3, 16, 17, 50_257])
@pytest.mark.parametrize("order", ["C", "F"])
def test_long_sums_keep_their_digits(dtype, length, order):
    """One large term first, before which small ones would be rounded away one after another."""
    terms = np.full((2, length), 0.1 / length)
    terms[:, 0] += 0.9
    terms, factors = terms.astype(dtype, order=order), np.full((2, length), 9.2, dtype, order=order)
    exact = [sum(map(Fraction, row.tolist())) for row in terms]
    for total, times in ((sum_of_products(terms), 1), (sum_of_products(terms, factors), Fraction(float(dtype(9.2))))):
        assert total.dtype == dtype
        assert total == pytest.approx([float(each * times) for each in exact], rel=8 * float(np.finfo(dtype).eps))


@pytest.mark.parametrize("shape", [(), (0,), (5,), (40_000,), (3, 20_000)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_blocks_of_samples(shape, dtype):
    z = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    for sample_ndim, kernel in ((0, np.sqrt), (1, lambda each: np.sqrt(each).sum(axis=-1))):
        if len(shape) >= sample_ndim:
            got = in_float64(kernel, sample_ndim, z)
            assert got.dtype == dtype
            np.testing.assert_array_equal(got, kernel(z.astype(np.float64)).astype(dtype))


# Links --------------------------------------------------------------------------------------------

SCORES = np.concatenate([-np.geomspace(1e-8, 30, 80), [0], np.geomspace(1e-8, 30, 80)])


@pytest.mark.parametrize("name", ["identity", "sigmoid", "exp"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_link_and_its_inverse(name, dtype):
    exact = {"identity": lambda z: z, "sigmoid": lambda z: 1 / (1 + mp.exp(-z)), "exp": mp.exp}[name]
    inverse = {"identity": lambda p: p, "sigmoid": lambda p: mp.log(p / (1 - p)), "exp": mp.log}[name]
    link = LINKS[name]
    z = SCORES.astype(dtype)
    prediction = link.predict(z)
    assert prediction.dtype == dtype
    expected = exactly(exact, z)
    assert errors_in_ulps(prediction, expected, expected).max() <= 3
    prediction = prediction[(prediction > 0) & (prediction != 1)] if name == "sigmoid" else prediction
    score = link.to_score(prediction)
    assert score.dtype == dtype
    expected = exactly(inverse, prediction)
    eps = float(np.finfo(dtype).eps)
    # where the prediction is near 1/2 the score is near 0, and only as many digits as p has can come back
    assert score == pytest.approx(np.array(expected, float), rel=8 * eps, abs=eps)


@pytest.mark.parametrize(
    ("name", "predictions", "scores"),
    [
        ("sigmoid", [0, 0.5, 1], [-np.inf, 0, np.inf]),
        ("exp", [0, 1, np.inf], [-np.inf, 0, np.inf]),
        ("identity", [-np.inf, 0, np.inf], [-np.inf, 0, np.inf]),
        ("softmax", [[0, 1]], [[-np.inf, 0]]),
        ("softmax", [[1.0]], [[0.0]]),
        ("softmax", [[0.5, 0.5]], [[-math.log(2), -math.log(2)]]),
    ],
)
def test_ends_of_the_links(name, predictions, scores):
    link = LINKS[name]
    np.testing.assert_array_equal(link.to_score(np.array(predictions, float)), scores)
    np.testing.assert_array_equal(link.predict(np.array(scores, float)), predictions)


@given(st.lists(st.floats(-300, 300), min_size=1, max_size=5), st.floats(-100, 100))
def test_softmax_link(z, shift):
    link, z = LINKS["softmax"], np.array(z)
    p = link.predict(z)
    assert p.sum() == pytest.approx(1)
    assert link.predict(z + shift) == pytest.approx(p, rel=1e-12)
    assert link.predict(link.to_score(p)) == pytest.approx(p, rel=1e-12)


# predict and score --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rate(Loss):
    """A loss with a log link."""

    facts: ClassVar[Facts] = Facts(
        formula="",
        task="",
        convex=True,
        bounded_influence=False,
        continuous_derivatives=0,
        statistic="",
        reference="",
        link="exp",
    )


def test_predict():
    assert SquaredError().predict([1, -2.5]).tolist() == [1, -2.5]
    assert BinaryCrossEntropy().predict([0, np.inf, -np.inf]).tolist() == [0.5, 1, 0]
    assert CategoricalCrossEntropy().predict([[0, 0], [np.log(3), 0]]) == pytest.approx(
        np.array([[0.5, 0.5], [0.75, 0.25]])
    )
    assert Rate().predict([0, -np.inf, 1e4]).tolist() == [1, 0, np.inf]  # without a warning
    assert BinaryCrossEntropy().predict(np.float32(0)).dtype == np.float32
    assert BinaryCrossEntropy().predict(0).shape == ()
    assert isinstance(BinaryCrossEntropy().predict(0), np.ndarray)
    assert BinaryCrossEntropy().predict([]).shape == (0,)
    with pytest.raises(ValueError, match="score must be an array of real numbers, got dtype <U1"):
        BinaryCrossEntropy().predict(["a"])


@pytest.mark.parametrize("loss", [CategoricalCrossEntropy(), SparseCategoricalCrossEntropy(), KLDivergence(), CTC()])
def test_predict_has_the_limits_of_the_value(loss):
    """As the value has it: the largest scores share the probability where they are infinite."""
    rows = [[np.inf, 0, 5], [np.inf, -np.inf, np.inf], [-np.inf] * 3, [0, -np.inf, 0], [1e308, -1e308, 0]]
    expected = [[1, 0, 0], [0.5, 0, 0.5], [1 / 3] * 3, [0.5, 0, 0.5], [1, 0, 0]]
    assert loss.predict(rows) == pytest.approx(np.array(expected), abs=1e-15)
    label = [[1.0, 0.0, 0.0]] * 5
    cost = CategoricalCrossEntropy().value(label, rows)
    assert np.exp(-cost) == pytest.approx(loss.predict(rows)[:, 0], abs=1e-15)


EVERY = [
    kind() for kind in vars(lossbook).values() if isinstance(kind, type) and issubclass(kind, Loss) and kind is not Loss
]


@pytest.mark.parametrize("loss", EVERY, ids=repr)
@pytest.mark.parametrize("method", ["predict", "to_score"])
def test_nan_is_refused_as_in_the_value(loss, method):
    nan = np.full((2, 2, 4) if loss.facts.task == "object detection" else (2, 2, 2), np.nan)
    given = [nan] * len(loss.losses) if isinstance(loss, WeightedSum | UncertaintyWeighted) else nan
    with pytest.raises(ValueError, match=r"(score|prediction) must (not contain NaN|be finite)"):
        getattr(loss, method)(given)


@pytest.mark.parametrize("loss", [loss for loss in EVERY if loss.facts.link == "softmax"], ids=repr)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0)])
def test_no_classes(loss, shape):
    for name, method in (("score", loss.predict), ("prediction", loss.to_score)):
        with pytest.raises(
            ValueError, match=f"{name} must have at least one class .* got shape {re.escape(str(shape))}"
        ):
            method(np.zeros(shape))


def test_to_score():
    assert SquaredError().to_score([1, -np.inf]).tolist() == [1, -np.inf]
    assert BinaryCrossEntropy().to_score([0, 0.5, 1]).tolist() == [-np.inf, 0, np.inf]
    assert CategoricalCrossEntropy().to_score([[0, 1]]).tolist() == [[-np.inf, 0]]
    assert Rate().to_score([0, 1, np.inf]).tolist() == [-np.inf, 0, np.inf]
    assert BinaryCrossEntropy().to_score(np.float32(0.5)).dtype == np.float32
    assert isinstance(BinaryCrossEntropy().to_score(0.5), np.ndarray)
    assert BinaryCrossEntropy().to_score([]).shape == (0,)


@pytest.mark.parametrize(
    ("loss", "prediction", "message"),
    [
        (
            BinaryCrossEntropy(),
            [0.5, 1.5],
            "between 0 and 1, the range of the link sigmoid, got values from 0.5 to 1.5",
        ),
        (BinaryCrossEntropy(), [-0.1], "prediction must lie between 0 and 1"),
        (BinaryCrossEntropy(), [np.nan], "prediction must not contain NaN, got 1 of 1"),
        (CategoricalCrossEntropy(), [[0.3, 0.3]], r"prediction must have rows that sum to 1, .* a sum off by 0\.4"),
        (CTC(), [[[0.5, 0.5], [0.5, 0.6]]], r"prediction must have rows that sum to 1, .* a sum off by 0\.1"),
        (
            WeightedSum(),
            ([0.0], [1.5]),
            "task 1, BinaryCrossEntropy: prediction must lie between 0 and 1",
        ),
        (CategoricalCrossEntropy(), [[0.5, 2]], "range of the link softmax, got values from 0.5 to 2"),
        (Rate(), [-1, 2], "between 0 and inf, the range of the link exp, got values from -1 to 2"),
        (SquaredError(), [np.nan], "prediction must not contain NaN, got 1 of 1"),
        (SquaredError(), ["a"], "prediction must be an array of real numbers"),
    ],
    ids=repr,
)
def test_a_prediction_that_no_score_has(loss, prediction, message):
    with pytest.raises(ValueError, match=message):
        loss.to_score(prediction)


@given(st.floats(-36, 36))
def test_score_undoes_predict(z):
    # 1 - p has as few digits as a large score leaves it
    loss = BinaryCrossEntropy()
    assert loss.to_score(loss.predict(z)) == pytest.approx(z, rel=1e-12, abs=1e-15 * math.exp(max(z, 0)))


# value_and_gradient -------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [Huber(1.5), SquaredError(), BinaryCrossEntropy()], ids=repr)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3)])
def test_value_and_gradient(loss, dtype, shape):
    y_true = np.arange(math.prod(shape)).reshape(shape).astype(dtype) % 2
    y_pred = np.linspace(-4, 4, math.prod(shape)).reshape(shape).astype(dtype)
    value, gradient = loss.value_and_gradient(y_true, y_pred)
    for got, expected in ((value, loss.value(y_true, y_pred)), (gradient, loss.gradient(y_true, y_pred))):
        assert isinstance(got, np.ndarray)
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, expected)


def test_value_and_gradient_at_the_ends():
    value, gradient = SquaredError().value_and_gradient([0.0, 0.0], [1e200, np.inf])
    assert value.tolist() == [np.inf, np.inf]  # too large, without a warning
    assert gradient.tolist() == [2e200, np.inf]


def test_value_and_gradient_checks_its_input():
    with pytest.raises(ValueError, match="y_pred must not contain NaN"):
        SquaredError().value_and_gradient([0.0], [np.nan])
    with pytest.raises(ValueError, match=r"y_true of shape \(1,\) and y_pred of shape \(1, 1\)"):
        SquaredError().value_and_gradient([0.0], [[1.0]])
