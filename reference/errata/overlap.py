"""Sequences and masks."""

import numpy as np
from numpy.typing import ArrayLike

from lossbook import CTC, Dice
from reference.errata.attempts import failure
from reference.errata.entry import Erratum


def _smoothed(y: ArrayLike, p: ArrayLike, smooth: float = 1) -> float:
    """The Dice loss of the source: all images as one, with a smoothing term."""
    y, p = np.ravel(y), np.ravel(p)
    shared = np.sum(y * p)
    return float(1 - (2 * shared + smooth) / (np.sum(y) + np.sum(p) + smooth))


def _logits(mask: ArrayLike) -> np.ndarray:
    """Return the scores of a prediction that is certain: plus infinity on the mask, minus infinity elsewhere."""
    return np.where(np.asarray(mask) == 1, np.inf, -np.inf)


def _too_few_frames() -> str:
    scores = np.zeros((4, 4, 3))  # four frames, a blank and two labels, all equally likely
    targets = [[1, 2], [1, 1], [1, 1, 1], [1, 2, 1, 2, 1]]
    short, repeated, thrice, long = CTC().value(targets, scores)
    assert thrice == long == np.inf
    spoken = np.full((1, 4, 3), -10.0)
    spoken[0, [0, 1, 2, 3], [1, 1, 2, 2]] = 10  # the first label, then the second
    forward, backward = CTC()([[1, 2]], spoken), CTC()([[2, 1]], spoken)
    return (
        f"With four equally likely frames, the target 1, 2 costs {short:.3f} and 1, 1, which needs a blank between, "
        f"{repeated:.3f}; 1, 1, 1, which needs five frames, is impossible and costs infinity, as five labels do. Where "
        f"the frames say 1 and then 2, the target 1, 2 costs {forward:.2f} and 2, 1 costs {backward:.0f}."
    )


def _smoothed_and_flattened() -> str:
    mask, beside = np.zeros((1, 8, 8)), np.zeros((1, 8, 8))
    mask[0, 2, 2] = beside[0, 5, 5] = 1
    empty = np.zeros((1, 8, 8))
    apart = [_smoothed(mask, beside), Dice()(mask, _logits(beside))]
    missed = [_smoothed(mask, empty), Dice()(mask, _logits(empty))]

    batch = np.zeros((4, 64, 64))
    batch[:3, :32] = 1
    batch[3, 10, 10:13] = 1  # an object of three pixels
    found = batch * (np.arange(4) < 3)[:, None, None]
    assert np.isnan(_smoothed(empty, empty, 0))
    tiny = [_smoothed(batch, found), Dice()(batch, _logits(found))]
    return (
        f"Two single pixels that do not meet cost {apart[0]:.3f} with smoothing and {apart[1]:.0f} by the formula; no "
        f"prediction at all for one pixel costs {missed[0]:.2f} and {missed[1]:.0f}. In a batch of four images, one of "
        f"them with an object of three pixels that is missed, the loss is {tiny[0]:.5f} with all images as one and "
        f"{tiny[1]:.2f} per image. Without smoothing, two empty masks cost 0/0, which is NaN."
    )


def _shrunken_output() -> str:
    import keras

    def network(padding: str, back: bool) -> keras.Sequential:
        layers = [keras.Input((128, 128, 3))]
        for filters in (8, 16):
            layers += [keras.layers.Conv2D(filters, 3, padding=padding), keras.layers.MaxPooling2D()]
        layers += [keras.layers.UpSampling2D(4)] * back
        return keras.Sequential([*layers, keras.layers.Conv2D(1, 1, activation="sigmoid")])

    _, *shrunken, _ = network("valid", back=False).output_shape
    _, *kept, _ = network("same", back=True).output_shape
    refused = failure(lambda: _smoothed(np.zeros((2, 128, 128, 1)), np.zeros((2, *shrunken, 1))))
    assert kept == [128, 128]
    return (
        f"Two convolutions and two poolings turn 128 by 128 pixels into {shrunken[0]} by {shrunken[1]}. Flattened, two "
        f"masks have {2 * 128 * 128:,} entries and two predictions {2 * shrunken[0] * shrunken[1]:,}, and their "
        f"product raises `{refused}`. With the padding `same` and an upsampling by 4, the output has {kept[0]} by "
        f"{kept[1]} pixels."
    )


def _bytes_for_mask() -> str:
    mask = np.zeros((1, 64, 64))
    mask[0, :32] = 255
    object_alone, everything = _smoothed(mask, mask / 255), _smoothed(mask, np.ones_like(mask))
    refused = failure(lambda: Dice()(mask, _logits(mask == 255)))
    return (
        f"With a mask of 0 and 255, the right prediction costs {object_alone:.3f}, and calling every pixel an object "
        f"{everything:.3f}: less than the 0 of a perfect match. On a mask of 0 and 1 they cost "
        f"{_smoothed(mask / 255, mask / 255):.0f} and {_smoothed(mask / 255, np.ones_like(mask)):.2f}. `Dice` of "
        f"`lossbook` raises `{refused}`."
    )


ERRATA = (
    Erratum(
        id="E67",
        severity="D",
        title="What CTC can align",
        where="003, connectionist temporal classification",
        says="The loss is offered for sequences of any lengths, without a condition.",
        right=(
            "The labels must come in the order of the input, and there must be enough frames: one per label, and one "
            "more for each label that repeats the one before."
        ),
        evidence=_too_few_frames,
    ),
    Erratum(
        id="E68",
        severity="D",
        title="Dice with a term that its formula does not have",
        where="003, Dice loss",
        says=(
            "The formula is the overlap alone. The code adds 1 above and below, and takes all images of a batch as one."
        ),
        right=(
            "Compute the loss per image, so that a small object counts, and write the smoothing into the formula or "
            "leave it out and say what two empty masks cost."
        ),
        evidence=_smoothed_and_flattened,
    ),
    Erratum(
        id="E69",
        severity="B",
        title="A segmentation network whose output is too small",
        where="003, Dice loss, model",
        says=(
            "Two convolutions and poolings, then a convolution that gives the mask. The model is compiled, not trained."
        ),
        right="Pad with `same`, and bring the pixels back: upsampling, or a decoder.",
        evidence=_shrunken_output,
    ),
    Erratum(
        id="E70",
        severity="A",
        title="Masks of 0 and 255",
        where="003, Dice loss",
        says="Nothing checks the range of the masks.",
        right="Divide masks by 255, and refuse values outside of 0 and 1: image files rarely hold zeros and ones.",
        evidence=_bytes_for_mask,
    ),
)
