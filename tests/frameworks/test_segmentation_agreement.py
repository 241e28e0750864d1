"""Dice and Tversky loss in Keras: the same values; differences are listed.

Keras takes probabilities, computes in float32, and adds up over the whole batch unless told which axes are an image.
"""

import importlib
from importlib.metadata import version
from pkgutil import resolve_name

import numpy as np
import pytest
from packaging.version import Version

from lossbook.segmentation import Dice, Jaccard, Tversky

random = np.random.default_rng(66)
MASKS = random.integers(0, 2, (8, 5, 6)).astype(float)
LOGITS = random.normal(size=(8, 5, 6)) * 3

# In these versions alpha weights false negatives and beta false positives, contrary to Keras' own documentation.
SWAPPED = Version(version("keras")) <= Version("3.15.1")


def in_keras(loss, y_true, p, axis=(1, 2), **settings):
    theirs = resolve_name(loss.facts.keras)(reduction=None, axis=axis, **settings)
    return importlib.import_module("keras").ops.convert_to_numpy(theirs(np.float32(y_true), np.float32(p)))


def weights(alpha, beta):
    return {"alpha": beta, "beta": alpha} if SWAPPED else {"alpha": alpha, "beta": beta}


AGREEMENTS = [
    (Dice(), {}),
    (Tversky(), {}),
    (Tversky(1, 1), weights(1, 1)),
    (Tversky(0.3, 0.7), weights(0.3, 0.7)),
    (Tversky(2, 0.1), weights(2, 0.1)),
]


@pytest.mark.keras
@pytest.mark.parametrize(("loss", "settings"), AGREEMENTS, ids=repr)
@pytest.mark.parametrize("masks", [MASKS, MASKS * 0.25 + 0.5], ids=["hard", "soft"])
def test_agrees(loss, settings, masks):
    theirs = in_keras(loss, masks, loss.predict(LOGITS), **settings)
    assert theirs == pytest.approx(loss.value(masks, LOGITS), rel=1e-5, abs=1e-6)


def test_every_name_is_checked():
    claimed = {type(loss) for loss in (Dice(), Jaccard(), Tversky()) if loss.facts.keras}
    assert claimed == {type(loss) for loss, _ in AGREEMENTS}
    assert all(loss.facts.torch is loss.facts.sklearn is None for loss in (Dice(), Jaccard(), Tversky()))


@pytest.mark.keras
def test_known_disagreement_alpha_and_beta():
    """Up to 3.15.1 Keras has them the other way round: one false positive against one hit, with alpha = 3."""
    y, p = np.array([[[1.0, 0.0]]]), np.array([[[1.0, 1.0]]])
    loss = Tversky(alpha=3, beta=1)
    assert loss.value(y, loss.to_score(p)) == 0.75
    assert in_keras(loss, y, p, alpha=3, beta=1) == pytest.approx(0.5 if SWAPPED else 0.75)


@pytest.mark.keras
@pytest.mark.parametrize("loss", [Dice(), Tversky()], ids=repr)
def test_known_disagreement_both_masks_empty(loss):
    """With 1e-7 in the denominator alone, nothing found where nothing is counts as no overlap."""
    empty = np.zeros((1, 3, 4))
    assert in_keras(loss, empty, empty) == 1
    assert loss.value(empty, loss.to_score(empty)) == 0


@pytest.mark.keras
@pytest.mark.parametrize("loss", [Dice(), Tversky()], ids=repr)
def test_known_disagreement_batch(loss):
    """By default all images of a batch are one: an object that is missed hardly counts beside large ones."""
    y, p = np.zeros((2, 4, 32, 32))
    y[0], p[0] = 1, 1
    y[1, 3, 3] = 1
    assert in_keras(loss, y, p, axis=None) == pytest.approx(1 - 2048 / 2049, rel=1e-3)
    assert loss(y, loss.to_score(p)) == 0.25


@pytest.mark.keras
@pytest.mark.parametrize("loss", [Dice(), Tversky()], ids=repr)
def test_known_disagreement_masks_of_0_to_255(loss):
    """Keras returns a value below 0, without a warning."""
    y, p = np.array([[[255.0, 0.0]]]), np.array([[[1.0, 0.0]]])
    assert in_keras(loss, y, p) < -0.9
    with pytest.raises(ValueError, match=r"0\.\.255"):
        loss.value(y, loss.to_score(p))


@pytest.mark.keras
@pytest.mark.parametrize("loss", [Dice(), Tversky()], ids=repr)
def test_known_disagreement_next_to_a_perfect_prediction(loss):
    """1 minus a quotient in float32 has no digits left."""
    y = np.array([[[1.0, 0.0]]])
    z = 30 * (2 * y - 1)
    assert abs(in_keras(loss, y, loss.predict(z))) < 3e-7
    assert loss.value(y, z) == pytest.approx(np.exp(-30), rel=1e-12)
