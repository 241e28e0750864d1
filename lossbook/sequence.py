"""Connectionist temporal classification: a loss for label sequences shorter than their input, its lattice and decoding.

A path holds one label or blank for each of the T frames. It collapses to a label sequence: repeats merge, then blanks
vanish. The paths that collapse to a target are its alignments. Each runs from left to right through the S = 2 L + 1
states of the target: a blank, the first label, a blank, the second label, ..., a blank.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations, groupby, pairwise
from numbers import Integral
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.core import Facts, Loss, as_floats, check_no_nan, shown
from lossbook.numerics import log_softmax

__all__ = ["CTC", "alignments", "best_path", "lattice", "prefix_beam_search"]


@dataclass(frozen=True)
class CTC(Loss):
    r"""Minus the log-probability of a label sequence given K logits per frame, summed over all its alignments.

    $B$ collapses a path; `blank` is the class for "no new label". The forward-backward recursion takes the sum over
    the exponentially many alignments in T S steps, in log space and in float64.

    Shapes: `y_true` holds n sequences of class indices, of any lengths and without blanks; `y_pred` is (n, T, K), a
    score for each frame and class; the value is (n,). All T frames count. To fill up a shorter input, give the blank a
    score of 0 and all else minus infinity: a certain blank changes neither the value nor the gradient of other frames.

    Gradient: $p_{t,k}$ minus the probability that frame $t$ is aligned with $k$, given the target; within $[-1, 1]$.

    Hessian: none. It couples all T K scores, and the loss is not convex, so that a Newton step might lead uphill.

    Fails when labels come in another order than in the input; and when T < L + the number of equal neighbors in the
    target, as each such pair needs a blank between. Then, or where a score of minus infinity bars every alignment, the
    value is infinite and the gradient 0, since nothing says which way to go. An empty target is the path of blanks.

    Raises ValueError unless `blank` is a class, and the labels are the other classes.

    >>> loss = CTC()
    >>> scores = np.zeros((3, 4, 3))  # 81 paths, equally likely; 15 of them collapse to [1, 2], none to [1, 1, 1]
    >>> loss.value([[1, 2], [1, 1, 1], []], scores).round(3)
    array([1.686,   inf, 4.394])
    >>> loss.gradient([[1, 2], [1, 1, 1], []], scores)[0].round(3)
    array([[ 0.   , -0.333,  0.333],
           [ 0.067, -0.2  ,  0.133],
           [ 0.067,  0.133, -0.2  ],
           [ 0.   ,  0.333, -0.333]])
    """

    blank: int = 0

    facts: ClassVar[Facts] = Facts(
        formula=r"-\log \sum_{\pi \in B^{-1}(y)} \prod_{t=1}^T p_{t,\pi_t}",
        where=r"p_t = \operatorname{softmax}(z_t)",
        task="sequence labeling",
        convex=False,
        bounded_influence=True,
        continuous_derivatives=math.inf,
        statistic="aligned share of each class, per frame",
        link="softmax",
        likelihood="categorical per frame, summed over alignments",
        reference="Graves et al. (2006)",
        keras="keras.losses.CTC",
        torch="torch.nn.CTCLoss",
    )
    score_ndim: ClassVar[int] = 2
    target_ndim: ClassVar[int] = 1
    no_hessian: ClassVar[str] = "it would couple all T K scores, and as the loss is not convex, lead steps uphill"

    def __post_init__(self) -> None:
        _check_integer("blank", self.blank, 0)
        object.__setattr__(self, "blank", int(self.blank))

    def _arguments(self, y_true: Sequence[ArrayLike], y_pred: ArrayLike) -> tuple[NDArray, ...]:
        y_pred = _check_scores("y_pred", y_pred, "nTK", self.blank)
        if not np.iterable(y_true):
            raise ValueError(f"y_true must be n sequences of labels, got {y_true!r}")
        classes = y_pred.shape[-1]
        targets = [_check_labels(f"y_true[{i}]", target, self.blank, classes) for i, target in enumerate(y_true)]
        if len(targets) != len(y_pred):
            raise ValueError(f"y_pred must have the samples of y_true, {len(targets)}, got shape {y_pred.shape}")
        return (*_states(targets, self.blank), y_pred)

    def _value(self, states: NDArray, final: NDArray, y_pred: NDArray) -> NDArray:
        sweep = _sweep(states, np.arange(states.shape[1]) < 2, log_softmax(y_pred.astype(np.float64)))
        ((_, after),) = deque(sweep, maxlen=1)  # only the last frame counts
        return _cost(np.where(final, after, -np.inf)).astype(y_pred.dtype)

    def _gradient(self, *arguments: NDArray) -> NDArray:
        return self._value_and_gradient(*arguments)[1]

    def _value_and_gradient(self, states: NDArray, final: NDArray, y_pred: NDArray) -> tuple[NDArray, NDArray]:
        log_p = log_softmax(y_pred.astype(np.float64))
        through = np.add(*_lattice(states, final, log_p))
        value = _cost(through[:, -1])
        # Each frame is normalized by itself, which cancels the rounding that adds up along a path.
        share = np.exp(log_softmax(through))
        posterior, samples = np.zeros_like(log_p), np.arange(len(states))
        for state, classes in enumerate(states.T):
            posterior[samples, :, classes] += share[..., state]
        gradient = np.where(np.isfinite(value)[:, None, None], np.exp(log_p) - posterior, 0)
        # The entries of a frame sum to 0. That gives the entry of a nearly certain class, where 1 - 1 leaves no digits.
        sure = log_p.argmax(axis=-1)[..., None]
        np.put_along_axis(gradient, sure, 0, axis=-1)
        np.put_along_axis(gradient, sure, 0 - gradient.sum(axis=-1, keepdims=True), axis=-1)
        return value.astype(y_pred.dtype), gradient.astype(y_pred.dtype)


def lattice(target: ArrayLike, logits: ArrayLike, blank: int = 0) -> tuple[NDArray, NDArray, NDArray]:
    """Return the states of a target, and the log forward and backward variables for scores of shape (T, K).

    The states are S classes. Forward, (T, S), is the log-probability of the frames up to t by all ways that lead to
    state s at frame t; backward, (T, S), that of the frames after t by all ways that lead on from there to an end. In
    every frame the log-sum-exp of forward + backward is the log-probability of the target.

    >>> states, forward, backward = lattice([1], [[0.0, 0.0], [0.0, 0.0]])
    >>> states, np.exp(forward).round(3)
    (array([0, 1, 0]), array([[0.5 , 0.5 , 0.  ],
           [0.25, 0.5 , 0.25]]))
    """
    logits = _check_scores("logits", logits, "TK", blank)
    states, final = _states([_check_labels("target", target, blank, logits.shape[-1])], blank)
    forward, backward = _lattice(states, final, log_softmax(logits[None].astype(np.float64)))
    return states[0], forward[0], backward[0]


def alignments(target: ArrayLike, frames: int, blank: int = 0) -> Iterator[tuple[int, ...]]:
    """Return an iterator over every path of length `frames` that collapses to the target.

    There are (n choose 2 L) of them, with n = `frames` + L - the number of equal neighbors in the target.

    >>> list(alignments([1, 1], 4))
    [(1, 0, 1, 0), (1, 0, 1, 1), (1, 0, 0, 1), (1, 1, 0, 1), (0, 1, 0, 1)]
    """
    _check_integer("blank", blank, 0)
    _check_integer("frames", frames, 1)
    labels = _check_labels("target", target, blank).tolist()
    # Each label has a start and an end. Where neighbors differ, one may end where the next starts: with all later cuts
    # moved on by one, the cuts are distinct, and every choice of distinct cuts is an alignment.
    moves = list(accumulate((a != b for a, b in pairwise(labels)), initial=0))

    def path(cuts: tuple[int, ...]) -> tuple[int, ...]:
        classes = [blank] * frames
        for label, move, start, end in zip(labels, moves, cuts[::2], cuts[1::2], strict=False):
            classes[start - move : end - move] = [label] * (end - start)
        return tuple(classes)

    return map(path, combinations(range(frames + 1 + moves[-1]), 2 * len(labels)))


def best_path(logits: ArrayLike, blank: int = 0) -> tuple[int, ...]:
    """Return what the best classes of the frames collapse to, for scores of shape (T, K); ties take the lower class.

    The best path need not collapse to the most probable labels, for which see `prefix_beam_search`.

    >>> best_path(np.log([[0.6, 0.4], [0.6, 0.4]]))  # yet (1,) has probability 0.64
    ()
    """
    path = _check_scores("logits", logits, "TK", blank).argmax(axis=-1).tolist()
    return tuple(label for label, _ in groupby(path) if label != blank)


def prefix_beam_search(logits: ArrayLike, width: int, blank: int = 0) -> list[tuple[tuple[int, ...], float]]:
    """Return up to `width` label sequences with their log-probabilities, best first, for scores of shape (T, K).

    Only the `width` best prefixes are kept after each frame. So the best labels may be missed, and log-probabilities
    are lower bounds; where no prefix was dropped, both are exact. Reference: Hannun et al. (2014).

    >>> [(labels, round(math.exp(log_p), 3)) for labels, log_p in prefix_beam_search(np.log([[0.6, 0.4]] * 2), width=2)]
    [((1,), 0.64), ((), 0.36)]
    """
    _check_integer("width", width, 1)
    frames = log_softmax(_check_scores("logits", logits, "TK", blank).astype(np.float64))
    # The paths of a prefix that end in its last label, and those that end in a blank: a label is repeated only after a
    # blank.
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (-math.inf, 0.0)}
    for frame in frames.tolist():
        grown: defaultdict[tuple[int, ...], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
        for prefix, (in_label, in_blank) in beam.items():
            either = _joined((in_label, in_blank))
            for label, log_p in enumerate(frame):
                if label == blank:
                    grown[prefix][1].append(either + log_p)
                elif prefix[-1:] == (label,):
                    grown[prefix][0].append(in_label + log_p)
                    grown[*prefix, label][0].append(in_blank + log_p)
                else:
                    grown[*prefix, label][0].append(either + log_p)
        ends = {prefix: (_joined(in_label), _joined(in_blank)) for prefix, (in_label, in_blank) in grown.items()}
        total = {prefix: min(_joined(both), 0.0) for prefix, both in ends.items()}
        best = sorted((prefix for prefix in total if total[prefix] > -math.inf), key=total.__getitem__, reverse=True)
        beam = {prefix: ends[prefix] for prefix in best[:width]}
    return [(prefix, total[prefix]) for prefix in beam]


def _joined(log_p: Sequence[float]) -> float:
    """The log-probability that one of these happens."""
    return float(np.logaddexp.reduce(log_p))


def _check_integer(name: str, got: int, low: int, high: float = math.inf) -> None:
    if not isinstance(got, Integral) or isinstance(got, bool) or not low <= got <= high:
        raise ValueError(f"{name} must be an integer from {low} to {shown(high)}, got {got!r}")


def _check_scores(name: str, scores: ArrayLike, axes: str, blank: int) -> NDArray:
    (scores,) = as_floats(**{name: scores})
    if scores.ndim != len(axes) or 0 in scores.shape[-2:]:
        raise ValueError(f"{name} must have shape ({', '.join(axes)}), T and K at least 1, got shape {scores.shape}")
    check_no_nan(name, scores)
    _check_integer("blank", blank, 0, scores.shape[-1] - 1)
    return scores


def _check_labels(name: str, labels: ArrayLike, blank: int, classes: float = math.inf) -> NDArray:
    (labels,) = as_floats(**{name: labels})
    valid = (labels >= 0) & (labels < classes) & (labels != blank) & (labels == np.floor(labels))
    if labels.ndim != 1 or not valid.all():
        domain = f"integers from 0 to {shown(classes - 1)} without the blank, {blank}"
        raise ValueError(f"{name} must be a sequence of {domain}, got {labels.tolist()}")
    return labels.astype(int)


def _states(targets: list[NDArray], blank: int) -> tuple[NDArray, NDArray]:
    """The states of each target, padded where no path to an end passes, and which of them are ends."""
    lengths = np.array([len(target) for target in targets], int)[:, None]
    states = np.full((len(targets), 2 * lengths.max(initial=0) + 1), blank)
    for row, target in zip(states, targets, strict=True):
        row[1 : 2 * len(target) : 2] = target
    position = np.arange(states.shape[1])
    return states, (position == 2 * lengths) | (position == 2 * lengths - 1)


def _sweep(states: NDArray, start: NDArray, log_p: NDArray) -> Iterator[tuple[NDArray, NDArray]]:
    """Yield for each frame the log-probability to be in each state, before and after that frame is read."""
    skips = states[:, 2:] != states[:, :-2]  # a blank never differs from the blank before
    before = np.where(start, 0, -np.inf)
    for frame in np.moveaxis(log_p, 1, 0):
        after = before + np.take_along_axis(frame, states, axis=1)
        yield before, after
        before = after.copy()
        before[:, 1:] = np.logaddexp(before[:, 1:], after[:, :-1])
        before[:, 2:] = np.logaddexp(before[:, 2:], np.where(skips, after[:, :-2], -np.inf))


def _lattice(states: NDArray, final: NDArray, log_p: NDArray) -> tuple[NDArray, NDArray]:
    """The forward and backward variables, shape (n, T, S): backward is forward with time and states reversed."""
    with np.errstate(over="ignore"):  # a logarithm beyond float64 is a probability of 0
        forward = np.stack([after for _, after in _sweep(states, np.arange(states.shape[1]) < 2, log_p)], axis=1)
        reverse = np.stack([before for before, _ in _sweep(states[:, ::-1], final[:, ::-1], log_p[:, ::-1])], axis=1)
    return forward, reverse[:, ::-1, ::-1]


def _cost(ends: NDArray) -> NDArray:
    return np.abs(np.logaddexp.reduce(ends, axis=-1))  # rounding may lift a probability next to 1 above it
