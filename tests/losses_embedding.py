"""The rows of the losses for embeddings, with oracles from the distances themselves."""

import numpy as np
from losses import Oracle, Row, mp, number

from lossbook.embedding import Contrastive, Triplet

# Oracles ------------------------------------------------------------------------------------------


def difference(a, b):
    return [x - y for x, y in zip(a, b, strict=True)]


def measure(loss, a, b):
    """The distance D of two points, and its derivative with respect to the first."""
    gap = difference(a, b)
    d = mp.sqrt(mp.fsum(x**2 for x in gap))
    if loss.distance == "squared":
        return d**2, [2 * x for x in gap]
    return d, [x / d if d else number(0) for x in gap]


def contrastive(loss):
    """Hadsell et al. (2006), equation 4, without the halves."""
    m = number(loss.margin)

    def value(y, pair):
        distance, _ = measure(loss, *pair)
        return (1 - y) * distance**2 + y * max(m - distance, 0) ** 2

    def pull(y, distance):
        return 2 * (1 - y) * distance - 2 * y * max(m - distance, 0)

    def gradient(y, pair):
        distance, slope = measure(loss, *pair)
        return np.array([[sign * pull(y, distance) * x for x in slope] for sign in (1, -1)], dtype=object)

    # The loss of a dissimilar pair contains the difference of margin and distance.
    def value_size(y, pair):
        distance, _ = measure(loss, *pair)
        return value(y, pair) if y == 0 else max(m - distance, 0) * (m + distance)

    def gradient_size(y, pair):
        distance, slope = measure(loss, *pair)
        return np.array([[2 * (distance + y * m) * abs(x) for x in slope]] * 2, dtype=object)

    return Oracle(value, gradient, sizes={"value": value_size, "gradient": gradient_size})


def triplet(loss):
    """Schroff et al. (2015), equation 3, for one triplet, and the same of distances that are not squared."""
    m = number(loss.margin)

    def violation(_, points):
        anchor, positive, negative = points
        return measure(loss, anchor, positive)[0] - measure(loss, anchor, negative)[0] + m

    def terms(points):
        anchor, positive, negative = points
        return measure(loss, anchor, positive)[1], measure(loss, anchor, negative)[1]

    def gradient(_, points):
        active = 1 if violation(_, points) > 0 else 0
        to_positive, to_negative = terms(points)
        rows = [difference(to_positive, to_negative), [-x for x in to_positive], to_negative]
        return np.array([[active * x for x in row] for row in rows], dtype=object)

    def value_size(_, points):
        anchor, positive, negative = points
        return measure(loss, anchor, positive)[0] + measure(loss, anchor, negative)[0] + m

    def gradient_size(_, points):
        to_positive, to_negative = ([abs(x) for x in term] for term in terms(points))
        both = [x + y for x, y in zip(to_positive, to_negative, strict=True)]
        return np.array([both, to_positive, to_negative], dtype=object)

    return Oracle(
        lambda _, points: max(violation(_, points), 0),
        gradient,
        sizes={"value": value_size, "gradient": gradient_size},
    )


# Samples ------------------------------------------------------------------------------------------


def points(loss, dtype, seed):
    """Points around a center, at distances of fifteen magnitudes and around the margin; some of them meet."""
    random = np.random.default_rng(seed)
    edge = loss.margin if loss.distance == "plain" else loss.margin**0.5
    sizes = np.concatenate([np.geomspace(1e-12, 1e3, 60), edge * random.uniform(0, 2, 120), np.ones(60)])
    directions = random.normal(size=(len(sizes), loss.points, 3))
    around = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    around *= (sizes / 2)[:, None, None] * random.uniform(0.5, 1.5, (len(sizes), loss.points, 1))
    around[60::3] += random.normal(size=(60, 1, 3))
    around[-8:, 0] = around[-8:, 1]
    return around.astype(dtype)


def pairs(loss, dtype):
    y_pred = points(loss, dtype, 50)
    return np.arange(len(y_pred)) % 2, y_pred


def triplets(loss, dtype):
    y_pred = points(loss, dtype, 51)
    y_pred[-4:, 0] = y_pred[-4:, 2]
    return None, y_pred


def away_from_kinks(loss, _, y_pred, distance):
    """Which samples are not near the hinge, and have no points that nearly meet, where the direction turns fast."""
    gaps = np.linalg.norm(y_pred[:, 1:] - y_pred[:, :1], axis=-1)
    sizes = gaps if loss.distance == "plain" else gaps**2
    ends = sizes[:, 0] - (sizes[:, 1] if loss.points == 3 else 2 * sizes[:, 0])
    return (gaps > 0.05).all(axis=1) & (np.abs(ends + loss.margin) > 100 * distance) & (gaps < 10).all(axis=1)


# Rows ---------------------------------------------------------------------------------------------


def row(loss, oracle, samples, *ulps):
    return Row(loss, oracle, ulps, samples, lambda target, score: (target, score), away_from_kinks)


EMBEDDING = [
    *[row(Contrastive(margin), contrastive, pairs, 4, 4) for margin in (0.1, 1, 3.7)],
    *[row(Contrastive(margin, "squared"), contrastive, pairs, 6, 4) for margin in (0.1, 1, 3.7)],
    *[row(Triplet(margin), triplet, triplets, 2, 3) for margin in (0.01, 0.2, 3.7)],
    *[row(Triplet(margin, "squared"), triplet, triplets, 3, 2) for margin in (0.01, 0.2, 3.7)],
]
