"""Dice, Jaccard and Tversky loss: oracles, empty masks, relations, and what separates an image from a batch."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from losses_segmentation import SEGMENTATION
from scipy import optimize, special
from sklearn import metrics

from lossbook import NoHessianError
from lossbook.segmentation import Dice, Jaccard, Tversky

each_row = pytest.mark.parametrize("row", SEGMENTATION, ids=str)

LOSSES = [Dice(), Jaccard(), Tversky(0.3, 0.7), Tversky(0.9, 0.1)]
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)

SHAPE = (1, 2, 3)
hard = arrays(np.float64, SHAPE, elements=st.sampled_from([0.0, 1.0]))
soft = arrays(np.float64, SHAPE, elements=st.integers(0, 256).map(lambda numerator: numerator / 256))
logits = arrays(np.float64, SHAPE, elements=st.floats(-30, 30))
any_logits = arrays(np.float64, SHAPE, elements=st.floats(allow_nan=False))
weight = st.floats(0.05, 5)


def counts(y, z):
    """Soft counts of one image, pixel by pixel: hits, false positives, false negatives."""
    hits = false_positives = false_negatives = 0.0
    for target, score in zip(np.ravel(y), np.ravel(z), strict=True):
        p = special.expit(score)
        hits += p * target
        false_positives += p * (1 - target)
        false_negatives += (1 - p) * target
    return hits, false_positives, false_negatives


# Value and gradient together ----------------------------------------------------------------------


@each_row
def test_value_and_gradient_together(row):
    y_true, y_pred = row.samples(row.loss, np.float64)
    value, gradient = row.loss.value_and_gradient(y_true, y_pred)
    np.testing.assert_array_equal(value, row.loss.value(y_true, y_pred))
    np.testing.assert_array_equal(gradient, row.loss.gradient(y_true, y_pred))


# By hand ------------------------------------------------------------------------------------------


def test_by_hand():
    """Three hits, two false positives and one false negative."""
    y = [[[1, 1, 1, 1], [0, 0, 0, 0]]]
    z = Dice().to_score([[[1, 1, 1, 0], [1, 1, 0, 0]]])
    assert Dice().value(y, z) == pytest.approx(1 - 6 / 9)
    assert Jaccard().value(y, z) == pytest.approx(1 - 3 / 6)
    assert Tversky(0.25, 0.75).value(y, z) == pytest.approx(1 - 3 / 4.25)
    assert (Dice().gradient(y, z) == 0).all()


def test_alpha_weighs_false_positives_and_beta_false_negatives():
    too_much, too_little = Dice().to_score([[[1, 1]]]), Dice().to_score([[[1, 0]]])
    for weight in (0.1, 1, 10):
        assert Tversky(alpha=weight, beta=3).value([[[1, 0]]], too_much) == pytest.approx(weight / (1 + weight))
        assert Tversky(alpha=3, beta=weight).value([[[1, 1]]], too_little) == pytest.approx(weight / (1 + weight))


@pytest.mark.parametrize("average", ["f1_score", "jaccard_score", "fbeta_score"])
def test_hard_masks_have_the_scores_of_sklearn(average):
    random = np.random.default_rng(61)
    y_true, y_pred = random.integers(0, 2, (2, 20, 4, 5))
    settings = {"beta": 2} if average == "fbeta_score" else {}
    score = getattr(metrics, average)
    expected = [1 - score(y.ravel(), p.ravel(), **settings) for y, p in zip(y_true, y_pred, strict=True)]
    loss = {"f1_score": Dice(), "jaccard_score": Jaccard(), "fbeta_score": Tversky(1 / 5, 4 / 5)}[average]
    assert loss.value(y_true, loss.to_score(y_pred)) == pytest.approx(np.array(expected), abs=1e-15)


# Empty and full masks -----------------------------------------------------------------------------


@each_loss
@pytest.mark.parametrize(
    ("y", "p", "expected"),
    [(0, 0, 0), (1, 1, 0), (0, 1, 1), (1, 0, 1)],
    ids=["both empty", "both full", "full against empty", "empty against full"],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_empty_and_full(loss, y, p, expected, dtype):
    y_true = np.full((1, 3, 4), y, dtype)
    score = loss.to_score(np.full((1, 3, 4), p, dtype))
    assert np.isinf(score).all()
    value, gradient = loss.value_and_gradient(y_true, score)
    assert value.dtype == gradient.dtype == dtype
    assert value == expected
    assert (gradient == 0).all()


@each_loss
@pytest.mark.parametrize("z", [-700.0, -40.0, 0.0, 1e3])
def test_an_empty_image_costs_1_whatever_is_predicted(loss, z):
    value, gradient = loss.value_and_gradient(np.zeros((1, 3, 4)), np.full((1, 3, 4), z))
    assert value == 1
    assert (gradient == 0).all()


@each_loss
def test_a_single_pixel_missed_by_one(loss):
    """Without smoothing the value is 1: there is no overlap."""
    y, p = np.zeros((2, 1, 5, 5))
    y[0, 2, 2], p[0, 2, 3] = 1, 1
    assert loss.value(y, loss.to_score(p)) == 1


@each_loss
def test_an_image_is_not_flattened_into_the_batch(loss):
    """In one image a large object is found, in the other a single pixel is missed: both count the same."""
    y, p = np.zeros((2, 2, 64, 64))
    y[0], p[0] = 1, 1
    y[1, 5, 5] = 1
    assert loss.value(y, loss.to_score(p)).tolist() == [0, 1]
    assert loss(y, loss.to_score(p)) == 0.5
    assert loss(y, loss.to_score(p), sample_weight=[3, 1]) == 0.25


@given(loss=st.sampled_from(LOSSES), y=soft, z=logits, other=logits)
def test_images_do_not_depend_on_each_other(loss, y, z, other):
    value, gradient = loss.value_and_gradient(np.concatenate([y, 1 - y]), np.concatenate([z, other]))
    assert value[:1] == loss.value(y, z)
    np.testing.assert_array_equal(gradient[:1], loss.gradient(y, z))


# Properties ---------------------------------------------------------------------------------------


@given(loss=st.sampled_from(LOSSES), y=soft, z=any_logits)
def test_a_share_and_never_nan(loss, y, z):
    value, gradient = loss.value_and_gradient(y, z)
    assert 0 <= value <= 1
    assert np.isfinite(gradient).all()


@given(y=soft, z=logits)
def test_tversky_at_one_half_is_dice_and_at_one_is_jaccard(y, z):
    for tversky, named in ((Tversky(), Dice()), (Tversky(0.5, 0.5), Dice()), (Tversky(1, 1), Jaccard())):
        np.testing.assert_array_equal(tversky.value(y, z), named.value(y, z))
        np.testing.assert_array_equal(tversky.gradient(y, z), named.gradient(y, z))


@given(y=soft, z=logits)
def test_jaccard_from_dice(y, z):
    d, slope = Dice().value_and_gradient(y, z)
    assert Jaccard().value(y, z) == pytest.approx(2 * d / (1 + d), rel=1e-14)
    assert Jaccard().gradient(y, z) == pytest.approx(2 * slope / (1 + d) ** 2, rel=1e-9, abs=1e-14)


@given(y=soft, z=logits, alpha=weight, beta=weight)
def test_the_definition(y, z, alpha, beta):
    hits, false_positives, false_negatives = counts(y, z)
    assume(y.any())
    expected = 1 - hits / (hits + alpha * false_positives + beta * false_negatives)
    assert Tversky(alpha, beta).value(y, z) == pytest.approx(expected, abs=1e-13)


@given(y=hard, z=logits)
def test_each_loss_by_its_own_formula(y, z):
    p = special.expit(z)
    assert Dice().value(y, z) == pytest.approx(1 - 2 * (p * y).sum() / (p.sum() + y.sum()), abs=1e-13)
    assert Jaccard().value(y, z) == pytest.approx(1 - (p * y).sum() / (p + y - p * y).sum(), abs=1e-13)


@given(loss=st.sampled_from(LOSSES), y=hard, z=logits)
def test_more_of_the_object_and_less_of_the_rest_costs_less(loss, y, z):
    gradient = loss.gradient(y, z)
    assert (gradient[y == 1] < 0).all()
    assert (gradient[y == 0] >= 0).all()


@given(y=hard, z=logits, alpha=weight, beta=weight)
def test_exchanging_the_masks_exchanges_the_weights(y, z, alpha, beta):
    p = (z > 0).astype(float)
    there = Tversky(alpha, beta).value(y, Dice().to_score(p))
    back = Tversky(beta, alpha).value(p, Dice().to_score(y))
    assert there == pytest.approx(back, rel=1e-15)


@given(loss=st.sampled_from(LOSSES), y=soft, z=logits)
def test_where_a_pixel_lies_does_not_count(loss, y, z):
    value, gradient = loss.value_and_gradient(y, z)
    assert loss.value(y[:, ::-1, ::-1], z[:, ::-1, ::-1]) == pytest.approx(value, rel=1e-14, abs=1e-300)
    turned = loss.gradient(y.transpose(0, 2, 1), z.transpose(0, 2, 1)).transpose(0, 2, 1)
    assert turned == pytest.approx(gradient, rel=1e-12, abs=1e-300)


@each_loss
def test_next_to_a_perfect_prediction_all_digits_are_kept(loss):
    """1 - 2 * hits / sizes would be 0 from a logit of 37 on; the value is about the share of errors."""
    alpha, beta = (loss.alpha, loss.beta) if isinstance(loss, Tversky) else ((0.5,) * 2, (1,) * 2)[loss == Jaccard()]
    y = np.array([[[1, 1], [0, 0]]])
    for z in (40.0, 100.0, 700.0):
        value, gradient = loss.value_and_gradient(y, z * (2 * y - 1))
        assert value == pytest.approx((alpha + beta) * np.exp(-z), rel=1e-14)
        expected = np.exp(-z) / 2 * np.array([[[-beta, -beta], [alpha, alpha]]])
        assert gradient == pytest.approx(expected, rel=1e-14)


@each_loss
def test_single_precision_adds_up_millions_of_pixels(loss):
    y = np.zeros((1, 1500, 1500), np.float32)
    y[:, :700] = 1
    z = np.full(y.shape, 0.1, np.float32)
    value = loss.value(y, z)
    assert value.dtype == np.float32
    assert value == pytest.approx(loss.value(y.astype(float), z.astype(float)), rel=1e-7)


# Facts --------------------------------------------------------------------------------------------


@each_loss
def test_not_convex(loss):
    """Far out every sigmoid levels off, so that the loss lies above the chord."""
    y = np.ones((1, 1, 1))
    ends = [loss.value(y, np.full((1, 1, 1), z)) for z in (-20.0, 0.0)]
    assert not loss.facts.convex
    assert loss.value(y, np.full((1, 1, 1), -10.0)) > np.mean(ends) + 0.1


@each_loss
def test_bounded_influence(loss):
    """No logit pulls harder than that of a lone pixel of moderate size, however far off it is."""
    assert loss.facts.bounded_influence
    random = np.random.default_rng(62)
    y = random.integers(0, 2, (500, 2, 2))
    z = random.normal(size=(500, 2, 2)) * np.geomspace(0.1, 1e6, 500)[:, None, None]
    lone = np.abs(loss.gradient(np.ones((801, 1, 1)), np.linspace(-8, 8, 801)[:, None, None])).max()
    assert np.abs(loss.gradient(y, z)).max() <= lone
    assert (np.abs(loss.gradient(y[-50:], z[-50:])) < 1e-6).mean() > 0.9


@each_loss
def test_smooth(loss):
    """Steps of the third derivative shrink with the grid."""
    assert loss.facts.continuous_derivatives == np.inf

    def largest_step(points):
        z = np.zeros((points, 1, 2))
        z[:, 0, 0] = np.linspace(-6, 6, points)
        width = 12 / (points - 1)
        slope = loss.gradient(np.broadcast_to([[1.0, 0.25]], z.shape), z)[:, 0, 0]
        return np.abs(np.diff(np.diff(slope, 2) / width**2)).max()

    assert largest_step(4001) < 0.3 * largest_step(1001)


@each_loss
def test_statistic(loss):
    """The best constant is one mask, found here among all of them; it is not the share of each pixel."""
    random = np.random.default_rng(63)
    y = (random.random((300, 2, 3)) < [[0.9, 0.75, 0.6], [0.35, 0.2, 0.1]]).astype(float)
    y = y[y.any(axis=(1, 2))]

    def mean(p):
        p = np.reshape(p, (2, 3))
        return loss(y, np.broadcast_to(loss.to_score(p), y.shape))

    every = list(itertools.product([0.0, 1.0], repeat=6))
    best = min(every, key=mean)
    # from several starts, as a mask with one pixel more or less may be a local minimum
    runs = [optimize.minimize(lambda z: mean(special.expit(z)), start) for start in random.normal(size=(12, 6)) * 2]
    found = min(runs, key=lambda run: run.fun).x
    assert loss.facts.statistic == "mask of the largest mean overlap"
    np.testing.assert_allclose(special.expit(found), best, atol=1e-3)
    assert mean(best) < mean(y.mean(axis=0)) - 0.01


@each_loss
def test_no_hessian(loss):
    message = f"{type(loss).__name__} has no Hessian: it would couple all H W pixels"
    with pytest.raises(NoHessianError, match=message):
        loss.hessian(np.zeros((1, 2, 2)), np.zeros((1, 2, 2)))


# Shapes and dtypes --------------------------------------------------------------------------------


@each_loss
@pytest.mark.parametrize("shape", [(0, 2, 3), (1, 1, 1), (4, 2, 3), (2, 0, 3)])
def test_shapes(loss, shape):
    value, gradient = loss.value_and_gradient(np.ones(shape), np.zeros(shape))
    assert value.shape == shape[:1]
    assert gradient.shape == shape


@each_loss
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype(loss, dtype):
    for result in loss.value_and_gradient(np.ones((1, 2, 2), dtype), np.zeros((1, 2, 2), dtype)):
        assert result.dtype == (np.float64 if dtype == np.float64 else np.float32)


@each_loss
@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
def test_masks_of_any_kind(loss, dtype):
    y = np.random.default_rng(64).integers(0, 2, (3, 4, 5))
    z = np.random.default_rng(65).normal(size=y.shape)
    for function in (loss.value, loss.gradient):
        np.testing.assert_array_equal(function(y.astype(dtype), z), function(y.astype(float), z))


@each_loss
def test_link(loss):
    assert loss.predict([[[0.0, -np.inf, np.inf]]]).tolist() == [[[0.5, 0, 1]]]
    assert loss.to_score([[[0.5, 0, 1]]]).tolist() == [[[0, -np.inf, np.inf]]]


# Bad input ----------------------------------------------------------------------------------------


@each_loss
@pytest.mark.parametrize("dtype", [np.uint8, float])
def test_a_mask_of_0_to_255_is_refused(loss, dtype):
    y = np.array([[[0, 255], [255, 0]]], dtype)
    message = r"y_true must be masks in \[0, 1\], got values from 0 to 255; divide a mask in 0..255 by 255"
    for function in (loss, loss.value, loss.gradient):
        with pytest.raises(ValueError, match=message):
            function(y, np.zeros((1, 2, 2)))
    assert loss.value(y / 255, loss.to_score(y / 255)) == 0


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        (np.full((1, 2, 2), -0.1), np.zeros((1, 2, 2)), r"y_true must be masks in \[0, 1\], got values from -0.1"),
        (np.full((1, 2, 2), 1.01), np.zeros((1, 2, 2)), r"y_true must be masks in \[0, 1\], got .* to 1.01"),
        (
            np.zeros((1, 2, 2, 1)),
            np.zeros((1, 2, 2, 1)),
            r"y_pred must have shape \(n, H, W\), got shape \(1, 2, 2, 1\)",
        ),
        (np.zeros((2, 2)), np.zeros((2, 2)), r"y_pred must have shape \(n, H, W\), got shape \(2, 2\)"),
        (np.zeros(2), np.zeros(2), "y_true must have at least 2 axes"),
        (
            np.zeros((1, 2, 2)),
            np.zeros((1, 2, 2, 1)),
            r"y_true of shape \(1, 2, 2\) and y_pred of shape \(1, 2, 2, 1\)",
        ),
        (np.zeros((1, 4, 1)), np.zeros((1, 4, 4)), r"y_true of shape \(1, 4, 1\) and y_pred of shape \(1, 4, 4\)"),
        (np.full((1, 2, 2), np.nan), np.zeros((1, 2, 2)), "y_true must be finite"),
        (np.zeros((1, 2, 2)), np.full((1, 2, 2), np.nan), "y_pred must not contain NaN"),
    ],
)
@each_loss
def test_bad_masks(loss, y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        loss.value(y_true, y_pred)


@pytest.mark.parametrize("name", ["alpha", "beta"])
@pytest.mark.parametrize("outside", [0, -1, 1e6, np.inf, np.nan, "1", None])
def test_bad_weights(name, outside):
    with pytest.raises(ValueError, match=rf"Tversky: {name} must be a number in \(0, 1e\+06\), got"):
        Tversky(**{name: outside})
