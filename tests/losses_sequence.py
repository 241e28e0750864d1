"""The rows of connectionist temporal classification, with the sum over all K^T paths as oracle."""

import itertools

import numpy as np
from losses import Oracle, Row, mp

from lossbook.sequence import CTC

CLASSES, FRAMES = 3, 4


def collapsed(path, blank):
    """The definition in two steps: leave out what equals its left neighbor, then leave out blanks."""
    merged = [label for t, label in enumerate(path) if t == 0 or path[t - 1] != label]
    return tuple(label for label in merged if label != blank)


def ctc(loss):
    """Graves et al. (2006), equation 3: the sum over all paths that collapse to the target, path by path."""

    def probabilities(scores):
        rows = [[mp.exp(score) for score in frame] for frame in scores]
        return [[entry / mp.fsum(row) for entry in row] for row in rows]

    def alignments(target, p):
        target = tuple(int(label) for label in target)
        paths = itertools.product(range(len(p[0])), repeat=len(p))
        return [
            (path, mp.fprod(frame[label] for frame, label in zip(p, path, strict=True)))
            for path in paths
            if collapsed(path, loss.blank) == target
        ]

    def value(target, scores):
        return -mp.log(mp.fsum(share for _, share in alignments(target, probabilities(scores))))

    def posterior(target, p):
        aligned = alignments(target, p)
        total = mp.fsum(share for _, share in aligned)
        return [
            [mp.fsum(share for path, share in aligned if path[t] == k) / total for k in range(len(frame))]
            for t, frame in enumerate(p)
        ]

    def combined(target, scores, combine):
        p = probabilities(scores)
        pairs = zip(p, posterior(target, p), strict=True)
        return [[combine(*entry) for entry in zip(*frames, strict=True)] for frames in pairs]

    def steps(scores):
        """What is added along a path: the log-probabilities, and one logarithm of a sum per frame."""
        return mp.fsum(1 - mp.log(min(frame)) for frame in probabilities(scores))

    return Oracle(
        value,
        lambda target, scores: combined(target, scores, lambda p, share: p - share),
        sizes={
            "value": lambda target, scores: steps(scores),
            "gradient": lambda target, scores: combined(target, scores, lambda p, share: (p + share) * steps(scores)),
        },
    )


def targets_and_scores(loss, dtype):
    """Random targets of two labels, equal ones included, against scores of many sizes."""
    random = np.random.default_rng(30)
    labels = [label for label in range(CLASSES) if label != loss.blank]
    y_true = random.choice(labels, (60, 2))
    scores = random.normal(size=(60, FRAMES, CLASSES)) * np.geomspace(1e-3, 30, 60)[:, None, None]
    return y_true, scores.astype(dtype)


SEQUENCE = [
    Row(
        CTC(blank),
        ctc,
        (1, 2),
        targets_and_scores,
        lambda target, scores: (target, scores),
        lambda loss, y_true, y_pred, distance: np.ones(len(y_true), bool),  # it has no kink
    )
    for blank in (0, 2)
]
