"""CTC in Keras and PyTorch: the same values and gradients; differences are listed."""

import importlib
from pkgutil import resolve_name

import numpy as np
import pytest
from packages import MARKS

from lossbook.sequence import CTC

TARGETS = [[1, 2, 1], [], [3], [3, 3, 1, 2], [2, 2]]
SCORES = np.random.default_rng(38).normal(size=(5, 7, 5)) * 3


def in_torch(targets, scores, blank=0, **settings):
    torch = importlib.import_module("torch")
    theirs = resolve_name(CTC().facts.torch)(blank=blank, **{"reduction": "none", **settings})
    scores = torch.tensor(scores, requires_grad=True)
    log_p = scores.log_softmax(-1).transpose(0, 1)  # it takes log-probabilities, and frames first
    joined = torch.tensor([label for target in targets for label in target], dtype=torch.long)
    frames = torch.full((len(scores),), scores.shape[1])
    value = theirs(log_p, joined, frames, torch.tensor([len(target) for target in targets]))
    value.sum().backward()
    return value.detach().numpy(), scores.grad.numpy()


def in_keras(targets, scores, blank=0):
    """Keras computes in float32, and takes targets that are filled up with blanks."""
    padded = np.full((len(targets), max(1, *map(len, targets))), blank)
    for row, target in zip(padded, targets, strict=True):
        row[: len(target)] = target
    lengths, frames = [len(target) for target in targets], [scores.shape[1]] * len(scores)
    keras, tensorflow = importlib.import_module("keras"), importlib.import_module("tensorflow")
    scores = tensorflow.Variable(scores.astype(np.float32))
    with tensorflow.GradientTape() as tape:
        value = keras.ops.ctc_loss(padded, scores, np.array(lengths), np.array(frames), mask_index=blank)
    return value.numpy(), tape.gradient(value, scores).numpy()


def torch_row(*row):
    return pytest.param(in_torch, *row, marks=MARKS["torch"])


def keras_row(*row):
    return pytest.param(in_keras, *row, marks=MARKS["keras"])


EXACT = {"rel": 1e-13, "abs": 1e-14}
SINGLE = {"rel": 1e-6, "abs": 1e-6}
PACKAGES = [
    pytest.param(in_torch, EXACT, id="torch", marks=MARKS["torch"]),
    pytest.param(in_keras, SINGLE, id="keras", marks=MARKS["keras"]),
]


@pytest.mark.parametrize(("compute", "tolerance"), PACKAGES)
@pytest.mark.parametrize("blank", [0, 4])
def test_agrees(compute, tolerance, blank):
    targets = [[label - (blank == 4) for label in target] for target in TARGETS]
    value, gradient = CTC(blank).value_and_gradient(targets, SCORES)
    theirs, their_gradient = compute(targets, SCORES, blank)
    assert theirs == pytest.approx(value, **tolerance)
    assert their_gradient == pytest.approx(gradient, **tolerance)


@pytest.mark.parametrize(("compute", "tolerance"), PACKAGES)
def test_agrees_on_a_long_sequence(compute, tolerance):
    random = np.random.default_rng(39)
    targets, scores = [random.integers(1, 8, 60).tolist(), [1]], random.normal(size=(2, 500, 8))
    value, gradient = CTC().value_and_gradient(targets, scores)
    theirs, their_gradient = compute(targets, scores)
    assert theirs == pytest.approx(value, **tolerance)
    assert their_gradient == pytest.approx(gradient, rel=0, abs=1000 * tolerance["abs"])


@pytest.mark.keras
def test_the_name_in_keras():
    theirs = resolve_name(CTC().facts.keras)(reduction=None)
    targets = np.array([[1, 2, 1, 0], [0, 0, 0, 0], [3, 0, 0, 0], [3, 3, 1, 2], [2, 2, 0, 0]])
    assert theirs(targets, SCORES).numpy() == pytest.approx(CTC().value(TARGETS, SCORES), **SINGLE)


# One target and its scores each, with the value by hand.
IMPOSSIBLE = ([1, 1], np.zeros((2, 3)), np.inf)
UNUSED = ([1], np.array([[0.0, 0.0, -np.inf]] * 3), np.log(8 / 6))  # all paths but 000 and 101
CERTAIN = ([1], np.array([[0.0, np.inf, 0.0]] * 3), 0.0)
SURE = ([1, 2], 40 * np.eye(3)[[1, 2]], 2 * np.log1p(2 * np.exp(-40)))
HUGE = ([1], np.array([[1e3, 0.0, 0.0]] * 3), 1000 - np.log(3))  # one frame of three


@pytest.mark.parametrize(
    ("compute", "case", "theirs", "their_slope", "reason"),
    [
        torch_row(IMPOSSIBLE, np.inf, np.nan, "infinity minus infinity; with zero_infinity=True both are 0"),
        keras_row(IMPOSSIBLE, 707.7, 1 / 3, "no cost exceeds about 708, and the gradient pulls all the same"),
        torch_row(UNUSED, np.log(8 / 6), np.nan, "a score of minus infinity makes the gradient NaN, unused or not"),
        keras_row(UNUSED, np.nan, np.nan, "a score of minus infinity makes value and gradient NaN, unused or not"),
        torch_row(CERTAIN, np.nan, np.nan, "log_softmax subtracts infinity from itself"),
        keras_row(CERTAIN, np.nan, np.nan, "log_softmax subtracts infinity from itself"),
        torch_row(SURE, 0.0, 0.0, "log_softmax adds 1 and what is below 1e-16"),
        keras_row(SURE, 0.0, 0.0, "log_softmax adds 1 and what is below 1e-7"),
        keras_row(HUGE, 706.9, 0.0, "no cost exceeds about 708, and there the gradient vanishes"),
    ],
)
def test_known_disagreement(compute, case, theirs, their_slope, reason):
    """The slope is the largest entry of the gradient."""
    target, scores, expected = case
    value, gradient = compute([target], scores[None])
    got = [value[0], np.abs(gradient).max()]
    np.testing.assert_allclose(got, [theirs, their_slope], rtol=1e-3, atol=1e-5, err_msg=reason)
    ours, our_gradient = CTC().value_and_gradient([target], scores[None])
    np.testing.assert_allclose(ours, [expected], rtol=1e-14)
    assert np.isfinite(our_gradient).all()
    assert ours[0] != value[0] or not np.isfinite(gradient).all()


@pytest.mark.pytorch
def test_the_mean_in_torch_divides_by_the_lengths_first():
    """The default reduction of PyTorch is not the mean of the values: a long target counts no more than a short one."""
    theirs, _ = in_torch(TARGETS, SCORES, reduction="mean")
    lengths = np.maximum([len(target) for target in TARGETS], 1)
    assert theirs == pytest.approx((CTC().value(TARGETS, SCORES) / lengths).mean(), rel=1e-13)
    assert theirs != pytest.approx(CTC()(TARGETS, SCORES), rel=0.1)
