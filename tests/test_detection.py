"""Losses of boxes: oracles, hand values, boxes without area or overlap, invariances, and the gradients at kinks."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from losses_detection import DETECTION
from scipy import optimize

from lossbook import NoHessianError
from lossbook.detection import BoxIoU, GeneralizedIoU

each_row = pytest.mark.parametrize("row", DETECTION, ids=str)

LOSSES = [BoxIoU(), GeneralizedIoU()]
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)
one_loss = st.sampled_from(LOSSES)


def boxes(elements):
    """Boxes with corners in order, those without area among them."""
    axis = st.lists(elements, min_size=2, max_size=2).map(sorted)
    return st.tuples(axis, axis).map(lambda axes: [axes[0][0], axes[1][0], axes[0][1], axes[1][1]])


cells = boxes(st.integers(-8, 8))
any_box = boxes(st.floats(allow_nan=False, allow_infinity=False))
any_corners = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=4, max_size=4)


def area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def plain_losses(a, b):
    """1 - IoU and 1 - GIoU of one pair of boxes with integer corners, where the hull has an area."""
    shared = max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    union = area(a) + area(b) - shared
    hull = (max(a[2], b[2]) - min(a[0], b[0])) * (max(a[3], b[3]) - min(a[1], b[1]))
    iou = shared / union if union else float(a == b)
    return 1 - iou, 1 - iou + ((hull - union) / hull if hull else 0)


def squares(side=4):
    """The unit squares of a grid, by their lower corners: areas by counting."""
    return list(itertools.product(range(side), repeat=2))


# Value and gradient together ----------------------------------------------------------------------


@each_row
def test_value_and_gradient_together(row):
    y_true, y_pred = row.samples(row.loss, np.float64)
    value, gradient = row.loss.value_and_gradient(y_true, y_pred)
    np.testing.assert_array_equal(value, row.loss.value(y_true, y_pred))
    np.testing.assert_array_equal(gradient, row.loss.gradient(y_true, y_pred))


@given(a=cells, b=cells)
def test_against_plain_python(a, b):
    iou, generalized = plain_losses(a, b)
    assert BoxIoU().value([a], [b]) == pytest.approx(iou, abs=1e-15)
    assert GeneralizedIoU().value([a], [b]) == pytest.approx(generalized, abs=1e-15)


@given(a=boxes(st.integers(0, 4)), b=boxes(st.integers(0, 4)))
def test_against_counted_squares(a, b):
    def inside(box):
        return {(x, y) for x, y in squares() if box[0] <= x < box[2] and box[1] <= y < box[3]}

    assume(inside(a) | inside(b))
    iou = len(inside(a) & inside(b)) / len(inside(a) | inside(b))
    assert BoxIoU().value([a], [b]) == pytest.approx(1 - iou, abs=1e-15)


# By hand ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("true", "pred", "iou", "generalized"),
    [
        ([0, 0, 10, 10], [1, 0, 11, 10], 20 / 110, 20 / 110),
        ([0, 0, 1000, 1000], [100, 0, 1100, 1000], 20 / 110, 20 / 110),  # no matter how large
        ([0, 0, 10, 10], [4, 0, 14, 10], 8 / 14, 8 / 14),
        ([0, 0, 10, 10], [10, 0, 20, 10], 1, 1),  # they touch
        ([0, 0, 1, 1], [2, 0, 3, 1], 1, 4 / 3),
        ([0, 0, 1, 1], [8, 0, 9, 1], 1, 16 / 9),
        ([0, 0, 1, 1], [1, 1, 2, 2], 1, 1.5),
        ([0, 0, 2, 2], [1, 1, 3, 3], 6 / 7, 6 / 7 + 2 / 9),
        ([0, 0, 4, 4], [1, 1, 3, 3], 0.75, 0.75),  # one in the other: the hull adds nothing
        ([1, 1, 3, 3], [0, 0, 4, 4], 0.75, 0.75),
        ([0, 0, 3, 1], [1, -1, 2, 2], 4 / 5, 4 / 5 + 4 / 9),  # a cross
        ([0, 0, 1, 1], [0, 0, 1, 1], 0, 0),
    ],
)
def test_by_hand(true, pred, iou, generalized):
    assert BoxIoU().value([true], [pred]) == pytest.approx(iou, rel=1e-15)
    assert GeneralizedIoU().value([true], [pred]) == pytest.approx(generalized, rel=1e-15)


def test_next_to_a_perfect_prediction_all_digits_are_kept():
    """A box moved by s in x: the losses are 2 s / (1 + s). Moved by s in both axes, GIoU adds 2 s^2 / (1 + s)^2."""
    for s in (2.0**-40, 2.0**-20, 2.0**-4):
        assert BoxIoU().value([[0, 0, 1, 1]], [[s, 0, 1 + s, 1]]) == pytest.approx(2 * s / (1 + s), rel=1e-15)
        diagonal = [[s, s, 1 + s, 1 + s]]
        union = 2 - (1 - s) ** 2
        iou = (4 * s - 2 * s**2) / union
        assert BoxIoU().value([[0, 0, 1, 1]], diagonal) == pytest.approx(iou, rel=1e-14)
        both = iou + 2 * s**2 / (1 + s) ** 2
        assert GeneralizedIoU().value([[0, 0, 1, 1]], diagonal) == pytest.approx(both, rel=1e-14)
    nearest = [[0, 0, 1, np.nextafter(1, 2)]]
    assert BoxIoU().value([[0, 0, 1, 1]], nearest) == pytest.approx(2.0**-52, rel=1e-15)


# Boxes without overlap or area --------------------------------------------------------------------


def test_boxes_apart():
    """IoU has no gradient. GIoU grows with the distance, and a step against its gradient brings them nearer."""
    true, pred = [[0, 0, 1, 1]], np.array([[3.0, 4.0, 5.0, 5.0]])
    assert (BoxIoU().gradient(true, pred) == 0).all()
    gradient = GeneralizedIoU().gradient(true, pred)
    assert (gradient != 0).all()
    assert GeneralizedIoU().value(true, pred - gradient) < GeneralizedIoU().value(true, pred)
    further = GeneralizedIoU().value(true * 3, np.add(pred, [[0], [1], [9]]))
    assert (np.diff(further) > 0).all()
    assert GeneralizedIoU().value(true, pred + 1e9) == pytest.approx(2, abs=1e-8)


def test_from_afar_generalized_iou_finds_the_box():
    true, pred = np.array([[0.0, 0.0, 1.0, 1.0]]), np.array([[4.0, 3.0, 5.0, 5.0]])
    loss = GeneralizedIoU()
    for step in range(1000):
        gradient = loss.gradient(true, pred)
        pred = pred - 0.2 * 0.99**step * gradient / np.abs(gradient).max()
    assert loss.value(true, pred) < 0.02


@pytest.mark.parametrize(
    ("true", "pred", "iou", "generalized"),
    [
        ([2, 3, 2, 3], [2, 3, 2, 3], 0, 0),  # a point, found
        ([2, 3, 5, 3], [2, 3, 5, 3], 0, 0),  # a line, found
        ([2, 3, 2, 3], [4, 5, 4, 5], 1, 2),  # two points
        ([2, 3, 2, 3], [4, 3, 4, 3], 1, 1),  # side by side: their hull is a line
        ([2, 3, 5, 3], [2, 3, 4, 3], 1, 1),  # two lines that overlap
        ([0, 0, 2, 2], [1, 1, 1, 1], 1, 1),  # a point within a box
        ([0, 0, 2, 2], [1, 0, 1, 2], 1, 1),  # a line across it
        ([0, 0, 2, 2], [2, 0, 2, 2], 1, 1),  # its edge
        ([1, 1, 1, 1], [0, 0, 2, 2], 1, 1),
        ([0, 0, 1, 1], [3, 3, 3, 3], 1, 1 + 8 / 9),
        ([3, 3, 3, 3], [0, 0, 1, 1], 1, 1 + 8 / 9),
    ],
)
def test_boxes_without_area(true, pred, iou, generalized):
    for loss, expected in ((BoxIoU(), iou), (GeneralizedIoU(), generalized)):
        value, gradient = loss.value_and_gradient([true], [pred])
        assert value == pytest.approx(expected, rel=1e-15)
        assert np.isfinite(gradient).all()


@each_loss
@pytest.mark.parametrize(("true", "pred"), [([0, 0, 0, 0], [2, 3, 2, 3]), ([0, 0, 4, 4], [1, 2, 1, 2])], ids=str)
def test_points_without_a_gradient(loss, true, pred):
    assert (loss.gradient([true], [pred]) == 0).all()


@each_loss
def test_a_predicted_box_without_width_grows(loss):
    x1, y1, x2, y2 = loss.gradient([[0, 0, 4, 2]], [[1, 0.5, 1, 1.5]])[0]
    assert x1 > 0 > x2  # against its gradient x1 falls and x2 rises
    assert y1 == y2 == 0
    wider = [[1 - 1e-6, 0.5, 1 + 1e-6, 1.5]]
    assert loss.gradient([[0, 0, 4, 2]], wider)[0, [0, 2]] == pytest.approx([x1, x2], rel=1e-5)


@each_loss
@pytest.mark.parametrize("true", [[1, 1, 1, 3], [1, 1, 3, 1], [1, 1, 1, 1]])
def test_nothing_overlaps_a_true_box_without_area(loss, true):
    """So a box that touches it has the gradient of boxes apart: no overlap is possible."""
    around = [[0.0, 0.0, 4.0, 4.0], [1.0, 1.0, 4.0, 4.0], [1.0, 0.0, 4.0, 4.0], [0.0, 0.0, 1.0, 4.0]]
    assert (BoxIoU().gradient([true] * 4, around) == 0).all()
    for pred in around:
        slopes = differences(loss, [true], pred)
        assert loss.gradient([true], [pred])[0] == pytest.approx(slopes, abs=1e-6)


def differences(loss, true, pred, step=1e-6):
    moves = step * np.eye(4)
    return (loss.value(true * 4, pred + moves) - loss.value(true * 4, pred - moves)) / (2 * step)


# Kinks --------------------------------------------------------------------------------------------


@given(loss=one_loss, box=any_box)
def test_a_perfect_prediction_costs_nothing_and_stays(loss, box):
    value, gradient = loss.value_and_gradient([box], [box])
    assert value == 0
    assert (gradient == 0).all()


@each_loss
@pytest.mark.parametrize(
    "pred",
    [[0, 1, 3, 5], [0, 0, 3, 5], [1, 1, 4, 3], [-1, 0, 4, 4], [0, 0, 4, 5], [-1, -2, 4, 4], [0, 0, 4, 4], [0, 6, 4, 9]],
    ids=str,
)
def test_aligned_edges_get_the_mean_of_the_one_sided_derivatives(loss, pred):
    true = [[0, 0, 4, 4]]
    pred = np.array(pred, float)
    step = 1e-6 * np.eye(4)
    value = loss.value(true, [pred])
    right = (loss.value(true * 4, pred + step) - value) / 1e-6
    left = (value - loss.value(true * 4, pred - step)) / 1e-6
    assert loss.gradient(true, [pred])[0] == pytest.approx((left + right) / 2, abs=1e-5)


@each_loss
def test_boxes_that_touch_have_the_gradient_of_boxes_about_to_overlap(loss):
    true, touching = [[0, 0, 2, 2]], np.array([[2.0, 0.5, 5.0, 1.5]])
    gradient = loss.gradient(true, touching)
    assert gradient[0, 0] > 0
    overlapping, apart = np.add(touching, [[-1e-9, 0, 0, 0]]), np.add(touching, [[1e-9, 0, 0, 0]])
    assert loss.gradient(true, overlapping) == pytest.approx(gradient, abs=1e-8)
    assert loss.value(true, overlapping) < loss.value(true, touching) <= loss.value(true, apart)


# Corners the wrong way round ----------------------------------------------------------------------


@given(loss=one_loss, a=cells, b=cells, x=st.booleans(), y=st.booleans())
def test_swapped_corners_are_the_same_box(loss, a, b, x, y):
    order = [2 if x else 0, 3 if y else 1, 0 if x else 2, 1 if y else 3]
    swapped = np.array(b)[order]
    assume(b[0] < b[2])
    assume(b[1] < b[3])
    value, gradient = loss.value_and_gradient([a], [b])
    assert loss.value([a], [swapped]) == value
    np.testing.assert_array_equal(loss.gradient([a], [swapped]), gradient[:, order])
    assert loss.predict([swapped]).tolist() == [b]


@each_loss
def test_training_goes_on_from_swapped_corners(loss):
    true, pred = np.array([[0.0, 0.0, 4.0, 2.0]]), np.array([[3.0, 1.5, 1.0, 0.5]])
    for step in range(3000):
        pred = pred - 1 / (1 + step / 20) * loss.gradient(true, pred)
    assert loss.value(true, pred) < 0.02
    assert loss.predict(pred)[0] == pytest.approx(true[0], abs=0.05)


# Properties ---------------------------------------------------------------------------------------


@given(a=any_box, b=any_corners)
def test_ranges_and_never_nan(a, b):
    iou, gradient = BoxIoU().value_and_gradient([a], [b])
    generalized, generalized_gradient = GeneralizedIoU().value_and_gradient([a], [b])
    assert 0 <= iou <= 1
    assert iou <= generalized <= 2
    assert not np.isnan(gradient).any()
    assert not np.isnan(generalized_gradient).any()


@given(loss=one_loss, a=any_box, b=any_box)
def test_symmetry(loss, a, b):
    assert loss.value([a], [b]) == pytest.approx(loss.value([b], [a]), rel=1e-14)


@given(loss=one_loss, a=cells, b=cells, move=st.tuples(st.integers(-99, 99), st.integers(-99, 99)))
def test_translation(loss, a, b, move):
    for function in (loss.value, loss.gradient):
        moved = function(np.add([a], move * 2), np.add([b], move * 2))
        np.testing.assert_array_equal(moved, function([a], [b]))


@given(loss=one_loss, a=cells, b=cells, x=st.integers(-900, 900), y=st.integers(-900, 900))
def test_scale(loss, a, b, x, y):
    """Each axis has its own unit; a power of two does not round, even where every area overflows."""
    scale = 2.0 ** np.array([x, y, x, y])
    np.testing.assert_array_equal(loss.value(a * scale[None], b * scale[None]), loss.value([a], [b]))
    np.testing.assert_array_equal(loss.gradient(a * scale[None], b * scale[None]), loss.gradient([a], [b]) / scale)


@given(loss=one_loss, a=cells, b=cells, k=st.floats(1e-3, 1e3))
def test_any_scale(loss, a, b, k):
    assume(area(a) > 0)
    assert loss.value(k * np.array([a]), k * np.array([b])) == pytest.approx(loss.value([a], [b]), abs=1e-12)


@given(loss=one_loss, a=cells, b=cells)
def test_exchanged_and_mirrored_axes(loss, a, b):
    value, gradient = loss.value_and_gradient([a], [b])
    order = [1, 0, 3, 2]
    a, b = np.array([a]), np.array([b])
    assert loss.value(a[:, order], b[:, order]) == pytest.approx(value, rel=1e-15)
    assert loss.gradient(a[:, order], b[:, order]) == pytest.approx(gradient[:, order], rel=1e-14, abs=1e-16)
    mirror = [2, 3, 0, 1]
    assert loss.value(-a[:, mirror], -b[:, mirror]) == pytest.approx(value, rel=1e-15)
    assert loss.gradient(-a[:, mirror], -b[:, mirror]) == pytest.approx(-gradient[:, mirror], rel=1e-14, abs=1e-16)


@given(a=cells, b=cells)
def test_the_two_losses_agree_where_one_box_holds_the_other(a, b):
    hull = [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]
    assert GeneralizedIoU().value([hull], [b]) == BoxIoU().value([hull], [b])
    assert GeneralizedIoU().value([a], [hull]) == BoxIoU().value([a], [hull])


@each_loss
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extreme_coordinates(loss, dtype):
    info = np.finfo(dtype)
    ends = np.array([-info.max, -1, -info.tiny, 0, info.smallest_subnormal, 1, info.max], dtype)
    every = np.array(list(itertools.product(itertools.combinations_with_replacement(ends, 2), repeat=2)), dtype)
    every = every.transpose(0, 2, 1).reshape(-1, 4)
    true, pred = np.repeat(every, len(every), axis=0), np.tile(every, (len(every), 1))
    value, gradient = loss.value_and_gradient(true, pred)
    assert value.dtype == gradient.dtype == dtype
    assert ((value >= 0) & (value <= 2)).all()
    assert not np.isnan(gradient).any()


# Facts --------------------------------------------------------------------------------------------


@each_loss
def test_not_convex(loss):
    """Halfway between a box that overlaps the true one and a box far away, the loss is larger than their mean."""
    assert not loss.facts.convex
    true = [[0, 0, 1, 1]]
    near, far = np.array([[0.5, 0, 1.5, 1]]), np.array([[20.5, 0, 21.5, 1]])
    middle = loss.value(true, (near + far) / 2)
    assert middle > (loss.value(true, near) + loss.value(true, far)) / 2 + 0.05


@each_loss
def test_bounded_influence(loss):
    """Per unit of the true box, no edge pulls harder than a small number, however far off the prediction is."""
    assert loss.facts.bounded_influence
    random = np.random.default_rng(71)
    pred = random.normal(size=(5000, 4)) * np.geomspace(1e-3, 1e9, 5000)[:, None]
    gradient = np.abs(loss.gradient([[0, 0, 1, 1]] * 5000, pred))
    assert gradient.max() <= 4
    assert gradient[-500:].max() < 1e-3


@each_loss
def test_continuous_but_not_differentiable(loss):
    assert loss.facts.continuous_derivatives == 0
    true = [[0, 0, 1, 1]] * 2
    around = np.array([[0, 0, 1 - 1e-9, 1], [0, 0, 1 + 1e-9, 1]])
    assert np.abs(np.diff(loss.value(true, around))) < 1e-8
    assert np.abs(np.diff(loss.gradient(true, around)[:, 2])) > 1


@each_loss
def test_statistic(loss):
    """The best constant has the largest mean overlap, by the plain formula; it is not the mean box."""
    random = np.random.default_rng(72)
    y = np.add(random.integers(0, 3, (15, 4)), [0, 0, 4, 4])
    y[:4] += 9
    index = LOSSES.index(loss)

    def mean(box):
        return loss(y, np.tile(box, (len(y), 1)))

    grid = [
        [x1, y1, x2, y2]
        for x1, y1 in itertools.product(range(4), repeat=2)
        for x2, y2 in itertools.product(range(4, 9), repeat=2)
    ]
    costs = [sum(plain_losses(list(true), box)[index] for true in y) / len(y) for box in grid]
    best = grid[np.argmin(costs)]
    found = optimize.minimize(mean, best, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    assert "mean" in loss.facts.statistic
    assert mean(best) == pytest.approx(min(costs), rel=1e-12)
    assert found.fun <= min(costs) + 1e-12
    assert found.fun < mean(y.mean(axis=0)) - 0.01


@each_loss
def test_no_hessian(loss):
    with pytest.raises(NoHessianError, match=f"{type(loss).__name__} has no Hessian: its slope jumps"):
        loss.hessian([[0, 0, 1, 1]], [[0, 0, 1, 1]])


# Shapes, dtypes and bad input ---------------------------------------------------------------------


@each_loss
@pytest.mark.parametrize("shape", [(4,), (0, 4), (1, 4), (3, 2, 4)])
def test_shapes(loss, shape):
    y_pred = np.random.default_rng(73).normal(size=shape)
    value, gradient = loss.value_and_gradient(np.broadcast_to([0, 0, 1, 1], shape), y_pred)
    assert value.shape == shape[:-1]
    assert gradient.shape == shape
    assert loss.predict(y_pred).shape == shape


@each_loss
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype(loss, dtype):
    true, pred = np.array([[0, 0, 2, 2]], dtype), np.array([[1, 1, 3, 3]], dtype)
    for result in loss.value_and_gradient(true, pred):
        assert result.dtype == (np.float64 if dtype == np.float64 else np.float32)


@each_loss
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64])
def test_integers_do_not_wrap_around(loss, dtype):
    true, pred = np.array([[10, 20, 100, 120]]), np.array([[0, 40, 90, 30]])
    for function in (loss.value, loss.gradient):
        expected = function(true.astype(float), pred.astype(float))
        np.testing.assert_array_equal(function(true.astype(dtype), pred.astype(dtype)), expected)


@each_loss
def test_weighted_mean(loss):
    true, pred = [[0, 0, 4, 4], [0, 0, 4, 4]], [[0, 0, 4, 4], [1, 1, 3, 3]]
    assert loss(true, pred) == 0.375
    assert loss(true, pred, sample_weight=[1, 3]) == 0.5625


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        (
            [[2, 0, 1, 1]],
            [[0, 0, 1, 1]],
            r"y_true must be boxes x1, y1, x2, y2 with x1 <= x2 and y1 <= y2, got \[2.0, 0",
        ),
        ([[0, 0, 1, 1], [0, 2, 1, 1]], [[0, 0, 1, 1]] * 2, r"y_true must be boxes .* got \[0.0, 2.0, 1.0, 1.0\]"),
        ([[0, 0, 1]], [[0, 0, 1]], r"y_true must have shape \(n, 4\), boxes x1, y1, x2, y2, got shape \(1, 3\)"),
        ([[0, 0, 1, 1]], [[0, 0, 1, 1]] * 2, r"y_true of shape \(1, 4\) and y_pred of shape \(2, 4\)"),
        ([0, 0, 1, 1], [[0, 0, 1, 1]], r"y_true of shape \(4,\) and y_pred of shape \(1, 4\)"),
        (0, [0, 0, 1, 1], "y_true must have at least 1 axes"),
        ([[0, 0, 1, np.inf]], [[0, 0, 1, 1]], "y_true must be finite"),
        ([[0, 0, 1, 1]], [[0, 0, 1, np.inf]], "y_pred must be finite"),
        ([[0, 0, 1, 1]], [[0, 0, 1, np.nan]], "y_pred must not contain NaN"),
    ],
)
@each_loss
def test_bad_boxes(loss, y_true, y_pred, message):
    for function in (loss, loss.value, loss.gradient):
        with pytest.raises(ValueError, match=message):
            function(y_true, y_pred)


@each_loss
def test_bad_boxes_to_predict(loss):
    with pytest.raises(ValueError, match=r"score must have shape \(n, 4\)"):
        loss.predict([1, 2, 3])
    with pytest.raises(ValueError, match="score must be finite"):
        loss.predict([1, 2, 3, np.nan])
