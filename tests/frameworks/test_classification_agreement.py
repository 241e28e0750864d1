"""The classification losses beside Keras, PyTorch and scikit-learn: the same values, or the reason why they differ."""

import importlib
import math
from pkgutil import resolve_name

import numpy as np
import pytest
from losses_classification import CLASSIFICATION
from packages import MARKS, checked, claimed

from lossbook.classification import (
    BinaryCrossEntropy,
    BinaryFocal,
    CategoricalCrossEntropy,
    CategoricalFocal,
    Hinge,
    SparseCategoricalCrossEntropy,
    SquaredHinge,
)

# Moderate scores: Keras computes in float32.
SCORES = np.array([0.0, 0.01, -0.3, 0.5, -1.0, 1.5, -2.0, 7.25, -9.0])
HARD = np.array([0, 1, 1, 0, 0, 1, 1, 0, 1.0])
SOFT = np.array([0, 0.25, 1, 0.5, 0.75, 1, 0.125, 0, 1])
SIGNS = 2 * HARD - 1
ROWS = np.array([[0.0, 0, 0], [1, -2, 0.5], [7, 0, -3], [-4, 5, 5], [0.1, 0.2, 0.3]])
CLASS = np.array([0, 1, 2, 0, 2])
ONE_HOT = np.eye(3)[CLASS]
MIXED = np.array([[0.5, 0.25, 0.25], [0, 1, 0], [0.125, 0.375, 0.5], [0, 0.5, 0.5], [1, 0, 0]])


def in_keras(loss, y_true, y_pred, **settings):
    keras = importlib.import_module("keras")
    theirs = resolve_name(loss.facts.keras)(reduction=None, **settings)
    if loss.score_ndim == 0:  # the last axis is averaged over
        y_true, y_pred = y_true[:, None], y_pred[:, None]
    return keras.ops.convert_to_numpy(theirs(y_true, y_pred))


def in_torch(loss, y_true, y_pred, **settings):
    torch = importlib.import_module("torch")
    tensors = {name: torch.tensor(setting) if name == "pos_weight" else setting for name, setting in settings.items()}
    theirs = resolve_name(loss.facts.torch)(reduction="none", **tensors)
    y_true = y_true.astype(np.int64) if isinstance(loss, SparseCategoricalCrossEntropy) else y_true
    return theirs(torch.from_numpy(y_pred), torch.from_numpy(y_true)).numpy()


def in_sklearn(loss, y_true, y_pred):
    theirs = resolve_name(loss.facts.sklearn)
    if isinstance(loss, Hinge):  # one sample at a time by its weight, as both classes have to occur
        return np.array([theirs(y_true, y_pred, labels=[-1, 1], sample_weight=alone) for alone in np.eye(len(y_true))])
    p = loss.predict(y_pred)
    if isinstance(loss, BinaryCrossEntropy):
        return np.array([theirs([y], [[1 - q, q]], labels=[0, 1]) for y, q in zip(y_true, p, strict=True)])
    labels = y_true if y_true.ndim == 1 else y_true.argmax(axis=1)
    return np.array([theirs([y], [row], labels=[0, 1, 2]) for y, row in zip(labels, p, strict=True)])


PACKAGES = {
    "keras": (in_keras, {"rel": 2e-6, "abs": 2e-7}),
    "torch": (in_torch, {"rel": 1e-12, "abs": 1e-15}),
    "sklearn": (in_sklearn, {"rel": 1e-11, "abs": 0}),
}


def case(loss, package, y_true, y_pred, **settings):
    return pytest.param(loss, package, y_true, y_pred, settings, marks=MARKS[package], id=f"{loss!r}-{package}")


LOGITS = {"from_logits": True}
AGREEMENTS = [
    case(BinaryCrossEntropy(), "keras", SOFT, SCORES, **LOGITS),
    case(BinaryCrossEntropy(label_smoothing=0.2), "keras", SOFT, SCORES, label_smoothing=0.2, **LOGITS),
    case(BinaryCrossEntropy(), "torch", SOFT, SCORES),
    case(BinaryCrossEntropy(positive_weight=3), "torch", SOFT, SCORES, pos_weight=3.0),
    case(BinaryCrossEntropy(), "sklearn", HARD, SCORES),
    case(CategoricalCrossEntropy(), "keras", MIXED, ROWS, **LOGITS),
    case(CategoricalCrossEntropy(0.3), "keras", MIXED, ROWS, label_smoothing=0.3, **LOGITS),
    case(CategoricalCrossEntropy(), "torch", MIXED, ROWS),
    case(CategoricalCrossEntropy(0.3), "torch", MIXED, ROWS, label_smoothing=0.3),
    case(CategoricalCrossEntropy(), "sklearn", ONE_HOT, ROWS),
    case(SparseCategoricalCrossEntropy(), "keras", CLASS, ROWS, **LOGITS),
    case(SparseCategoricalCrossEntropy(), "torch", CLASS, ROWS),
    case(SparseCategoricalCrossEntropy(), "sklearn", CLASS, ROWS),
    case(Hinge(), "keras", SIGNS, SCORES),
    case(Hinge(), "sklearn", SIGNS, SCORES),
    case(SquaredHinge(), "keras", SIGNS, SCORES),
    case(BinaryFocal(3, None), "keras", HARD, SCORES, gamma=3.0, **LOGITS),
    case(BinaryFocal(2, 0.25), "keras", HARD, SCORES, apply_class_balancing=True, **LOGITS),
    case(CategoricalFocal(3), "keras", ONE_HOT, ROWS[:, ::-1], gamma=3.0, alpha=1.0, **LOGITS),
]


@pytest.mark.parametrize(("loss", "package", "y_true", "y_pred", "settings"), AGREEMENTS)
def test_agrees(loss, package, y_true, y_pred, settings):
    compute, tolerance = PACKAGES[package]
    theirs = compute(loss, y_true, np.ascontiguousarray(y_pred), **settings)
    assert theirs == pytest.approx(loss.value(y_true, y_pred), **tolerance)


def test_every_name_is_checked():
    assert checked(AGREEMENTS) == claimed(CLASSIFICATION)


def disagreement(loss, package, y_true, y_pred, theirs, ours, reason, **settings):
    return pytest.param(loss, package, y_true, y_pred, theirs, ours, settings, marks=MARKS[package], id=reason)


@pytest.mark.parametrize(
    ("loss", "package", "y_true", "y_pred", "theirs", "ours", "settings"),
    [
        disagreement(BinaryCrossEntropy(), "torch", [0.0], [-40.0], 0, math.exp(-40), "1 + exp(-40) rounds to 1"),
        disagreement(
            SparseCategoricalCrossEntropy(),
            "torch",
            [0],
            [[40.0, 0.0]],
            0,
            math.exp(-40),
            "logsumexp rounds to the score",
        ),
        disagreement(
            CategoricalCrossEntropy(), "torch", [[1.0, 0.0]], [[0.0, -np.inf]], np.nan, 0, "label 0 times infinity"
        ),
        disagreement(BinaryCrossEntropy(), "torch", [1.0], [np.inf], np.nan, 0, "label 0 times infinity, binary"),
        disagreement(
            CategoricalFocal(),
            "keras",
            [[0.0, 1.0]],
            [[20.0, 0.0]],
            16.118095,
            20,
            "the probability is clipped at 1e-7",
            alpha=1.0,
            from_logits=True,
        ),
        disagreement(
            BinaryCrossEntropy(), "keras", [1.0], [np.inf], np.nan, 0, "infinity minus infinity", from_logits=True
        ),
        disagreement(
            Hinge(), "sklearn", [1.0], [0.5], 1.5, 0.5, "where only one class occurs, it is taken for the negative one"
        ),
    ],
)
def test_known_disagreement(loss, package, y_true, y_pred, theirs, ours, settings):
    compute, _ = PACKAGES[package]
    y_true, y_pred = np.array(y_true), np.array(y_pred)
    np.testing.assert_allclose(compute(loss, y_true, y_pred, **settings), [theirs], rtol=1e-6)
    np.testing.assert_allclose(loss.value(y_true, y_pred), [ours], rtol=1e-8)


@pytest.mark.keras
def test_keras_clips_a_probability_of_0():
    theirs = resolve_name("keras.losses.BinaryCrossentropy")(reduction=None)(np.array([[1.0]]), np.array([[0.0]]))
    assert float(theirs[0]) == pytest.approx(16.118095, rel=1e-6)
    loss = BinaryCrossEntropy()
    assert loss.value([1.0], loss.to_score([0.0])) == np.inf


@pytest.mark.keras
def test_keras_takes_0_for_minus_1():
    assert in_keras(Hinge(), np.array([0.0]), np.array([0.5])) == 1.5
    with pytest.raises(ValueError, match=r"labels -1 and \+1, got 0"):
        Hinge().value([0.0], [0.5])


@pytest.mark.keras
def test_keras_focal_gradient_below_gamma_1():
    """p is 1 there, and the derivative of (1 - p)^0.5 at p = 1 is infinite."""
    tensorflow = importlib.import_module("tensorflow")
    score = tensorflow.Variable([[100.0]])
    theirs = resolve_name("keras.losses.BinaryFocalCrossentropy")(gamma=0.5, from_logits=True)
    with tensorflow.GradientTape() as tape:
        value = theirs(tensorflow.ones((1, 1)), score)
    assert np.isnan(tape.gradient(value, score).numpy())
    assert BinaryFocal(0.5).gradient([1], [100.0]) == pytest.approx(0, abs=1e-60)
