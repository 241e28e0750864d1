"""The rows of the losses for boxes, with oracles from areas, and a difference quotient in 60 digits as gradient."""

import numpy as np
from losses import Oracle, Row, number

from lossbook.detection import BoxIoU, GeneralizedIoU

# Oracles ------------------------------------------------------------------------------------------


def ordered(box):
    x1, y1, x2, y2 = box
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def lengths(a, b):
    """Width and height of the boxes, of their intersection and of their hull."""
    sides = []
    for low, high in ((0, 2), (1, 3)):
        shared = min(a[high], b[high]) - max(a[low], b[low])
        hull = max(a[high], b[high]) - min(a[low], b[low])
        sides.append((a[high] - a[low], b[high] - b[low], max(shared, number(0)), hull))
    return list(zip(*sides, strict=True))


def areas(a, b):
    """Of intersection, union and hull."""
    true, pred, shared, hull = (width * height for width, height in lengths(a, ordered(b)))
    return shared, true + pred - shared, hull


def box_iou(a, b):
    intersection, union, _ = areas(a, b)
    return 1 - intersection / union


def generalized_iou(a, b):
    """Rezatofighi et al. (2019), algorithm 1."""
    _, union, hull = areas(a, b)
    return box_iou(a, b) + (hull - union) / hull


def oracle_of(function):
    def gradient(a, b):
        """A central difference, which at a kink is the mean of the one-sided derivatives."""
        step = max(max(hull) for hull in lengths(a, ordered(b))[3:]) * number(10) ** -25
        slopes = []
        for i in range(4):
            ends = [function(a, [*b[:i], b[i] + move, *b[i + 1 :]]) for move in (step, -step)]
            slopes.append((ends[0] - ends[1]) / (2 * step))
        return np.array(slopes, dtype=object)

    def gradient_size(a, b):
        """What the areas change by, before they cancel: the other side of each box, in units of the areas."""
        intersection, union, hull = areas(a, b)
        heights = [sum(sides) - sides[0] for sides in zip(*lengths(a, ordered(b)), strict=True)][::-1]
        scale = (1 + intersection / union) / union + (1 / hull if function is generalized_iou else 0)
        return np.array([height * scale for height in heights] * 2, dtype=object)

    return lambda loss: Oracle(function, gradient, sizes={"gradient": gradient_size})


# Samples ------------------------------------------------------------------------------------------


def boxes(loss, dtype):
    """Boxes far and near, nested, aligned, all but equal, large and small, and with corners the wrong way round."""
    random = np.random.default_rng(70)

    def draw(count, spread):
        corners = np.sort(random.uniform(0, spread, (count, 2, 2)), axis=1)
        return corners.reshape(count, 4)

    true, pred = draw(200, 4), draw(200, 4)
    pred[100:130] += random.choice([-5, 0, 5], (30, 2)).repeat(2, axis=0).reshape(30, 4)[:, [0, 1, 0, 1]]
    moves = np.geomspace(1e-12, 1e-1, 30)[:, None] * random.normal(size=(30, 4))
    pred[130:160] = true[130:160] + moves
    aligned = random.integers(0, 2, (20, 4)).astype(bool)
    sides = np.tile(true[160:180, 2:] - true[160:180, :2], 2)  # by less than these, so that the boxes overlap
    pred[160:180] = true[160:180] + np.where(aligned, 0, 0.4 * sides * random.uniform(-1, 1, (20, 4)))
    true, pred = true.astype(dtype), pred.astype(dtype)
    pred[180:190] = pred[180:190][:, [2, 1, 0, 3]]
    pred[190:200] = pred[190:200][:, [2, 3, 0, 1]]
    scales = np.ones((200, 4))
    scales[:60] = 2.0 ** np.repeat(random.integers(-30, 31, (60, 2)), 2, axis=1)[:, [0, 2, 1, 3]]
    return (true * scales).astype(dtype), (pred * scales).astype(dtype)


def away_from_kinks(loss, y_true, y_pred, distance):
    """Which boxes have no aligned edges, do not touch, and are large against the step."""
    y_pred = np.sort(y_pred.reshape(-1, 2, 2), axis=1).reshape(-1, 4)
    low, high = [0, 1], [2, 3]
    gaps = [y_true - y_pred, y_true[:, low] - y_pred[:, high], y_true[:, high] - y_pred[:, low]]
    sides = [box[:, high] - box[:, low] for box in (y_true, y_pred)]
    return (np.abs(np.hstack([*gaps, *sides])) > 2e3 * distance).all(axis=1)


def row(loss, function, *ulps):
    return Row(loss, oracle_of(function), ulps, boxes, lambda target, score: (target, list(score)), away_from_kinks)


DETECTION = [row(BoxIoU(), box_iou, 3, 1), row(GeneralizedIoU(), generalized_iou, 3, 1)]
