"""CTC against sums over all paths, its limits and facts, and the parts of it that pages show."""

import itertools
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from losses_sequence import collapsed
from scipy import optimize, special

from lossbook import NoHessianError
from lossbook.sequence import CTC, alignments, best_path, lattice, prefix_beam_search


def every_path(frames, classes):
    return list(itertools.product(range(classes), repeat=frames))


def probabilities_of_paths(scores):
    """Every path of (T, K) scores with its probability."""
    p = special.softmax(scores, axis=-1)
    paths = every_path(*scores.shape)
    return paths, p[np.arange(len(scores)), np.array(paths)].prod(axis=-1)


def probabilities_of_labelings(scores, blank):
    """What every path collapses to, with the sum of the probabilities of those paths."""
    shares = {}
    for path, probability in zip(*probabilities_of_paths(scores), strict=True):
        labels = collapsed(path, blank)
        shares[labels] = shares.get(labels, 0.0) + probability
    return shares


def posterior(target, scores, blank):
    """How probable each class is in each frame, among the paths that collapse to the target."""
    shares = np.zeros(scores.shape)
    for path, probability in zip(*probabilities_of_paths(scores), strict=True):
        if collapsed(path, blank) == tuple(target):
            shares[np.arange(len(scores)), list(path)] += probability
    return shares / shares[0].sum()


def repeats(target):
    return sum(a == b for a, b in itertools.pairwise(target))


def gradient_by_differences(loss, target, scores, step=1e-5):
    moves = step * np.eye(scores.size).reshape(-1, *scores.shape)
    copies = [target] * scores.size
    slopes = (loss.value(copies, scores + moves) - loss.value(copies, scores - moves)) / (2 * step)
    return slopes.reshape(scores.shape)


def textbook(target, scores, blank=0):
    """Value and posterior by the recursion on plain probabilities, with floats that do not underflow."""
    mp = mpmath.MPContext()
    mp.dps = 40
    y = [[mp.exp(mp.mpf(float(score))) for score in frame] for frame in scores]
    y = [[entry / mp.fsum(row) for entry in row] for row in y]
    states = [blank]
    for label in target:
        states += [int(label), blank]

    def recursion(states, y):
        rows = []
        for t, frame in enumerate(y):
            row = []
            for s, label in enumerate(states):
                if t == 0:
                    come = mp.mpf(s < 2)
                else:
                    come = rows[-1][s] + (rows[-1][s - 1] if s else 0)
                    if s > 1 and label != blank and label != states[s - 2]:
                        come += rows[-1][s - 2]
                row.append(come * frame[label])
            rows.append(row)
        return rows

    forward = recursion(states, y)
    backward = [row[::-1] for row in recursion(states[::-1], y[::-1])[::-1]]  # holds its own frame as well
    total = mp.fsum(forward[-1][-2:])
    shares = np.zeros(scores.shape)
    for t, (a, b) in enumerate(zip(forward, backward, strict=True)):
        for s, label in enumerate(states):
            shares[t, label] += float(a[s] * b[s] / y[t][label] / total)
    return float(-mp.log(total)), shares


@st.composite
def cases(draw, size=8.0, least=0, most=None):
    """A blank, a target and scores, few enough that all paths can be listed."""
    classes, frames = draw(st.integers(2, 4)), draw(st.integers(1, 5))
    blank = draw(st.integers(0, classes - 1))
    labels = st.sampled_from([label for label in range(classes) if label != blank])
    target = draw(st.lists(labels, min_size=least, max_size=frames + 1 if most is None else most))
    entries = st.lists(st.floats(-size, size), min_size=frames * classes, max_size=frames * classes)
    return blank, target, np.array(draw(entries)).reshape(frames, classes)


def possible(target, scores):
    return len(scores) >= len(target) + repeats(target)


# Value and gradient -------------------------------------------------------------------------------


@given(cases())
def test_value_is_the_sum_over_all_paths(case):
    blank, target, scores = case
    (value,) = CTC(blank).value([target], scores[None])
    probability = probabilities_of_labelings(scores, blank).get(tuple(target), 0.0)
    assert (probability > 0) == possible(target, scores)
    if probability == 0:
        assert value == np.inf
    else:
        assert value == pytest.approx(-math.log(probability), rel=1e-12, abs=1e-14)


@given(cases())
def test_value_is_the_sum_over_the_alignments(case):
    blank, target, scores = case
    log_p = special.log_softmax(scores, axis=-1)
    costs = [log_p[np.arange(len(scores)), list(path)].sum() for path in alignments(target, len(scores), blank)]
    (value,) = CTC(blank).value([target], scores[None])
    assert value == pytest.approx(-np.logaddexp.reduce(costs), rel=1e-12, abs=1e-14)


@given(cases())
def test_gradient_is_probability_minus_posterior(case):
    blank, target, scores = case
    value, gradient = CTC(blank).value_and_gradient([target], scores[None])
    assert value == CTC(blank).value([target], scores[None])
    np.testing.assert_array_equal(gradient, CTC(blank).gradient([target], scores[None]))
    if possible(target, scores):
        expected = special.softmax(scores, axis=-1) - posterior(target, scores, blank)
        assert gradient[0] == pytest.approx(expected, rel=0, abs=1e-14)
        assert gradient.sum(axis=-1) == pytest.approx(np.zeros((1, len(scores))), abs=1e-14)
    else:
        assert (gradient == 0).all()


@given(cases(size=4.0))
def test_gradient_by_differences(case):
    blank, target, scores = case
    if possible(target, scores):
        expected = gradient_by_differences(CTC(blank), target, scores)
        assert CTC(blank).gradient([target], scores[None])[0] == pytest.approx(expected, rel=1e-6, abs=1e-8)


@given(cases())
def test_probabilities_of_all_labelings_sum_to_one(case):
    blank, _, scores = case
    labelings = {collapsed(path, blank) for path in every_path(*scores.shape)}
    values = CTC(blank).value(list(labelings), np.stack([scores] * len(labelings)))
    assert np.exp(-values).sum() == pytest.approx(1, rel=1e-13)


def test_values_by_hand():
    """Four frames and three classes, all scores equal: 81 paths of probability 1/81."""
    scores = np.zeros((5, 4, 3))
    values = CTC().value([[1, 2], [1, 2, 1, 2, 1], [1, 1, 1], [], [1, 2, 1, 2]], scores)
    assert values == pytest.approx([math.log(81 / 15), np.inf, np.inf, math.log(81), math.log(81)], rel=1e-14)
    assert values[0] == pytest.approx(1.686, abs=5e-4)


def test_a_single_alignment_is_the_sum_of_cross_entropies():
    scores = np.random.default_rng(31).normal(size=(3, 4))
    log_p = special.log_softmax(scores, axis=-1)
    assert CTC().value([[1, 2, 3]], [scores]) == pytest.approx(-log_p[[0, 1, 2], [1, 2, 3]].sum(), rel=1e-14)
    assert CTC().gradient([[1, 2, 3]], [scores])[0] == pytest.approx(np.exp(log_p) - np.eye(4)[1:], abs=1e-15)


def test_a_sure_and_right_path_keeps_its_digits():
    scores = 40.0 * np.eye(3)[[1, 2]]
    one_frame = math.log1p(2 * math.exp(-40))
    assert CTC().value([[1, 2]], [scores]) == pytest.approx(2 * one_frame, rel=1e-14)
    assert CTC().value([[]], [40.0 * np.eye(3)[[0, 0]]]) == pytest.approx(2 * one_frame, rel=1e-14)
    wrong = math.exp(-40) / (1 + 2 * math.exp(-40))
    expected = wrong * np.array([[1, -2, 1], [1, 1, -2]])
    np.testing.assert_allclose(CTC().gradient([[1, 2]], [scores])[0], expected, rtol=1e-14)


@given(cases())
def test_never_negative(case):
    blank, target, scores = case
    assert CTC(blank).value([target], scores[None]) >= 0


def test_rounding_does_not_make_a_sure_target_cost_less_than_nothing():
    """With one class besides the blank, every path that has it in the middle of three frames collapses to it."""
    random = np.random.default_rng(32)
    scores = np.zeros((200, 3, 2))
    scores[:, 0, :] = random.normal(size=(200, 2))
    scores[:, 1, 1], scores[:, 2, :] = 50, random.normal(size=(200, 2))
    values = CTC().value([[1]] * 200, scores)
    assert (values >= 0).all()
    assert max(log_p for frames in scores for _, log_p in prefix_beam_search(frames, 3)) <= 0
    assert values == pytest.approx(np.zeros(200), abs=1e-14)


@given(cases(), st.data())
def test_a_shift_of_all_scores_of_a_frame_changes_nothing(case, data):
    blank, target, scores = case
    shifts = [[data.draw(st.floats(-100, 100))] for _ in scores]
    before = CTC(blank).value_and_gradient([target], scores[None])
    after = CTC(blank).value_and_gradient([target], scores[None] + shifts)
    assert after[0] == pytest.approx(before[0], rel=1e-11, abs=1e-12)
    assert after[1] == pytest.approx(before[1], abs=1e-12)


@given(cases(), st.data())
def test_the_names_of_the_classes_do_not_matter(case, data):
    blank, target, scores = case
    order = data.draw(st.permutations(range(scores.shape[1])))
    renamed = [order.index(label) for label in target]
    before = CTC(blank).value_and_gradient([target], scores[None])
    after = CTC(order.index(blank)).value_and_gradient([renamed], scores[None][..., order])
    assert after[0] == pytest.approx(before[0], rel=1e-13, abs=1e-14)
    assert after[1] == pytest.approx(before[1][..., order], abs=1e-14)


@given(cases())
def test_time_reversed(case):
    blank, target, scores = case
    before = CTC(blank).value_and_gradient([target], scores[None])
    after = CTC(blank).value_and_gradient([target[::-1]], scores[None, ::-1])
    assert after[0] == pytest.approx(before[0], rel=1e-13, abs=1e-14)
    assert after[1] == pytest.approx(before[1][:, ::-1], abs=1e-14)


# Batches, lengths and types -----------------------------------------------------------------------

TARGETS = [[1, 2, 1], [], [3], [3, 3, 1, 2], [2] * 5, np.array([1, 1])]
SCORES = np.random.default_rng(33).normal(size=(6, 7, 4)) * 3


def test_a_batch_of_targets_of_unequal_length():
    value, gradient = CTC().value_and_gradient(TARGETS, SCORES)
    assert np.isfinite(value).tolist() == [True, True, True, True, False, True]
    for i, target in enumerate(TARGETS):
        alone = CTC().value_and_gradient([target], SCORES[i : i + 1])
        assert value[i] == pytest.approx(alone[0][0], rel=1e-14)
        assert gradient[i] == pytest.approx(alone[1][0], abs=1e-15)


def test_the_mean_leaves_out_what_has_no_weight():
    assert CTC()(TARGETS, SCORES) == np.inf
    weight = [1, 1, 1, 1, 0, 1]
    assert CTC()(TARGETS, SCORES, weight) == pytest.approx(np.delete(CTC().value(TARGETS, SCORES), 4).mean())


def test_a_rectangular_array_of_targets():
    targets = np.array([[1, 2], [3, 3]])
    np.testing.assert_array_equal(CTC().value(targets, SCORES[:2]), CTC().value(targets.tolist(), SCORES[:2]))
    np.testing.assert_array_equal(CTC().value(targets.astype(float), SCORES[:2]), CTC().value(targets, SCORES[:2]))


def test_no_samples():
    value, gradient = CTC().value_and_gradient([], np.zeros((0, 4, 3)))
    assert (value.shape, gradient.shape) == ((0,), (0, 4, 3))
    assert CTC().value([], np.zeros((0, 4, 3))).shape == (0,)


@pytest.mark.parametrize("blank", [0, 3])
def test_frames_of_certain_blanks_fill_up_a_shorter_input(blank):
    targets = [[1, 2, 1], [], [2], [1, 1, 2, 2], [2] * 5]
    certain = np.where(np.arange(4) == blank, 0, -np.inf)
    longer = np.concatenate([SCORES[:5], np.broadcast_to(certain, (5, 6, 4))], axis=1)
    value, gradient = CTC(blank).value_and_gradient(targets, SCORES[:5])
    filled, filled_gradient = CTC(blank).value_and_gradient(targets, longer)
    np.testing.assert_allclose(filled, value, rtol=1e-15)
    assert filled_gradient[:, :7] == pytest.approx(gradient, abs=1e-15)
    assert (filled_gradient[:, 7:] == 0).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, int])
def test_dtype(dtype):
    scores = SCORES.astype(dtype)
    expected = np.float32 if dtype in (np.float16, np.float32) else np.float64
    value, gradient = CTC().value_and_gradient(TARGETS, scores)
    assert value.dtype == gradient.dtype == expected
    assert CTC().value(TARGETS, scores).dtype == CTC().gradient(TARGETS, scores).dtype == expected
    assert value == pytest.approx(CTC().value(TARGETS, scores.astype(float)), rel=1e-7)


def test_the_arguments_are_left_as_they_were():
    scores = SCORES.copy()
    CTC().value_and_gradient(TARGETS, scores)
    lattice([1, 2], scores[0])
    np.testing.assert_array_equal(scores, SCORES)


# Impossible, empty, long, extreme -----------------------------------------------------------------


@given(cases(size=1.0, most=8))
def test_possible_if_and_only_if_there_are_frames_enough(case):
    blank, target, scores = case
    value, gradient = CTC(blank).value_and_gradient([target], scores[None])
    assert np.isfinite(value) == (len(scores) >= len(target) + repeats(target))
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize(("target", "frames"), [([1, 1], 2), ([1, 2], 1), ([1, 2, 1, 2, 1], 4), ([1, 1, 1], 4)])
def test_an_impossible_target(target, frames):
    value, gradient = CTC().value_and_gradient([target, [1]], np.ones((2, frames, 3)))
    assert value[0] == np.inf
    assert (gradient[0] == 0).all()
    assert not np.signbit(gradient[0]).any()
    assert np.isfinite(value[1])
    assert gradient[1].any()


def test_an_empty_target_is_the_path_of_blanks():
    log_p = special.log_softmax(SCORES, axis=-1)
    for targets in ([[]] * 6, [[], [1], [], [1, 1], [], []], np.empty((6, 0), int)):
        value, gradient = CTC(2).value_and_gradient(targets, SCORES)
        for i in (0, 2, 4, 5):
            assert value[i] == pytest.approx(-log_p[i, :, 2].sum(), rel=1e-14)
            assert gradient[i] == pytest.approx(np.exp(log_p[i]) - np.eye(4)[2], abs=1e-15)


def test_the_blank_as_the_only_class():
    value, gradient = CTC().value_and_gradient([[]], np.ones((1, 3, 1)))
    for zeros in (value, gradient):
        assert (zeros == 0).all()
        assert not np.signbit(zeros).any()


@pytest.mark.parametrize("target", [[1], list(range(1, 30)) * 3, [5] * 200, []], ids=["one", "many", "equal", "none"])
def test_equal_scores_count_the_alignments_of_a_long_sequence(target):
    frames, classes = 500, 30
    count = math.comb(frames + len(target) - repeats(target), 2 * len(target))
    (value,) = CTC().value([target], np.zeros((1, frames, classes)))
    assert value == pytest.approx(frames * math.log(classes) - math.log(count), rel=1e-12)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-11), (np.float32, 7e-8)])
def test_long_sequences_do_not_underflow(dtype, tolerance):
    random = np.random.default_rng(34)
    target = random.integers(1, 12, 40)
    scores = (random.normal(size=(500, 12)) * 4).astype(dtype)
    value, gradient = CTC().value_and_gradient([target], scores[None])
    cost, shares = textbook(target, scores)
    assert cost > 745  # so that the probability is 0 in float64
    assert value == pytest.approx(cost, rel=tolerance)
    assert gradient[0] == pytest.approx(special.softmax(scores.astype(float), axis=-1) - shares, abs=tolerance)


def test_the_textbook_recursion_agrees_with_all_paths():
    scores = SCORES[0, :5]
    cost, shares = textbook([3, 3, 1], scores)
    assert cost == pytest.approx(-math.log(probabilities_of_labelings(scores, 0)[3, 3, 1]), rel=1e-13)
    assert shares == pytest.approx(posterior([3, 3, 1], scores, 0), abs=1e-14)


def test_huge_scores():
    """With gaps of 1000 a single path decides: only what the cheapest alignment gives away counts."""
    scores = np.array([[1e3, -1e3, 0], [-1e3, 1e3, 0], [1e3, 0, -1e3]])
    targets = [[1], [2], [1, 2], [2, 2], []]
    value, gradient = CTC().value_and_gradient(targets, np.stack([scores] * 5))
    # path by path, what each frame is below its best score
    below = scores.max(axis=-1, keepdims=True) - scores
    expected = []
    for target in targets:
        paths = [path for path in every_path(3, 3) if collapsed(path, 0) == tuple(target)]
        expected.append(min(sum(below[t, k] for t, k in enumerate(path)) for path in paths))
    assert value == pytest.approx(expected, rel=1e-3, abs=0)
    assert np.isfinite(gradient).all()
    given, wanted = np.eye(3)[[0, 1, 0]], np.eye(3)[[0, 2, 0]]
    assert gradient[1].tolist() == (given - wanted).tolist()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_as_large_as_floats_get(dtype):
    largest = np.finfo(dtype).max
    scores = np.array([[largest, -largest], [-largest, largest], [0, largest]], dtype)
    for target in ([], [1], [1, 1]):
        value, gradient = CTC().value_and_gradient([target], scores[None])
        assert not np.isnan(value).any()
        assert np.isfinite(gradient).all()
        assert not any(np.isnan(array).any() for array in lattice(target, scores))
    assert CTC().value([[1]], scores[None]) == 0
    assert prefix_beam_search(scores, 9)[0] == ((1,), 0.0)


def test_a_probability_with_a_logarithm_beyond_float64_is_zero():
    scores = np.array([[1.5e308, 0.0, 0.0]] * 2)
    assert CTC().value([[1], [1, 2]], np.stack([scores] * 2)).tolist() == [1.5e308, np.inf]
    _, forward, backward = lattice([1, 2], scores)
    assert forward.tolist() == [[0, -1.5e308, -np.inf, -np.inf, -np.inf], [0, -1.5e308, -1.5e308, -np.inf, -np.inf]]
    assert backward.tolist() == [[-np.inf, -1.5e308, -1.5e308, 0, 0], [-np.inf, -np.inf, -np.inf, 0, 0]]
    assert prefix_beam_search(scores, 9) == [((), 0.0), ((1,), -1.5e308), ((2,), -1.5e308)]


def test_minus_infinity_bars_a_class():
    scores = SCORES[:1].copy()
    scores[0, :, 3] = -np.inf  # three classes are left
    value, gradient = CTC().value_and_gradient([[1, 2]], scores)
    fewer = CTC().value_and_gradient([[1, 2]], SCORES[:1, :, :3])
    assert value == pytest.approx(fewer[0], rel=1e-14)
    assert gradient[..., :3] == pytest.approx(fewer[1], abs=1e-15)
    assert (gradient[..., 3] == 0).all()
    value, gradient = CTC().value_and_gradient([[1, 3]], scores)
    assert value == np.inf
    assert (gradient == 0).all()


@given(cases(size=3.0), st.data())
def test_infinite_scores_are_limits(case, data):
    """Infinite scores in a frame share a probability of 1, as do scores that are 1000 above all others."""
    blank, target, scores = case
    mask = data.draw(st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=scores.size, max_size=scores.size))
    mask = np.reshape(mask, scores.shape)
    infinite = np.where(mask, np.copysign(np.inf, mask), scores)
    value, gradient = CTC(blank).value_and_gradient([target], infinite[None])
    limit = np.where(mask, 1000.0 * mask, scores)
    near, near_gradient = CTC(blank).value_and_gradient([target], limit[None])
    if near < 500:
        assert value == pytest.approx(near, rel=1e-12, abs=1e-12)
        assert gradient == pytest.approx(near_gradient, abs=1e-12)
    else:
        assert value == np.inf
        assert (gradient == 0).all()


# The parts ----------------------------------------------------------------------------------------


@given(cases())
def test_every_frame_of_the_lattice_sums_to_the_probability(case):
    blank, target, scores = case
    states, forward, backward = lattice(target, scores, blank)
    assert states.tolist() == [blank, *itertools.chain(*((label, blank) for label in target))]
    assert forward.shape == backward.shape == (len(scores), 2 * len(target) + 1)
    (value,) = CTC(blank).value([target], scores[None])
    for frame in forward + backward:
        assert special.logsumexp(frame) == pytest.approx(-value, rel=1e-12, abs=1e-13)


def test_the_lattice_by_hand():
    """Target 1 in three frames, with the probabilities 3/4 of the blank and 1/4 of the label."""
    _, forward, backward = lattice([1], np.log([[0.75, 0.25]] * 3))
    assert np.exp(forward) * 64 == pytest.approx(np.array([[48, 16, 0], [36, 16, 12], [27, 13, 21]]))
    assert np.exp(backward) * 16 == pytest.approx(np.array([[7, 13, 9], [4, 16, 12], [0, 16, 16]]))


@given(cases())
def test_alignments_are_the_paths_that_collapse_to_the_target(case):
    blank, target, scores = case
    found = list(alignments(target, len(scores), blank))
    # only classes of the target can occur
    paths = itertools.product(sorted({blank, *target}), repeat=len(scores))
    expected = [path for path in paths if collapsed(path, blank) == tuple(target)]
    assert sorted(found) == expected
    assert len(found) == math.comb(len(scores) + len(target) - repeats(target), 2 * len(target))


def test_alignments_come_one_by_one():
    many = alignments(range(1, 20), 1000)
    assert collapsed(next(many), 0) == tuple(range(1, 20))


def test_best_path():
    frames = [0, 1, 1, 0, 1, 2, 2, 0]
    assert best_path(np.eye(3)[frames]) == (1, 1, 2)
    assert best_path(np.eye(3)[frames], blank=2) == (0, 1, 0, 1, 0)
    assert best_path([[1.0, 1.0]]) == ()
    assert best_path([[0.0, 1e-17], [0.0, 0.0]]) == (1,)
    assert best_path([[0.0, np.inf], [-np.inf, -np.inf]]) == (1,)


@given(cases())
def test_a_wide_beam_finds_every_labeling(case):
    blank, _, scores = case
    exact = probabilities_of_labelings(scores, blank)
    found = prefix_beam_search(scores, 10_000, blank)
    assert {labels for labels, _ in found} == exact.keys()
    for labels, log_p in found:
        assert log_p == pytest.approx(math.log(exact[labels]), rel=1e-10, abs=1e-12)
    costs = [-log_p for _, log_p in found]
    assert costs == sorted(costs)
    assert min(costs) >= 0


@given(cases(), st.integers(1, 5))
def test_a_narrow_beam_gives_lower_bounds(case, width):
    blank, _, scores = case
    exact = probabilities_of_labelings(scores, blank)
    found = prefix_beam_search(scores, width, blank)
    assert 1 <= len(found) <= width
    assert len({labels for labels, _ in found}) == len(found)
    for labels, log_p in found:
        assert math.exp(log_p) <= exact[labels] * (1 + 1e-12)


def test_the_beam_finds_what_the_best_path_misses():
    scores = np.log([[0.6, 0.4], [0.6, 0.4]])
    assert best_path(scores) == ()
    (labels, log_p), *_ = prefix_beam_search(scores, 2)
    assert labels == (1,)
    assert log_p == pytest.approx(math.log(0.64), rel=1e-14)
    # a beam of one drops the prefix (1,) after the first frame
    assert prefix_beam_search(scores, 1) == [((), pytest.approx(2 * math.log(0.6), rel=1e-14))]


def test_the_beam_leaves_out_the_impossible():
    scores = np.array([[0.0, -np.inf, 0.0], [-np.inf, -np.inf, 0.0]])
    found = prefix_beam_search(scores, 100)
    assert found == [((2,), 0.0)]
    assert type(found[0][1]) is float


# Facts --------------------------------------------------------------------------------------------


def test_not_convex():
    """The label may come before the blank or after it: two valleys with a ridge between them."""
    assert not CTC().facts.convex
    early, late = 5 * np.eye(2)[[1, 0]], 5 * np.eye(2)[[0, 1]]
    ends = CTC().value([[1], [1]], np.stack([early, late]))
    assert CTC().value([[1]], (early + late)[None] / 2) > 20 * ends.max()


def test_bounded_influence():
    assert CTC().facts.bounded_influence
    random = np.random.default_rng(35)
    scores = random.normal(size=(200, 5, 3)) * np.geomspace(1, 1e300, 200)[:, None, None]
    assert np.abs(CTC().gradient([[1, 2]] * 200, scores)).max() <= 1 + 1e-14


def test_smooth():
    """Between two points, the gradient's largest step shrinks with the grid as that of a smooth function does."""
    assert CTC().facts.continuous_derivatives == math.inf
    start, end = SCORES[0], SCORES[1]

    def third_difference(points):
        t = np.linspace(0, 1, points)[:, None, None]
        gradient = CTC().gradient([[1, 2]] * points, start + t * (end - start))
        return np.abs(np.diff(gradient, n=3, axis=0)).max()

    assert third_difference(801) == pytest.approx(third_difference(401) / 8, rel=0.1)


def best_constant(targets, frames, classes):
    def mean(scores):
        value, gradient = CTC().value_and_gradient(targets, np.stack([scores.reshape(frames, classes)] * len(targets)))
        return value.mean(), gradient.mean(axis=0).ravel()

    start = np.random.default_rng(36).normal(size=frames * classes)
    found = optimize.minimize(mean, start, jac=True, method="BFGS", options={"gtol": 1e-9})
    return found.x.reshape(frames, classes)


def test_statistic_of_a_single_frame_is_the_share_of_each_class():
    p = CTC().predict(best_constant([[1], [2], [1], [], [1]], 1, 3))
    assert p == pytest.approx(np.array([[0.2, 0.6, 0.2]]), abs=1e-6)


def test_statistic_is_the_share_of_each_class_aligned_with_a_frame():
    assert CTC().facts.statistic == "aligned share of each class, per frame"
    targets = [[1, 2], [2], [], [1, 2, 1], [2, 1], [1, 2], [1, 1], [2, 1, 2], [2, 2]]
    scores = best_constant(targets, 3, 3)
    shares = np.mean([posterior(target, scores, 0) for target in targets], axis=0)
    assert CTC().predict(scores) == pytest.approx(shares, abs=1e-5)


def test_likelihood():
    """Frames drawn from their categorical distributions collapse to a target as often as exp(-loss) says."""
    assert CTC().facts.likelihood == "categorical per frame, summed over alignments"
    random = np.random.default_rng(37)
    p = CTC().predict(SCORES[0, :3] / 3)
    draws = np.stack([random.choice(4, 40_000, p=frame) for frame in p], axis=1).tolist()
    for target in ([1], [1, 2], [3, 1]):
        often = np.mean([collapsed(path, 0) == tuple(target) for path in draws])
        assert math.exp(-CTC()([target], SCORES[:1, :3] / 3)) == pytest.approx(often, abs=0.01)


def test_no_hessian():
    with pytest.raises(NoHessianError, match="CTC has no Hessian: it would couple all T K scores"):
        CTC().hessian([[1]], np.zeros((1, 2, 2)))


# Bad input ----------------------------------------------------------------------------------------

METHODS = ("value", "gradient", "value_and_gradient", "__call__")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("y_true", "message"),
    [
        ([[1], [0]], r"y_true\[1\] must be .* integers from 0 to 2 without the blank, 0, got \[0.0\]"),
        ([[1], [1, 3]], r"y_true\[1\] must be .* integers from 0 to 2 without the blank, 0, got \[1.0, 3.0\]"),
        ([[-1], [1]], r"y_true\[0\] must be a sequence of integers from 0 to 2"),
        ([[1.5], [1]], r"y_true\[0\] must be a sequence of integers"),
        ([[math.nan], [1]], r"y_true\[0\] must be a sequence of integers"),
        ([[math.inf], [1]], r"y_true\[0\] must be a sequence of integers"),
        ([1, 2], r"y_true\[0\] must be a sequence of integers .* got 1.0"),
        ([[[1]], [[2]]], r"y_true\[0\] must be a sequence of integers .* got \[\[1.0\]\]"),
        ([[1], [[1], [1, 2]]], r"y_true\[1\] must be a rectangular array of numbers"),
        (["a", [1]], r"y_true\[0\] must be an array of real numbers, got dtype <U1"),
        ([[1], None], r"y_true\[1\] must be an array of real numbers, got dtype object"),
        (np.ma.array([[1, 2], [1, 1]], mask=[[0, 0], [0, 1]]), r"y_true\[1\] must not have masked entries, got 1"),
        (None, "y_true must be n sequences of labels, got None"),
        (1, "y_true must be n sequences of labels, got 1"),
        ([[1]], r"y_pred must have the samples of y_true, 1, got shape \(2, 4, 3\)"),
        ([[1], [2], [1]], r"y_pred must have the samples of y_true, 3, got shape \(2, 4, 3\)"),
    ],
)
def test_bad_targets(method, y_true, message):
    with pytest.raises(ValueError, match=message):
        getattr(CTC(), method)(y_true, np.zeros((2, 4, 3)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("y_pred", "message"),
    [
        (np.zeros((4, 3)), r"y_pred must have shape \(n, T, K\), T and K at least 1, got shape \(4, 3\)"),
        (np.zeros((1, 1, 4, 3)), r"y_pred must have shape \(n, T, K\)"),
        (0.0, r"y_pred must have shape \(n, T, K\), T and K at least 1, got shape \(\)"),
        (np.zeros((1, 0, 3)), r"y_pred must have shape \(n, T, K\), T and K at least 1, got shape \(1, 0, 3\)"),
        (np.zeros((1, 4, 0)), r"y_pred must have shape \(n, T, K\), T and K at least 1, got shape \(1, 4, 0\)"),
        (np.full((1, 4, 3), math.nan), "y_pred must not contain NaN, got 12 of 12"),
        ([[["1"]]], "y_pred must be an array of real numbers"),
        ([[[1.0], [1.0, 2.0]]], "y_pred must be a rectangular array"),
        (np.zeros((1, 4, 2)), "blank must be an integer from 0 to 1, got 2"),
    ],
)
def test_bad_scores(method, y_pred, message):
    with pytest.raises(ValueError, match=message):
        getattr(CTC(2), method)([[1]], y_pred)


@pytest.mark.parametrize("blank", [-1, 0.0, 1.5, True, None, "0", math.nan, [0]])
def test_bad_blank(blank):
    for function in (
        CTC,
        lambda blank: lattice([1], np.zeros((2, 3)), blank),
        lambda blank: alignments([1], 2, blank),
        lambda blank: best_path(np.zeros((2, 3)), blank),
        lambda blank: prefix_beam_search(np.zeros((2, 3)), 2, blank),
    ):
        with pytest.raises(ValueError, match=r"blank must be an integer from 0 to (2|inf), got "):
            function(blank)


def test_the_blank_is_a_python_integer():
    assert type(CTC(np.int64(1)).blank) is int
    assert CTC(np.int64(1)) == CTC(1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lattice([3], np.zeros((2, 3))), "target must be a sequence of integers from 0 to 2"),
        (lambda: lattice([0], np.zeros((2, 3))), "without the blank, 0"),
        (lambda: lattice([1], np.zeros((2, 3)), 3), "blank must be an integer from 0 to 2, got 3"),
        (lambda: lattice([1], np.zeros((1, 2, 3))), r"logits must have shape \(T, K\), .* got shape \(1, 2, 3\)"),
        (lambda: lattice([1], [[0.0, math.nan]]), "logits must not contain NaN, got 1 of 2"),
        (lambda: alignments([0], 3), "target must be a sequence of integers from 0 to inf without the blank, 0"),
        (lambda: alignments([[1]], 3), "target must be a sequence of integers"),
        (lambda: alignments([1], 0), "frames must be an integer from 1 to inf, got 0"),
        (lambda: alignments([1], 2.0), "frames must be an integer from 1 to inf, got 2.0"),
        (lambda: best_path([0.0, 1.0]), r"logits must have shape \(T, K\), .* got shape \(2,\)"),
        (lambda: best_path([[math.nan]]), "logits must not contain NaN"),
        (lambda: prefix_beam_search(np.zeros((2, 3)), 0), "width must be an integer from 1 to inf, got 0"),
        (lambda: prefix_beam_search(np.zeros((2, 3)), True), "width must be an integer from 1 to inf, got True"),
        (lambda: prefix_beam_search(np.zeros((0, 3)), 1), r"logits must have shape .* got shape \(0, 3\)"),
    ],
)
def test_bad_arguments_of_the_parts(call, message):
    with pytest.raises(ValueError, match=message):
        call()
