"""What is special to the losses for classes: limits, symmetries, relations, conventions and facts."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from losses import QUANTITIES, errors_in_ulps, mp, number
from losses_classification import CLASSIFICATION, binary_focal
from scipy import optimize, special, stats

from lossbook import KLDivergence, NoHessianError
from lossbook.classification import (
    BinaryCrossEntropy,
    BinaryFocal,
    CategoricalCrossEntropy,
    CategoricalFocal,
    Hinge,
    LogitAdjustedCrossEntropy,
    SparseCategoricalCrossEntropy,
    SquaredHinge,
    class_sample_weight,
)

LOSSES = list(dict.fromkeys(row.loss for row in CLASSIFICATION))
SOFTMAX = (CategoricalCrossEntropy, SparseCategoricalCrossEntropy, CategoricalFocal)
MARGIN = (Hinge, SquaredHinge)
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)
each_softmax = pytest.mark.parametrize("loss", [loss for loss in LOSSES if isinstance(loss, SOFTMAX)], ids=repr)
each_binary = pytest.mark.parametrize("loss", [loss for loss in LOSSES if not isinstance(loss, SOFTMAX)], ids=repr)

any_score = st.floats(allow_nan=False)
moderate = st.floats(-700, 700)
gammas = st.floats(0, 6)
rows = st.lists(st.floats(-300, 300), min_size=2, max_size=6)


def target(loss, label, classes=3):
    """The label in the form that the loss takes: a class, a one-hot row, or -1 and +1."""
    if isinstance(loss, SparseCategoricalCrossEntropy):
        return np.asarray(label)
    if isinstance(loss, SOFTMAX):
        return np.eye(classes)[label]
    return 2.0 * np.asarray(label) - 1 if isinstance(loss, MARGIN) else np.asarray(label, float)


def among(loss, classes):
    """The loss for these classes, in this order, where it knows the shares of three."""
    if not isinstance(loss, LogitAdjustedCrossEntropy):
        return loss
    shares = np.array(loss.prior)[list(classes)]
    return replace(loss, prior=shares / shares.sum())


def quantities(loss):
    return (loss.value, loss.gradient) if isinstance(loss, Hinge) else (loss.value, loss.gradient, loss.hessian)


def same(got, expected, ulps=8):
    np.testing.assert_allclose(got, expected, rtol=ulps * np.finfo(np.float64).eps, atol=1e-300)


# Accuracy -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("classes", [2, 10, 100])
def test_softmax_error_grows_with_the_gap(classes, dtype):
    """The bound, sample by sample, is 1 ULP and 1 more for each unit that a score lies off the label's.

    In float32, NumPy's exp and log1p are themselves off by more than one.
    """
    random = np.random.default_rng(40)
    z = random.normal(size=(100, classes)) * np.geomspace(1e-3, 200, 100)[:, None]
    z = (np.round(z * 256) / 256).astype(dtype)  # their differences are exact
    label = random.integers(0, classes, 100)
    exact = []
    for scores, k in zip(z, label, strict=True):
        gaps = [number(float(score)) - number(float(scores[k])) for score in scores]
        exact.append(mp.log1p(mp.fsum(mp.exp(gap) for j, gap in enumerate(gaps) if j != k)))
    bound = (1 if dtype == np.float64 else 2) + np.abs(z - z[np.arange(100), label, None]).max(axis=1)
    for got in (
        SparseCategoricalCrossEntropy().value(label, z),
        CategoricalCrossEntropy().value(np.eye(classes, dtype=dtype)[label], z),
    ):
        assert (errors_in_ulps(got, exact, exact) <= bound).all()


@pytest.mark.parametrize("z", [37.0, 40.0, 100.0, 700.0])
def test_sure_and_right(z):
    expected, slope = math.exp(-z), -math.exp(-z)
    losses = [
        (BinaryCrossEntropy(), 1.0, z),
        (BinaryCrossEntropy(), 0.0, -z),
        (SparseCategoricalCrossEntropy(), 0, [z, 0.0]),
        (CategoricalCrossEntropy(), [0.0, 1.0], [0.0, z]),
    ]
    for loss, y_true, y_pred in losses:
        same(loss.value(y_true, y_pred), expected)
        same(np.abs(loss.gradient(y_true, y_pred)), abs(slope))
        same(np.abs(loss.hessian(y_true, y_pred)), expected)


@pytest.mark.parametrize("gap", [20.0, 100.0, 1000.0])
def test_sure_and_wrong(gap):
    for loss in (CategoricalFocal(0.5), CategoricalFocal(), CategoricalCrossEntropy()):
        assert loss.value([0, 1], [gap, 0.0]) == pytest.approx(gap, rel=1e-8)
        assert loss.gradient([0, 1], [gap, 0.0]) == pytest.approx([1, -1], abs=1e-6)
    assert BinaryCrossEntropy().value(0, gap) == pytest.approx(gap, rel=1e-9)
    assert BinaryFocal(0.5, None).gradient([0, 1], [gap, -gap]) == pytest.approx([1, -1], abs=1e-6)


# Infinite scores, and never NaN -------------------------------------------------------------------


@given(loss=st.sampled_from(LOSSES), label=st.integers(0, 1), z=any_score)
def test_never_nan_nor_negative(loss, label, z):
    y_pred = [z, 0.0, -1.0] if isinstance(loss, SOFTMAX) else z
    for function in quantities(loss):
        assert not np.isnan(function(target(loss, label), y_pred)).any()
    assert loss.value(target(loss, label), y_pred) >= 0
    value, gradient = loss.value_and_gradient(target(loss, label), y_pred)
    same(value, loss.value(target(loss, label), y_pred))
    np.testing.assert_array_equal(gradient, loss.gradient(target(loss, label), y_pred))


@pytest.mark.parametrize("gamma", [0, 0.3, 0.5, 1, 2, 5])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_focal_is_finite_at_any_score(gamma, dtype):
    z = np.array([0, 1e-30, 1, 20, 88, 89, 100, 104, 709, 710, 745, 746, 1e4, 1e30], dtype)
    z = np.concatenate([z, -z])
    for function in quantities(BinaryFocal(gamma)):
        for label in (0, 1):
            result = function(np.full_like(z, label), z)
            assert result.dtype == dtype
            assert np.isfinite(result).all()
    for function in quantities(CategoricalFocal(gamma)):
        pairs = np.stack([z, np.zeros_like(z)], axis=1)
        assert np.isfinite(function(np.tile(np.array([0, 1], dtype), (len(z), 1)), pairs)).all()


@pytest.mark.parametrize(
    ("loss", "right", "wrong", "pull"),
    [
        (BinaryCrossEntropy(), 0, math.inf, 1),
        (BinaryCrossEntropy(positive_weight=3), 0, math.inf, 3),
        (BinaryFocal(0, None), 0, math.inf, 1),
        (BinaryFocal(0.5, 0.25), 0, math.inf, 0.25),
        (BinaryFocal(2, None), 0, math.inf, 1),
        (Hinge(), 0, math.inf, 1),
        (SquaredHinge(), 0, math.inf, math.inf),
    ],
    ids=repr,
)
def test_infinite_score(loss, right, wrong, pull):
    y_true, y_pred = target(loss, [1, 1]), [math.inf, -math.inf]
    assert loss.value(y_true, y_pred).tolist() == [right, wrong]
    assert loss.gradient(y_true, y_pred).tolist() == [0, -pull]
    if not isinstance(loss, MARGIN):
        assert loss.hessian(y_true, y_pred).tolist() == [0, 0]


def test_infinite_score_of_a_soft_label():
    loss = BinaryCrossEntropy()
    assert loss.value([0.5, 0.5], [math.inf, -math.inf]).tolist() == [math.inf, math.inf]
    assert loss.gradient([0.25, 0.25], [math.inf, -math.inf]).tolist() == [0.75, -0.25]
    assert BinaryCrossEntropy(label_smoothing=0.1).value([1.0], [math.inf]) == math.inf


@each_softmax
def test_infinite_scores_of_classes(loss):
    sure = [math.inf, 0.0, -math.inf]
    if getattr(loss, "label_smoothing", 0) == 0:
        assert loss.value(target(loss, 0), sure) == 0
        assert not np.signbit(loss.value(target(loss, 0), sure))
        assert (loss.gradient(target(loss, 0), sure) == 0).all()
    for wrong in (1, 2):
        assert loss.value(target(loss, wrong), sure) == math.inf
        y = np.eye(3)[wrong] * (1 - getattr(loss, "label_smoothing", 0)) + getattr(loss, "label_smoothing", 0) / 3
        same(loss.gradient(target(loss, wrong), sure), np.array([1, 0, 0]) - y)
    assert (loss.hessian(target(loss, 1), sure) == 0).all()
    # a class that is ruled out leaves the others as if it were not there
    two = among(loss, [0, 1]).value(target(loss, 0, 2), [1.0, 0.5])
    two = two if getattr(loss, "label_smoothing", 0) == 0 else math.inf
    same(loss.value(target(loss, 0), [1.0, 0.5, -math.inf]), two)


@each_softmax
def test_equal_infinities_are_equal_scores(loss):
    for row, alike in (([math.inf, math.inf, 0.0], [0.0, 0.0, -math.inf]), ([-math.inf] * 3, [0.0] * 3)):
        for function in quantities(loss):
            for label in range(3):
                np.testing.assert_array_equal(function(target(loss, label), row), function(target(loss, label), alike))


def test_a_probability_of_exactly_0_or_1():
    for loss in (BinaryCrossEntropy(), BinaryFocal(alpha=None)):
        assert loss.value([0, 1, 0, 1], loss.to_score([0, 1, 1, 0])).tolist() == [0, 0, math.inf, math.inf]
    for loss in (CategoricalCrossEntropy(), CategoricalFocal()):
        assert loss.value(np.eye(2), loss.to_score(np.eye(2))).tolist() == [0, 0]
        assert loss.value(np.eye(2), loss.to_score(1 - np.eye(2))).tolist() == [math.inf, math.inf]
    assert SparseCategoricalCrossEntropy().value(2, np.log([0.25, 0.5, 0.25])) == pytest.approx(math.log(4))


@pytest.mark.parametrize("z", [1e3, -1e3, 1e300, -1e300])
def test_binary_cross_entropy_at_huge_scores(z):
    for weight in (1, 2):
        loss = BinaryCrossEntropy(positive_weight=weight)
        assert loss.value([0, 1], [z, z]).tolist() == [max(z, 0), weight * max(-z, 0)]
        assert loss.gradient([0, 1], [z, z]).tolist() == [float(z > 0), -weight * float(z < 0)]
        assert loss.hessian([0, 1], [z, z]).tolist() == [0, 0]


# Relations ----------------------------------------------------------------------------------------


@given(label=st.integers(0, 1), z=moderate)
def test_focal_without_focus_is_cross_entropy(label, z):
    for focal, entropy in zip(quantities(BinaryFocal(0, None)), quantities(BinaryCrossEntropy()), strict=True):
        same(focal(label, z), entropy(label, z))
    same(BinaryFocal(0, 0.5).value(label, z), BinaryCrossEntropy().value(label, z) / 2)
    row = [z, 0.5, -2.0]
    for focal, entropy in zip(quantities(CategoricalFocal(0)), quantities(CategoricalCrossEntropy()), strict=True):
        same(focal(np.eye(3)[label], row), entropy(np.eye(3)[label], row))


@pytest.mark.parametrize(
    ("gamma", "z"), [(1e20, 40.0), (1e16, 35.0), (1e4, 12.0), (1e100, 700.0), (3e154, 0.0), (1e308, 1e-6)]
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_large_gamma_finds_digits_where_q_rounds_to_1(gamma, z, dtype):
    """q^gamma then is exp(-gamma p) for the tiny p of a mistake."""
    expected = binary_focal(BinaryFocal(gamma, None))
    score = number(float(dtype(-z)))
    for quantity in QUANTITIES:
        truth = float(getattr(expected, quantity)(1, score))
        binary = getattr(BinaryFocal(gamma, None), quantity)(np.array([1], dtype), np.array([-z], dtype))
        several = getattr(CategoricalFocal(gamma), quantity)(np.array([[1, 0]], dtype), np.array([[-z, 0]], dtype))
        assert binary == pytest.approx(truth, rel=1e-3 if dtype == np.float32 else 1e-10, abs=1e-37)
        assert several.ravel()[0] == pytest.approx(truth, rel=1e-3 if dtype == np.float32 else 1e-10, abs=1e-37)


@given(gamma=gammas, label=st.integers(0, 1), z=moderate)
def test_two_classes_are_binary(gamma, label, z):
    """The softmax of (0, z) is the sigmoid of z, up to the rounding of exp and of the power."""
    y = np.eye(2)[label]
    steps = 16 + 4 * gamma + 2 * abs(z)
    for two, one in (
        (CategoricalCrossEntropy(), BinaryCrossEntropy()),
        (CategoricalFocal(gamma), BinaryFocal(gamma, None)),
    ):
        same(two.value(y, [0.0, z]), one.value(label, z), steps)
        gradient, hessian = one.gradient(label, z), one.hessian(label, z)
        same(two.gradient(y, [0.0, z]), [-gradient, gradient], steps)
        expected = np.array([[hessian, -hessian], [-hessian, hessian]])
        np.testing.assert_allclose(two.hessian(y, [0.0, z]), expected, rtol=1e-12, atol=1e-15 * abs(gradient))


@given(rows, st.data())
def test_class_numbers_and_one_hot_rows_agree(z, data):
    label = data.draw(st.integers(0, len(z) - 1))
    sparse, dense = SparseCategoricalCrossEntropy(), CategoricalCrossEntropy()
    steps = 8 + 2 * (max(z) - min(z))
    for ours, theirs in zip(quantities(sparse), quantities(dense), strict=True):
        same(ours(label, z), theirs(np.eye(len(z))[label], z), steps)


@each_softmax
@given(shift=st.integers(-1000, 1000), z=st.lists(st.integers(-50, 50), min_size=3, max_size=3))
def test_a_shift_of_all_scores_changes_nothing(loss, shift, z):
    z = np.array(z, float)
    for function in quantities(loss):
        np.testing.assert_array_equal(function(target(loss, 1), z + shift), function(target(loss, 1), z))
    assert loss.gradient(target(loss, 1), z).sum() == pytest.approx(0, abs=1e-14)
    hessian = loss.hessian(target(loss, 1), z)
    assert hessian == pytest.approx(hessian.T, rel=1e-14)
    assert hessian.sum(axis=-1) == pytest.approx(np.zeros(3), abs=1e-13)


@each_softmax
def test_order_of_the_classes_does_not_count(loss):
    z, order = np.array([0.5, -3.0, 2.0]), [2, 0, 1]
    for label in range(3):
        moved, reordered = order.index(label), among(loss, order)
        same(reordered.value(target(loss, moved), z[order]), loss.value(target(loss, label), z))
        same(reordered.gradient(target(loss, moved), z[order]), loss.gradient(target(loss, label), z)[order])


@given(y=st.integers(0, 64).map(lambda k: k / 64), z=moderate)
def test_binary_symmetry(y, z):
    """Swapping the classes and the sign of the score changes nothing."""
    value, gradient, hessian = quantities(BinaryCrossEntropy())
    same(value(y, z), value(1 - y, -z))
    same(gradient(y, z), -gradient(1 - y, -z))
    same(hessian(y, z), hessian(1 - y, -z))
    # a soft label is a mixture of the hard ones
    same(value(y, z), y * value(1, z) + (1 - y) * value(0, z))


@given(gamma=gammas, alpha=st.integers(1, 255).map(lambda k: k / 256), z=moderate)
def test_focal_symmetry(gamma, alpha, z):
    for left, right in zip(
        quantities(BinaryFocal(gamma, alpha)), quantities(BinaryFocal(gamma, 1 - alpha)), strict=True
    ):
        assert abs(left(1, z)) == abs(right(0, -z))


@given(z=any_score)
def test_margin_losses_are_symmetric(z):
    for loss in (Hinge(), SquaredHinge()):
        assert loss.value(1, z) == loss.value(-1, -z)
        assert loss.gradient(1, z) == -loss.gradient(-1, -z)
    assert SquaredHinge().hessian(1, z) == SquaredHinge().hessian(-1, -z)
    if abs(z) < 1e150:
        same(SquaredHinge().value(1, z), Hinge().value(1, z) ** 2)


@given(st.lists(st.integers(1, 50), min_size=3, max_size=3), st.lists(st.floats(-30, 30), min_size=3, max_size=3))
def test_cross_entropy_is_entropy_plus_divergence(counts, z):
    y = np.array(counts) / sum(counts)
    divergence = special.rel_entr(y, special.softmax(z)).sum()
    assert CategoricalCrossEntropy().value(y, z) == pytest.approx(stats.entropy(y) + divergence, rel=1e-12, abs=1e-13)


@given(weight=st.floats(0.01, 100), smoothing=st.floats(0, 0.99), label=st.integers(0, 1), z=st.floats(-30, 30))
def test_settings_of_binary_cross_entropy(weight, smoothing, label, z):
    plain = BinaryCrossEntropy()
    moved = label * (1 - smoothing) + smoothing / 2
    same(BinaryCrossEntropy(label_smoothing=smoothing).value(label, z), plain.value(moved, z), 512)
    weighted = BinaryCrossEntropy(positive_weight=weight)
    for ours, theirs in zip(quantities(weighted), quantities(plain), strict=True):
        same(ours(label, z), theirs(label, z) * (weight if label else 1))


@given(smoothing=st.floats(0, 0.99), label=st.integers(0, 2), z=st.lists(st.floats(-30, 30), min_size=3, max_size=3))
def test_smoothing_mixes_in_the_uniform_distribution(smoothing, label, z):
    plain, one_hot, uniform = CategoricalCrossEntropy(), np.eye(3)[label], np.full(3, 1 / 3)
    mixed = (1 - smoothing) * plain.value(one_hot, z) + smoothing * plain.value(uniform, z)
    same(CategoricalCrossEntropy(smoothing).value(one_hot, z), mixed, 16)


# Conventions --------------------------------------------------------------------------------------


def test_on_the_margin():
    assert Hinge().gradient([1, -1], [1.0, -1.0]).tolist() == [0, 0]
    assert SquaredHinge().gradient([1, -1], [1.0, -1.0]).tolist() == [0, 0]
    assert SquaredHinge().hessian([1, 1], [1.0, 0.99]).tolist() == [0, 2]
    with pytest.raises(NoHessianError, match="Hinge has no Hessian: its slope jumps at the margin"):
        Hinge().hessian([1], [0.0])


@each_loss
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 3)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_shape_and_dtype(loss, shape, dtype):
    label = np.arange(math.prod(shape)).reshape(shape) % 2
    classes = (3,) if isinstance(loss, SOFTMAX) else ()
    y_pred = np.linspace(-3, 3, math.prod(shape + classes)).reshape(shape + classes).astype(dtype)
    y_true, before = target(loss, label).astype(dtype), y_pred.copy()
    shapes = [shape, shape + classes, shape + 2 * classes]
    for function, expected in zip(quantities(loss), shapes, strict=False):
        result = function(y_true, y_pred)
        assert isinstance(result, np.ndarray)
        assert result.shape == expected
        assert result.dtype == (np.float64 if dtype == np.float64 else np.float32)
    value, gradient = loss.value_and_gradient(y_true, y_pred)
    assert (value.shape, gradient.shape) == (shape, shape + classes)
    np.testing.assert_array_equal(y_pred, before)
    np.testing.assert_array_equal(y_true, target(loss, label).astype(dtype))


def test_one_class_is_certain():
    for loss, y in (
        (CategoricalCrossEntropy(), [1.0]),
        (SparseCategoricalCrossEntropy(), 0),
        (CategoricalFocal(), [1]),
    ):
        assert loss.value(y, [7.0]) == 0
        assert loss.gradient(y, [7.0]).tolist() == [0]
        assert loss.hessian(y, [7.0]).tolist() == [[0]]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, bool])
def test_labels_of_small_integers(dtype):
    label = np.array([0, 1], dtype)
    assert BinaryCrossEntropy().value(label, [5.0, -5.0]) == pytest.approx(5 + math.exp(-5), rel=1e-4)
    assert BinaryFocal(0, None).value(label, [5.0, -5.0]) == pytest.approx(5 + math.exp(-5), rel=1e-4)
    assert SparseCategoricalCrossEntropy().value(label, np.zeros((2, 4))) == pytest.approx(math.log(4))


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "message"),
    [
        (BinaryCrossEntropy(), [0, 2], [0, 0], "y_true must lie between 0 and 1, got values from 0 to 2"),
        (BinaryCrossEntropy(), [-1, 1], [0, 0], "y_true must lie between 0 and 1, got values from -1 to 1"),
        (BinaryCrossEntropy(), [0.0, np.nan], [0, 0], "y_true must be finite"),
        (BinaryCrossEntropy(), [0.0, 1.0], [[0], [0]], r"y_true of shape \(2,\) and y_pred of shape \(2, 1\)"),
        (BinaryFocal(), [0, 0.5], [0, 0], "y_true must hold the labels 0 and 1, got 0.5"),
        (BinaryFocal(), [0, -1], [0, 0], "y_true must hold the labels 0 and 1, got -1"),
        (Hinge(), [0, 1], [0, 0], r"y_true must hold the labels -1 and \+1, got 0"),
        (SquaredHinge(), [-1, 1, 2], [0, 0, 0], r"y_true must hold the labels -1 and \+1, got 2"),
        (CategoricalCrossEntropy(), [[0, 0]], [[0, 0]], "y_true must have rows that sum to 1, .* a sum off by 1"),
        (CategoricalCrossEntropy(), [[1, 1]], [[0, 0]], "y_true must have rows that sum to 1"),
        (CategoricalCrossEntropy(), [[2, -1]], [[0, 0]], "y_true must hold probabilities, got -1"),
        (CategoricalFocal(), [[0.5, 0.4]], [[0, 0]], "y_true must have rows that sum to 1, .* a sum off by 0.1"),
        (CategoricalCrossEntropy(), [0, 1], [[0, 0], [0, 0]], r"y_true of shape \(2,\) and y_pred of shape \(2, 2\)"),
        (CategoricalCrossEntropy(), [[1, 0]], [[0, 0, 0]], r"y_true of shape \(1, 2\) and y_pred of shape \(1, 3\)"),
        (
            CategoricalCrossEntropy(),
            np.ones((2, 0)),
            np.ones((2, 0)),
            "y_pred must have at least one class",
        ),
        (SparseCategoricalCrossEntropy(), [3], [[0, 0, 0]], "y_true must hold whole numbers from 0 to 2, .* got 3"),
        (SparseCategoricalCrossEntropy(), [-1], [[0, 0, 0]], "y_true must hold whole numbers from 0 to 2, .* got -1"),
        (SparseCategoricalCrossEntropy(), [0.5], [[0, 0, 0]], "y_true must hold whole numbers from 0 to 2, .* got 0.5"),
        (SparseCategoricalCrossEntropy(), [[0]], [[0, 0]], r"y_true of shape \(1, 1\) and y_pred of shape \(1, 2\)"),
        (SparseCategoricalCrossEntropy(), 0, 1.0, "y_pred must have at least 1 axes"),
        (SparseCategoricalCrossEntropy(), [0], np.ones((1, 0)), "y_pred must have at least one class"),
    ],
)
def test_bad_labels(loss, y_true, y_pred, message):
    for function in (*quantities(loss), loss.value_and_gradient, loss):
        with pytest.raises(ValueError, match=message):
            function(y_true, y_pred)


def test_rows_that_sum_to_1_up_to_rounding():
    third = np.full((1, 3), 1 / 3, np.float32)
    assert CategoricalCrossEntropy().value(third.astype(float), np.zeros((1, 3))) == pytest.approx(math.log(3))
    many = special.softmax(np.random.default_rng(0).normal(size=(20, 1000)).astype(np.float32), axis=1)
    assert np.isfinite(CategoricalCrossEntropy()(many, np.zeros((20, 1000))))


DISTRIBUTIONS = (
    CategoricalCrossEntropy(),
    CategoricalCrossEntropy(label_smoothing=0.1),
    CategoricalFocal(),
    KLDivergence(),
)


@pytest.mark.parametrize("loss", DISTRIBUTIONS, ids=repr)
@pytest.mark.parametrize("classes", [10, 10_000, 50_257])
def test_a_vocabulary_of_classes(loss, classes):
    """One sure class, and a little for each of the others: in float32 their sum has to be taken with care."""
    y_true = np.full((1, classes), np.float32(0.1 / classes))
    y_true[0, 0] += np.float32(0.9)
    y_pred = np.random.default_rng(1).normal(size=(1, classes)).astype(np.float32)
    share, z = y_true[0].astype(float), y_pred[0].astype(float)
    log_p = z - z.max() - math.log(math.fsum(np.exp(z - z.max())))
    kept = 0.9 if getattr(loss, "label_smoothing", 0) else 1
    weight = kept * share + (1 - kept) / classes
    terms = -weight * log_p * (-np.expm1(log_p)) ** getattr(loss, "gamma", 0)
    entropy = math.fsum(share * np.log(share)) if isinstance(loss, KLDivergence) else 0
    expected = math.fsum(terms) + entropy
    assert loss.value(y_true, y_pred) == pytest.approx(expected, rel=1e-6)
    assert loss.value(share[None], z[None]) == pytest.approx(expected, rel=2e-7 if entropy else 1e-13)


@pytest.mark.parametrize("classes", [3, 7, 1000, 50_257])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("loss", DISTRIBUTIONS, ids=repr)
def test_a_distribution_is_one_in_the_precision_it_is_given_in(loss, classes, dtype):
    random = np.random.default_rng(2)
    for share in (np.full(classes, 1 / classes), random.dirichlet(np.full(classes, 0.3))):
        assert np.isfinite(loss.value(share.astype(dtype)[None], np.zeros((1, classes))))
    with pytest.raises(ValueError, match=r"a sum off by 0\.01"):
        loss.value(np.array([[0.26, 0.25, 0.25, 0.25]], dtype), np.zeros((1, 4)))


@pytest.mark.parametrize(
    ("loss", "name", "domain", "outside"),
    [
        (BinaryCrossEntropy, "positive_weight", r"\(0, inf\)", [0, -1, np.inf, None]),
        (BinaryCrossEntropy, "label_smoothing", r"\[0, 1\)", [1, -0.1, None]),
        (CategoricalCrossEntropy, "label_smoothing", r"\[0, 1\)", [1, -0.1, None]),
        (BinaryFocal, "gamma", r"\[0, inf\)", [-0.1, np.inf, None]),
        (CategoricalFocal, "gamma", r"\[0, inf\)", [-0.1, np.inf, None]),
        (BinaryFocal, "alpha", r"\(0, 1\)", [0, 1, -0.1, 1.1]),
    ],
)
def test_hyperparameter_outside_its_domain(loss, name, domain, outside):
    for setting in [*outside, np.nan, "0.5", True]:
        with pytest.raises(ValueError, match=f"{loss.__name__}: {name} must be a number in {domain}, got "):
            loss(**{name: setting})


def test_defaults():
    assert BinaryCrossEntropy() == BinaryCrossEntropy(positive_weight=1, label_smoothing=0)
    assert CategoricalCrossEntropy() == CategoricalCrossEntropy(label_smoothing=0)
    assert BinaryFocal() == BinaryFocal(gamma=2, alpha=0.25)
    assert CategoricalFocal() == CategoricalFocal(gamma=2)


# Class weights ------------------------------------------------------------------------------------


def test_class_weights():
    weight = class_sample_weight([0, 1, 1, 0], {0: 2, 1: 0.5, 7: 3})
    assert weight.tolist() == [2, 0.5, 0.5, 2]
    assert weight.dtype == np.float64
    assert class_sample_weight([["cat", "dog"]], {"dog": 1, "cat": 0}).tolist() == [[0, 1]]
    assert class_sample_weight(np.array([-1.0, 1.0], np.float32), {-1: 1, 1: 4}).tolist() == [1, 4]
    assert class_sample_weight([True, False], {0: 1, 1: 4}).tolist() == [4, 1]
    assert class_sample_weight([], {0: 1}).tolist() == []
    assert class_sample_weight(1, {1: 4}).shape == ()


def test_a_class_weight_repeats_the_class():
    y_true, y_pred = np.array([0, 1, 0, 1]), np.array([0.3, -0.2, 1.5, 2.0])
    loss = BinaryCrossEntropy()
    weighted = loss(y_true, y_pred, class_sample_weight(y_true, {0: 1, 1: 3}))
    times = np.where(y_true == 1, 3, 1)
    assert weighted == pytest.approx(loss(np.repeat(y_true, times), np.repeat(y_pred, times)), rel=1e-14)
    # the same sum as positive_weight, which is a part of the loss and leaves the number of samples as it is
    assert weighted * times.sum() == pytest.approx(BinaryCrossEntropy(positive_weight=3)(y_true, y_pred) * 4, rel=1e-14)
    assert loss(y_true, y_pred, class_sample_weight(y_true, {0: 5, 1: 5})) == pytest.approx(loss(y_true, y_pred))


@pytest.mark.parametrize(
    ("labels", "weights", "message"),
    [
        ([0, 1, 2], {0: 1}, r"class_weight must have a weight for every class of y_true, got none for \[1, 2\]"),
        (["a"], {"b": 1}, r"got none for \['a'\]"),
        ([0], {0: -1}, "class_weight must not be negative, got -1"),
        ([0], {0: math.nan}, "class_weight must be finite"),
        ([0], {0: math.inf}, "class_weight must be finite"),
        ([0], {0: "heavy"}, "class_weight must map to numbers, got {0: 'heavy'}"),
        ([0], {0: None}, "class_weight must map to numbers"),
        ([0], [1.0], r"class_weight must be a mapping from class to weight, got \[1.0\]"),
        ([0], None, "class_weight must be a mapping from class to weight, got None"),
    ],
)
def test_bad_class_weights(labels, weights, message):
    with pytest.raises(ValueError, match=message):
        class_sample_weight(labels, weights)


# Facts --------------------------------------------------------------------------------------------


def curves(loss):
    """Values and gradients along lines in the space of scores, for every label."""
    return [
        (lambda function, z, y=y: function(np.tile(y, (len(z), *[1] * y.ndim)).reshape(len(z), *y.shape), z))
        for y in map(np.asarray, [target(loss, 0), target(loss, 1)])
    ]


@each_loss
def test_convex(loss):
    """No chord lies below the curve; of a loss that is not convex one does: from a confident mistake to 0."""
    random = np.random.default_rng(5)
    scores = (3,) if isinstance(loss, SOFTMAX) else ()
    shape = (4000, *scores)
    ends = random.normal(size=(2, *shape)) * 10 ** random.uniform(-2, 3, size=(2, 4000, *[1 for _ in scores]))
    mistake = [500.0, 0.0, 0.0] if scores else 500.0
    ends = np.concatenate([ends, np.array([[np.zeros(scores)], [mistake]])], axis=1)
    t = random.uniform(0.05, 0.95, len(ends[0]))
    lever = t.reshape(-1, *[1 for _ in scores])
    violated = False
    for curve in curves(loss):
        left, right = curve(loss.value, ends[0]), curve(loss.value, ends[1])
        middle = curve(loss.value, (1 - lever) * ends[0] + lever * ends[1])
        violated |= bool((middle > (1 - t) * left + t * right + 1e-12 * np.maximum(left, right)).any())
    assert violated == (not loss.facts.convex)


@each_loss
def test_bounded_influence(loss):
    size = np.concatenate([np.geomspace(1e-2, 1e4, 200), np.geomspace(1e4, 1e60, 200)])
    size = np.concatenate([size, -size])
    z = np.stack([size, 0 * size, -size], axis=1) if isinstance(loss, SOFTMAX) else size
    pulls = [np.abs(curve(loss.gradient, z)).reshape(len(z), -1).max(axis=1) for curve in curves(loss)]
    near = max(pull[np.abs(size) <= 1e4].max() for pull in pulls)
    far = max(pull.max() for pull in pulls)
    assert (far < 1.001 * near) == loss.facts.bounded_influence


@each_loss
def test_continuous_derivatives(loss):
    """On a grid 16 times as fine, the largest step of a continuous function shrinks 16-fold; a jump stays."""

    def largest_step(function, points):
        line = np.linspace(-6.001, 6, points)
        z = np.stack([line, 0 * line, -0.5 * line], axis=1) if isinstance(loss, SOFTMAX) else line
        return max(np.abs(np.diff(curve(function, z), axis=0)).max() for curve in curves(loss))

    count = loss.facts.continuous_derivatives
    for order, function in enumerate(quantities(loss)):
        coarse, fine = largest_step(function, 1_000), largest_step(function, 16_000)
        if order <= count:
            assert fine <= 0.15 * coarse
        else:
            assert fine >= 0.8 * coarse > 0


SHARE = 0.3


def best_binary(loss):
    """The best constant score where class 1 has a share of 0.3."""
    y = target(loss, [0] * 7 + [1] * 3)
    slope = lambda z: loss.gradient(y, np.full(10, z)).mean()  # noqa: E731
    return optimize.brentq(slope, -8, 8, xtol=1e-13)


def test_statistic_of_the_cross_entropies():
    for loss in (BinaryCrossEntropy(), BinaryFocal(0, None), BinaryFocal(0, 0.5)):
        assert loss.facts.statistic == "class probability"
        assert loss.predict(best_binary(loss)) == pytest.approx(SHARE, rel=1e-9)
    shares = np.array([0.2, 0.5, 0.3])
    for loss in (CategoricalCrossEntropy(), SparseCategoricalCrossEntropy(), CategoricalFocal(0)):
        assert loss.facts.statistic == "class probability"
        y = target(loss, np.repeat([0, 1, 2], [2, 5, 3]))
        # convex, so a slope of 0 is the minimum
        assert loss.gradient(y, np.tile(loss.to_score(shares), (10, 1))).mean(axis=0) == pytest.approx(
            np.zeros(3), abs=1e-15
        )


def test_statistic_of_the_adjusted_cross_entropy():
    """The odds among the samples, divided by those of the shares that the loss was given."""
    y, prior = np.repeat([0, 1, 2], [6, 3, 1]), (0.5, 0.3, 0.2)
    for tau in (1, 0.5):
        loss = LogitAdjustedCrossEntropy(prior, tau)
        assert loss.facts.statistic == "class probability at equal shares"
        best = np.array([0.6, 0.3, 0.1]) / np.array(prior) ** tau
        slope = loss.gradient(y, np.tile(loss.to_score(best / best.sum()), (10, 1))).mean(axis=0)
        assert slope == pytest.approx(np.zeros(3), abs=1e-15)


def test_the_adjusted_cross_entropy_minimizes_the_balanced_error():
    """A feature of three values, and a class so rare that it is nowhere the likelier one."""
    counts = np.array([[700, 60, 40], [10, 15, 25]])  # rows: common and rare class; columns: values of the feature
    prior = counts.sum(axis=1) / counts.sum()
    loss = LogitAdjustedCrossEntropy(prior)

    def risk(z):  # one score for each value of the feature, the common class' being 0
        rows = np.stack([np.zeros(3), z], axis=1)
        return sum(counts[label] @ loss.value([label] * 3, rows) for label in (0, 1)) / counts.sum()

    says_rare = optimize.minimize(risk, np.zeros(3)).x > 0
    missed = lambda rare: (counts[0, rare].sum() / counts[0].sum() + counts[1, ~rare].sum() / counts[1].sum()) / 2  # noqa: E731
    every = [np.array(each, bool) for each in itertools.product([0, 1], repeat=3)]
    assert missed(says_rare) == min(map(missed, every))
    assert missed(counts[1] > counts[0]) > missed(says_rare)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"prior": (0.9, 0.2)}, r"prior must hold a positive share for each class, .* got \(0.9, 0.2\)"),
        ({"prior": (1.0,)}, "two or more with the sum 1, got"),
        ({"prior": 0.5}, "prior must hold a positive share for each class"),
        ({"prior": (1.0, 0.0)}, r"prior\[1\] must be a number in \(0, inf\), got 0.0"),
        ({"prior": ("a", "b")}, r"prior\[0\] must be a number"),
        ({"tau": -1}, r"tau must be a number in \[0, inf\), got -1"),
    ],
)
def test_shares_of_classes_are_checked(settings, said):
    with pytest.raises(ValueError, match=f"LogitAdjustedCrossEntropy: .*{said}"):
        LogitAdjustedCrossEntropy(**settings)


def test_scores_and_shares_are_of_the_same_classes():
    with pytest.raises(ValueError, match="y_pred must have a score for each of the 2 classes of prior, got 3"):
        LogitAdjustedCrossEntropy()([0], [[0, 0, 0]])


def test_statistic_of_the_distorted_cross_entropies():
    distorted = "distorted class probability"
    weighted, smooth = BinaryCrossEntropy(positive_weight=4), BinaryCrossEntropy(label_smoothing=0.2)
    assert weighted.facts.statistic == smooth.facts.statistic == distorted
    assert special.expit(best_binary(weighted)) == pytest.approx(4 * SHARE / (4 * SHARE + 1 - SHARE), rel=1e-9)
    assert special.expit(best_binary(smooth)) == pytest.approx(0.8 * SHARE + 0.1, rel=1e-9)
    balanced = BinaryFocal(0, 0.25)
    assert balanced.facts.statistic == distorted
    assert special.expit(best_binary(balanced)) == pytest.approx(SHARE / (SHARE + 3 * (1 - SHARE)), rel=1e-9)
    for gamma in (0.5, 2, 5):
        assert BinaryFocal(gamma, None).facts.statistic == CategoricalFocal(gamma).facts.statistic == distorted
        assert SHARE + 0.01 < special.expit(best_binary(BinaryFocal(gamma, None))) < 0.5  # drawn toward 1/2
    three = CategoricalCrossEntropy(label_smoothing=0.3)
    assert three.facts.statistic == distorted
    slope = three.gradient(np.eye(3)[[0, 0, 1, 2]], np.tile(np.log([0.45, 0.275, 0.275]), (4, 1))).mean(axis=0)
    assert slope == pytest.approx(np.zeros(3), abs=1e-15)


def test_categorical_focal_distorts():
    loss, y = CategoricalFocal(2), np.eye(3)[[0] * 6 + [1] * 3 + [2]]
    best = optimize.minimize(
        lambda z: loss(y, np.tile(z, (10, 1))), np.zeros(3), method="BFGS", options={"gtol": 1e-8}
    ).x
    assert loss.predict(best).max() < 0.58


@pytest.mark.parametrize(("ones", "majority"), [(3, -1), (6, 1)])
def test_statistic_of_the_margin_losses(ones, majority):
    y = np.repeat([1, -1], [ones, 10 - ones])
    grid = np.linspace(-2, 2, 401)
    best = [grid[np.argmin([loss(y, np.full(10, z)) for z in grid])] for loss in (Hinge(), SquaredHinge())]
    assert best == pytest.approx([majority, y.mean()], abs=1e-12)
    assert (Hinge().facts.statistic, SquaredHinge().facts.statistic) == ("majority label", "mean")


@each_loss
def test_a_likelihood_is_claimed_where_the_probabilities_sum_to_1(loss):
    """exp(-loss), summed over all labels, is 1 at every score."""
    z = np.random.default_rng(6).normal(size=(50, 3), scale=2)
    y_pred, classes = (z, 3) if isinstance(loss, SOFTMAX) else (z[:, 0], 2)
    mass = sum(np.exp(-loss.value(target(loss, np.full(50, label)), y_pred)) for label in range(classes))
    assert (loss.facts.likelihood is not None) == np.allclose(mass, 1, rtol=1e-12)
    if loss.facts.likelihood:
        assert loss.facts.likelihood == ("categorical" if classes == 3 else "Bernoulli")


@each_loss
def test_link(loss):
    expected = "softmax" if isinstance(loss, SOFTMAX) else "identity" if isinstance(loss, MARGIN) else "sigmoid"
    assert loss.facts.link == expected
    assert loss.facts.task == ("multiclass classification" if expected == "softmax" else "binary classification")
