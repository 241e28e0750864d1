"""Contrastive and triplet loss: oracles, hand values, zero distances, symmetries, facts, and the mining of triplets."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from losses_embedding import EMBEDDING
from scipy import optimize

from lossbook import NoHessianError
from lossbook.embedding import Contrastive, Triplet, batch_all, batch_hard

each_row = pytest.mark.parametrize("row", EMBEDDING, ids=str)

CONTRASTIVE = [Contrastive(), Contrastive(0.3), Contrastive(distance="squared"), Contrastive(0.3, "squared")]
TRIPLET = [Triplet(), Triplet(1.5), Triplet(distance="squared"), Triplet(1.5, "squared")]
each_contrastive = pytest.mark.parametrize("loss", CONTRASTIVE, ids=repr)
each_triplet = pytest.mark.parametrize("loss", TRIPLET, ids=repr)
each_loss = pytest.mark.parametrize("loss", [*CONTRASTIVE, *TRIPLET], ids=repr)

finite = st.floats(allow_nan=False, allow_infinity=False)
moderate = st.floats(-1e3, 1e3)
label = st.integers(0, 1)


def points(count, elements=moderate):
    return arrays(np.float64, (1, count, 3), elements=elements)


def one_of(losses):
    return st.sampled_from(losses)


def targets_for(loss, count, dissimilar=1):
    return np.full(count, dissimilar) if isinstance(loss, Contrastive) else None


# Value and gradient together ----------------------------------------------------------------------


@each_row
def test_value_and_gradient_together(row):
    y_true, y_pred = row.samples(row.loss, np.float64)
    value, gradient = row.loss.value_and_gradient(y_true, y_pred)
    np.testing.assert_array_equal(value, row.loss.value(y_true, y_pred))
    np.testing.assert_array_equal(gradient, row.loss.gradient(y_true, y_pred))


# By hand ------------------------------------------------------------------------------------------


def on_a_line(*positions):
    return [[[float(x)] for x in positions]]


@pytest.mark.parametrize(
    ("distance", "near", "far", "expected"),
    [
        ("plain", 0.6, 0.7, 0.1),
        ("squared", 0.6, 0.7, 0.07),
        ("plain", 2, 2.1, 0.1),
        ("squared", 2, 2.1, 0),  # 4 - 4.41 + 0.2 is negative
        ("plain", 0, 0, 0.2),
    ],
)
def test_triplet_by_hand(distance, near, far, expected):
    for negative in (far, -far):
        value = Triplet(0.2, distance).value(None, on_a_line(0, near, negative))
        assert value == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("y", "d", "plain", "squared"),
    [
        (0, 0.1, 0.01, 0.0001),
        (1, 0.1, 0.81, 0.9801),
        (0, 1.5, 2.25, 5.0625),
        (1, 1.5, 0, 0),
        (1, 0, 1, 1),
        (0, 0, 0, 0),
    ],
)
def test_contrastive_by_hand(y, d, plain, squared):
    """A target of 1 is a dissimilar pair: if it is close it costs much, and beyond the margin nothing."""
    pair = [[[0.0, 0.0], [0.6 * d, 0.8 * d]]]
    assert Contrastive().value([y], pair) == pytest.approx(plain, rel=1e-14)
    assert Contrastive(distance="squared").value([y], pair) == pytest.approx(squared, rel=1e-14)


def test_gradients_by_hand():
    assert Contrastive(2).gradient([0, 1], on_a_line(3, 2) * 2).tolist() == [[[2], [-2]], [[-2], [2]]]
    squared = Contrastive(2, "squared")
    assert squared.gradient([0, 1], on_a_line(2, 3) * 2).tolist() == [[[-4], [4]], [[4], [-4]]]
    triplet = [[[0.0, 0.0], [3.0, 4.0], [0.0, 2.0]]]
    assert Triplet().gradient(None, triplet)[0] == pytest.approx(np.array([[-0.6, 0.2], [0.6, 0.8], [0, -1]]))
    assert Triplet(distance="squared").gradient(None, triplet)[0].tolist() == [[-6, -4], [6, 8], [0, -4]]


# Kinks --------------------------------------------------------------------------------------------


@each_contrastive
def test_points_that_meet_have_the_subgradient_zero(loss):
    pairs = np.ones((2, 2, 3))
    assert (loss.gradient([0, 1], pairs) == 0).all()
    assert loss.value([0, 1], pairs).tolist() == [0, loss.margin**2]


@pytest.mark.parametrize("distance", ["plain", "squared"])
def test_triplets_that_meet_have_the_subgradient_zero(distance):
    loss = Triplet(0.25, distance)
    assert loss.value(None, np.ones((1, 3, 2))) == 0.25
    assert (loss.gradient(None, np.ones((1, 3, 2))) == 0).all()
    # A distance of 0 has no direction and adds nothing: here that of the positive, then that of the negative.
    slope = 1 if distance == "plain" else 0.25
    assert loss.gradient(None, on_a_line(0, 0, 0.125)).ravel().tolist() == [slope, 0, -slope]
    assert loss.gradient(None, on_a_line(0, 0.125, 0)).ravel().tolist() == [-slope, slope, 0]


def test_subgradient_zero_on_the_hinge():
    for distance, far in (("plain", 1.5), ("squared", math.sqrt(1.5))):
        triplet = on_a_line(0, 1, 1.5 if distance == "plain" else 1.25)
        loss = Triplet(0.5 if distance == "plain" else 0.5625, distance)
        assert loss.value(None, triplet) == 0
        assert (loss.gradient(None, triplet) == 0).all()
        closer = on_a_line(0, 1, far - 0.1)
        assert (loss.gradient(None, closer) != 0).any()
    assert (Contrastive(2).gradient([1], on_a_line(0, 2)) == 0).all()
    assert (Contrastive(4, "squared").gradient([1], on_a_line(0, 2)) == 0).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@each_loss
def test_extreme_points(loss, dtype):
    info = np.finfo(dtype)
    sizes = np.array([0, info.smallest_subnormal, info.tiny, 1e-30, 1, 1e18, 1e30, info.max / 2, info.max], dtype)
    every = np.array(list(itertools.product([*sizes, *-sizes], repeat=loss.points)), dtype)
    y_pred = np.stack([every, every[:, ::-1], np.zeros_like(every)], axis=-1)
    for dissimilar in (0, 1):
        y_true = targets_for(loss, len(y_pred), dissimilar)
        value, gradient = loss.value_and_gradient(y_true, y_pred)
        assert value.dtype == gradient.dtype == dtype
        assert not np.isnan(value).any()
        assert not np.isnan(gradient).any()
        assert (value >= 0).all()
        assert (gradient[..., 2] == 0).all()


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e300])
def test_distances_whose_squares_leave_the_range_of_floats(scale):
    pair = np.array([[[0.0, 0.0], [3.0, 4.0]]]) * scale
    loss = Contrastive(10 * scale)
    unit = np.array([[[-0.6, -0.8], [0.6, 0.8]]])
    assert loss.gradient([1], pair) == pytest.approx(-10 * scale * unit, rel=1e-14)
    assert loss.gradient([0], pair) == pytest.approx(10 * scale * unit, rel=1e-14)
    triplet = np.array([[[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]]) * scale
    assert Triplet(6 * scale).value(None, triplet) == pytest.approx(scale, rel=1e-14)
    if scale > 1:
        assert loss.value([0], pair) == np.inf
        # the squares of both distances are infinite, their difference is not a number
        assert Triplet(distance="squared").value(None, triplet) == 0
        assert Triplet(distance="squared").value(None, triplet[:, [0, 2, 1]]) == np.inf


# Properties ---------------------------------------------------------------------------------------


@given(loss=one_of(CONTRASTIVE), y=label, pair=points(2, finite))
def test_contrastive_is_never_nan_nor_negative(loss, y, pair):
    value, gradient = loss.value_and_gradient([y], pair)
    assert value >= 0
    assert not np.isnan(gradient).any()


@given(loss=one_of(TRIPLET), triplet=points(3, finite))
def test_triplet_is_never_nan_nor_negative(loss, triplet):
    value, gradient = loss.value_and_gradient(None, triplet)
    assert value >= 0
    assert not np.isnan(gradient).any()


@given(loss=one_of(CONTRASTIVE), y=label, pair=points(2))
def test_a_pair_has_no_order(loss, y, pair):
    assert loss.value([y], pair) == loss.value([y], pair[:, ::-1])
    np.testing.assert_array_equal(loss.gradient([y], pair), loss.gradient([y], pair[:, ::-1])[:, ::-1])


@given(loss=one_of([*CONTRASTIVE, *TRIPLET]), y=label, cells=arrays(np.int64, (1, 3, 3), elements=st.integers(-99, 99)))
def test_only_distances_count(loss, y, cells):
    """Moved, mirrored and with axes exchanged, points keep their distances; all of it exact in integers."""
    y_true = targets_for(loss, 1, y)
    cells = cells[:, : loss.points]
    value, gradient = loss.value_and_gradient(y_true, cells)
    np.testing.assert_array_equal(loss.value(y_true, cells + 1000), value)
    np.testing.assert_array_equal(loss.gradient(y_true, cells - 77), gradient)
    np.testing.assert_array_equal(loss.gradient(y_true, -cells), -gradient)
    assert loss.value(y_true, cells[..., [2, 0, 1]]) == pytest.approx(value, rel=1e-14, abs=1e-14)
    # so a move of all points changes nothing
    assert gradient.sum(axis=1) == pytest.approx(0, abs=1e-12 * np.abs(gradient).max() + 1e-300)


@given(y=label, pair=points(2), triplet=points(3), exponent=st.integers(-20, 20))
def test_scaling_points_and_margin(y, pair, triplet, exponent):
    """By a power of two, which does not round."""
    k = 2.0**exponent
    for distance, degree in (("plain", 1), ("squared", 2)):
        a, b = Contrastive(0.7, distance), Contrastive(0.7 * k**degree, distance)
        assert b.value([y], k * pair) == pytest.approx(k ** (2 * degree) * a.value([y], pair), rel=1e-13, abs=1e-290)
        a, b = Triplet(0.7, distance), Triplet(0.7 * k**degree, distance)
        assert b.value(None, k * triplet) == k**degree * a.value(None, triplet)


@given(y=label, d=st.floats(0, 100), margin=st.floats(0.1, 10))
def test_squared_distance_is_the_plain_one_of_points_further_apart(y, d, margin):
    squared = Contrastive(margin, "squared").value([y], on_a_line(0, d))
    assert squared == pytest.approx(Contrastive(margin).value([y], on_a_line(0, d * d)), rel=1e-12, abs=1e-300)
    squared = Triplet(margin, "squared").value(None, on_a_line(0, d, 3))
    assert squared == pytest.approx(Triplet(margin).value(None, on_a_line(0, d * d, 9)), rel=1e-12, abs=1e-12)


@given(margin=st.floats(0.1, 2), triplet=points(3, st.floats(-5, 5)))
def test_the_triplet_loss_is_zero_if_the_margin_is_kept(margin, triplet):
    anchor, positive, negative = triplet[0]
    kept = math.dist(anchor, negative) - math.dist(anchor, positive) - margin
    value = Triplet(margin).value(None, triplet)
    assert value == pytest.approx(max(-kept, 0), abs=1e-14)
    assert (Triplet(margin).gradient(None, triplet) == 0).all() or kept < 1e-14


# Facts --------------------------------------------------------------------------------------------


@each_loss
def test_not_convex(loss):
    """Halfway between two samples the loss is larger than their mean."""
    if isinstance(loss, Contrastive):  # the points change places, and meet halfway
        left, right, y_true = on_a_line(-0.1, 0.1), on_a_line(0.1, -0.1), [1]
    else:  # the negative passes through the anchor
        left, right, y_true = on_a_line(0, 0.1, -0.2), on_a_line(0, 0.1, 0.2), None
    middle = np.add(left, right) / 2
    assert not loss.facts.convex
    assert loss.value(y_true, middle) > (loss.value(y_true, left) + loss.value(y_true, right)) / 2 + 0.01


@each_loss
def test_bounded_influence(loss):
    def pull(size):
        return np.abs(
            loss.gradient(targets_for(loss, 1, 0), size * np.array(on_a_line(0, 1, 0.5))[:, : loss.points])
        ).max()

    assert (pull(1e9) <= pull(10.0)) == loss.facts.bounded_influence


@each_loss
def test_continuous_derivatives(loss):
    """How far a derivative jumps where points meet, and on the hinge."""
    tiny = 1e-9
    edge = loss.margin if loss.distance == "plain" else math.sqrt(loss.margin)
    if isinstance(loss, Triplet):
        edge = loss.margin + 1 if loss.distance == "plain" else math.sqrt(loss.margin + 1)
    y_true = targets_for(loss, 1)

    def gradient(x):
        return loss.gradient(y_true, on_a_line(0, x) if loss.points == 2 else on_a_line(0, 1, x))[0, -1, 0]

    first = max(abs(gradient(x + tiny) - gradient(x - tiny)) for x in (0, edge))
    # the second one to the right and left of the hinge
    second = abs((gradient(edge + 2 * tiny) - 2 * gradient(edge) + gradient(edge - 2 * tiny)) / (2 * tiny))
    assert loss.facts.continuous_derivatives == (0 if first > 0.1 else 1)
    if first < 0.1:
        assert second > 0.1


@each_contrastive
def test_statistic_of_contrastive(loss):
    """The best distance for pairs that cannot be told apart."""
    y_true = np.array([1, 0, 0, 1, 0])
    best = optimize.minimize_scalar(
        lambda d: loss(y_true, on_a_line(0, d) * 5),
        bounds=(0, loss.margin + 1),
        method="bounded",
        options={"xatol": 1e-9},
    ).x
    assert loss.facts.statistic == "share of dissimilar pairs, times the margin, as a distance"
    assert best ** (1 if loss.distance == "plain" else 2) == pytest.approx(0.4 * loss.margin, abs=1e-6)


@each_triplet
def test_statistic_of_triplet(loss):
    """The best difference of distances, where a part of the triplets is the wrong way round."""
    power = 1 if loss.distance == "plain" else 0.5
    for share in (0.2, 0.4, 0.6, 0.9):
        swapped = np.arange(10) < 10 * share

        def mean(far, swapped=swapped):
            near = on_a_line(0, 5**power, far**power)[0]
            return loss(None, [[near[0], near[2], near[1]] if swap else near for swap in swapped])

        grid = np.linspace(0, 10, 2001)
        best = grid[np.argmin([mean(far) for far in grid])]
        assert best - 5 == pytest.approx(loss.margin if share < 0.5 else -loss.margin, abs=0.006)


@each_loss
def test_no_hessian(loss):
    with pytest.raises(NoHessianError, match=f"{type(loss).__name__} has no Hessian: it "):
        loss.hessian(targets_for(loss, 2), np.zeros((2, loss.points, 3)))


@each_loss
def test_the_second_derivative_is_not_positive(loss):
    """As the error message says: with it, a Newton step may go uphill."""

    def slope(x):
        points = on_a_line(0, x) if loss.points == 2 else on_a_line(0, 1, x)
        return loss.gradient(targets_for(loss, 1), points)[0, -1, 0]

    if (type(loss), loss.distance) == (Contrastive, "plain"):  # along a line it bends up, across it down
        pair = np.array([[[0.0, 0.0], [0.1, 0.0]]])
        aside = np.add(pair, [[0, 0], [0, 1e-4]])
        assert (loss.gradient([1], aside) - loss.gradient([1], pair))[0, 1, 1] < 0
    elif (type(loss), loss.distance) == (Triplet, "plain"):
        triplet = np.array([[[0.0, 0.0], [1.0, 0.0], [0.5, 0.0]]])
        aside = np.add(triplet, [[0, 0], [0, 0], [0, 1e-4]])
        assert (loss.gradient(None, aside) - loss.gradient(None, triplet))[0, 2, 1] < 0
    else:
        assert slope(0.1 + 1e-4) < slope(0.1)


# Shapes, dtypes and the mean ----------------------------------------------------------------------


@each_loss
def test_shapes(loss):
    for count, width in ((0, 2), (1, 1), (5, 4), (2, 0)):
        y_pred = np.random.default_rng(52).normal(size=(count, loss.points, width))
        value, gradient = loss.value_and_gradient(targets_for(loss, count), y_pred)
        assert value.shape == (count,)
        assert gradient.shape == y_pred.shape


@each_loss
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype(loss, dtype):
    y_pred = np.random.default_rng(53).normal(size=(4, loss.points, 3)).astype(dtype)
    for result in loss.value_and_gradient(targets_for(loss, 4), y_pred):
        assert result.dtype == (np.float64 if dtype == np.float64 else np.float32)


@each_loss
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64])
def test_integers_do_not_wrap_around(loss, dtype):
    cells = np.array([[[0, 7], [16, 100], [3, 2]]])[:, : loss.points]
    y_true = targets_for(loss, 1, 0)
    expected = loss.value(y_true, cells.astype(float))
    np.testing.assert_array_equal(loss.value(y_true, cells.astype(dtype)), expected)


def test_weighted_mean():
    y_pred = np.concatenate([on_a_line(0, 1, 1), on_a_line(0, 1, 5), on_a_line(0, 2, 1)])
    assert Triplet(0.5)(None, y_pred) == pytest.approx((0.5 + 0 + 1.5) / 3)
    assert Triplet(0.5)(None, y_pred, sample_weight=[3, 0, 1]) == pytest.approx((3 * 0.5 + 1.5) / 4)


@each_triplet
def test_no_active_triplets_cost_nothing(loss):
    satisfied = np.array(on_a_line(0, 1, 9) * 4)
    assert loss(None, satisfied) == 0
    assert (loss.gradient(None, satisfied) == 0).all()


@each_triplet
@pytest.mark.parametrize("labels", [[3, 3, 3], [1, 2, 3], [5], []], ids=str)
@pytest.mark.parametrize("mine", [batch_all, batch_hard])
def test_no_triplets_cost_nothing(loss, labels, mine):
    embeddings = np.random.default_rng(54).normal(size=(len(labels), 2))
    triplets = mine(labels, embeddings)
    assert triplets.shape == (0, 3)
    y_pred = embeddings[triplets]
    assert loss(None, y_pred) == 0
    assert loss(None, y_pred, sample_weight=np.ones(0)) == 0
    assert loss.gradient(None, y_pred).shape == (0, 3, 2)


def test_no_pairs_have_no_mean():
    with pytest.raises(ValueError, match="at least one sample"):
        Contrastive()(np.zeros(0), np.zeros((0, 2, 3)))


# Mining -------------------------------------------------------------------------------------------

BATCHES = st.integers(0, 9).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(-1, 2), min_size=n, max_size=n),
        arrays(np.float64, (n, 2), elements=st.integers(-3, 3).map(float)),
    )
)


def every_triplet(labels):
    """The definition, triple by triple."""
    return [
        [a, p, n]
        for a, p, n in itertools.product(range(len(labels)), repeat=3)
        if a != p and labels[a] == labels[p] and labels[a] != labels[n]
    ]


@given(batch=BATCHES)
def test_batch_all(batch):
    labels, embeddings = batch
    found = batch_all(labels, embeddings)
    assert found.dtype == np.intp
    assert found.tolist() == every_triplet(labels)


@given(batch=BATCHES)
def test_batch_hard(batch):
    """For every anchor, no triplet costs more than the one found; positive and negative are the first of their kind."""
    labels, embeddings = batch
    found = batch_hard(labels, embeddings)
    expected = []
    for anchor, rows in itertools.groupby(every_triplet(labels), key=lambda row: row[0]):
        rows = list(rows)
        d = [math.dist(embeddings[anchor], other) for other in embeddings]
        expected.append(
            [anchor, max((p for _, p, _ in rows), key=d.__getitem__), min((n for _, _, n in rows), key=d.__getitem__)]
        )
    assert found.dtype == np.intp
    assert found.tolist() == expected


@pytest.mark.parametrize("distance", ["plain", "squared"])
def test_the_hardest_triplets_are_the_hardest_by_either_distance(distance):
    random = np.random.default_rng(55)
    labels, embeddings = random.integers(0, 4, 24), random.normal(size=(24, 3))
    loss = Triplet(10, distance)
    everyone, hard = batch_all(labels, embeddings), batch_hard(labels, embeddings)
    values = loss.value(None, embeddings[everyone])
    worst = [values[everyone[:, 0] == anchor].max() for anchor in hard[:, 0]]
    np.testing.assert_array_equal(loss.value(None, embeddings[hard]), worst)


def test_number_of_triplets_of_a_balanced_batch():
    """P classes of K points each: P K (K - 1) (P K - K) triplets, and P K hard ones."""
    labels, embeddings = np.repeat(np.arange(5), 4), np.random.default_rng(56).normal(size=(20, 2))
    assert batch_all(labels, embeddings).shape == (20 * 3 * 16, 3)
    assert batch_hard(labels, embeddings).shape == (20, 3)


@pytest.mark.parametrize("mine", [batch_all, batch_hard])
def test_labels_may_be_anything_that_compares(mine):
    embeddings = [[0], [1], [5], [7]]
    expected = mine([0, 0, 1, 1], embeddings).tolist()
    big = 2**60
    for labels in (["b", "b", "a", "a"], [big, big, big + 1, big + 1], [0.5, 0.5, 1, 1], [True, True, False, False]):
        assert mine(labels, embeddings).tolist() == expected


@pytest.mark.parametrize("mine", [batch_all, batch_hard])
@pytest.mark.parametrize(
    ("labels", "embeddings", "message"),
    [
        ([0, 1], np.zeros((3, 2)), r"labels must have one label per embedding, 3, got shape \(2,\)"),
        ([[0], [1]], np.zeros((2, 2)), r"labels must have .* got shape \(2, 1\)"),
        ([0, 1], np.zeros(2), r"embeddings must have shape \(n, d\), got shape \(2,\)"),
        ([0, np.nan], np.zeros((2, 1)), "labels must be finite"),
        ([0, 1], [[0.0], [np.inf]], "embeddings must be finite"),
        ([0, 1], [["a"], ["b"]], "embeddings must be an array of real numbers"),
    ],
)
def test_bad_batch(mine, labels, embeddings, message):
    with pytest.raises(ValueError, match=message):
        mine(labels, embeddings)


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [Contrastive, Triplet])
def test_hyperparameters(loss):
    assert loss() == loss(margin={Contrastive: 1, Triplet: 0.2}[loss], distance="plain")
    for margin in (0, -1, np.inf, np.nan, "1", None, True):
        with pytest.raises(ValueError, match=rf"{loss.__name__}: margin must be a number in \(0, inf\), got"):
            loss(margin)
    for distance in ("cosine", None, 2, ["plain"]):
        with pytest.raises(ValueError, match=rf"{loss.__name__}: distance must be one of \('plain', 'squared'\), got"):
            loss(distance=distance)


@pytest.mark.parametrize("bad", [-1, 0.5, 2])
def test_bad_pair_labels(bad):
    with pytest.raises(ValueError, match=rf"y_true must be 0 \(similar\) or 1 \(dissimilar\), got {bad:g}"):
        Contrastive().value([0, bad], np.zeros((2, 2, 3)))


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        ([0], np.zeros((1, 3, 4)), r"y_pred must have shape \(n, 2, d\), got shape \(1, 3, 4\)"),
        ([[0], [1]], np.zeros((2, 2, 4)), r"y_true of shape \(2, 1\) and y_pred of shape \(2, 2, 4\)"),
        ([0, 1, 1], np.zeros((2, 2, 4)), r"y_true of shape \(3,\) and y_pred of shape \(2, 2, 4\)"),
        ([0], np.zeros(2), "y_pred must have at least 2 axes"),
        ([0], [[[0.0], [np.inf]]], "y_pred must be finite"),
        ([0], [[[0.0], [np.nan]]], "y_pred must not contain NaN"),
        ([np.nan], np.zeros((1, 2, 3)), "y_true must be finite"),
    ],
)
def test_bad_pairs(y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        Contrastive().value(y_true, y_pred)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        (None, np.zeros((1, 2, 4)), r"y_pred must have shape \(n, 3, d\), got shape \(1, 2, 4\)"),
        (None, np.zeros(3), r"y_pred must have shape \(n, 3, d\), got shape \(3,\)"),
        (None, np.full((1, 3, 1), np.nan), "y_pred must be finite"),
        (None, np.full((1, 3, 1), -np.inf), "y_pred must be finite"),
        ([0], np.zeros((1, 3, 4)), "y_true must be None, as a triplet has no target, got list"),
    ],
)
def test_bad_triplets(y_true, y_pred, message):
    for function in (Triplet().value, Triplet().gradient, Triplet()):
        with pytest.raises(ValueError, match=message):
            function(y_true, y_pred)
