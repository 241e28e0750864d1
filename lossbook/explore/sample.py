"""A loss as what is explored: the entries of one sample, each moved along the axis."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbook.core import Loss, hyperparameters
from lossbook.explorable import Choice
from lossbook.explorable.controls import Control
from lossbook.explorable.text import MINUS
from lossbook.explore.arguments import Slip
from lossbook.explore.subject import Curves, Subject, free, named
from lossbook.multitask import UncertaintyWeighted, WeightedSum

MOST_ENTRIES = 12

TARGETS: Sequence[float] = (-1, 0, 1, 3)  # to choose from, for a loss that does not take just any number
# Samples for losses of several scores, by the axes of a score and of a target. A loss gets the first that it takes.
EXAMPLES: dict[tuple[int, int], list[tuple[Any, Any]]] = {
    (1, 0): [(0, [1.0, 0.0, -1.0]), (0, [1.0, 0.0])],  # scores of three classes; mean and log-variance
    (1, 1): [([1, 0, 0], [1.0, 0.0, -1.0]), ([0, 0, 2, 2], [1.0, 1.0, 3.0, 3.0])],  # the same, one-hot; two boxes
    (2, 0): [(1, [[0.0, 0.0], [0.6, 0.0]]), (None, [[0.0, 0.0], [0.6, 0.0], [0.0, 0.7]])],  # a pair; a triplet
    (2, 1): [(labels, [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) for labels in ([1, 2], [0, 2], [0, 1])],
    (2, 2): [([[1, 1], [0, 0]], [[2.0, -1.0], [0.0, -2.0]])],  # two masks
}
# What a loss may raise for an argument that it does not take.
REFUSALS = (ArithmeticError, LookupError, TypeError, ValueError)


def of_loss(loss: Loss, x: NDArray, y_true: Any, y_pred: Any) -> Subject:
    """Return a loss as what is explored along `x`, on the sample that is given or on an example."""
    title, tasks = type(loss).__name__, _tasks(loss)
    is_scalar = not tasks and loss.score_ndim == 0
    is_given = y_true is not None or y_pred is not None
    targets: list[float] = []
    if not is_given:
        y_true, y_pred, targets = _example(loss)
    elif y_pred is None and not is_scalar:
        raise Slip(f"y_pred must be given with y_true, as {title} has several scores a sample")
    parts = _parts(loss, 0.0 if y_pred is None else y_pred)
    entries = {
        "y_pred" + f"[{task}]" * bool(tasks) + f"[{', '.join(map(str, index))}]" * bool(index): (task, index)
        for task, part in enumerate(parts)
        for index in np.ndindex(part.shape)
    }
    shown = list(entries)[:MOST_ENTRIES]
    chosen, moved = (free(name, hyperparameters(loss)) for name in ("target", "entry"))
    choices: list[Control] = []
    if targets:
        options = [f"{each:g}" for each in targets]
        choices.append(Choice(name=chosen, label="y_true", options=options, default=options[-1]))
    if len(shown) > 1:
        choices.append(Choice(name=moved, label="moved entry", options=shown))

    def curves(**state: Any) -> Curves:
        with named(title, dict(state)):
            return drawn(state)

    def drawn(state: dict[str, Any]) -> Curves:
        target, entry = state.pop(chosen, ""), state.pop(moved, shown[0])
        task, index = entries[entry]
        scores = [_repeat(part, len(x)) for part in parts]
        scores[task][:, *index] = x
        true = [_repeat(each, len(x)) for each in (y_true if tasks else [float(target) if target else y_true])]
        made = replace(loss, **state)
        if tasks:
            value, gradient = made.value_and_gradient(true, scores)
            return value, gradient[task][:, *index]
        value, gradient = made.value_and_gradient(true[0], scores[0])
        return value, gradient[:, *index]

    @cache
    def largest() -> float:
        return max(1e6, 10 * np.abs(subject.checked()).max())

    def accepts(name: str, number: float) -> bool:
        limit = largest()
        try:
            return bool(np.abs(subject.checked(**{name: number})).max() <= limit)
        except REFUSALS:
            return False

    is_residual = is_scalar and not is_given and not targets
    subject = Subject(
        x,
        title,
        free("residual" if is_residual else "score", hyperparameters(loss)),
        f"residual y_pred {MINUS} y_true" if is_residual else "score y_pred" if is_scalar else "entry of y_pred",
        curves,
        hyperparameters(loss),
        accepts,
        float(parts[0].flat[0]) if not is_scalar or is_given else x[0] + (0.7 if is_residual else 0.3) * (x[-1] - x[0]),
        choices,
        "" if is_scalar or is_given else f" The sample: y_true = {y_true}, y_pred = {y_pred}.",
        moved if len(shown) > 1 else "",
    )
    return subject


def _tasks(loss: Loss) -> Sequence[Loss]:
    return loss.losses if isinstance(loss, WeightedSum | UncertaintyWeighted) else ()


def _parts(loss: Loss, y_pred: Any) -> list[NDArray]:
    """Return the scores of one sample, an array for each task."""
    tasks = _tasks(loss) or [loss]
    parts = [np.asarray(part, dtype=float) for part in (y_pred if _tasks(loss) else [y_pred])]
    if [part.ndim for part in parts] != [task.score_ndim for task in tasks]:
        wanted, got = (
            " and ".join(map(str, each)) for each in ([t.score_ndim for t in tasks], [p.shape for p in parts])
        )
        raise Slip(f"y_pred must be one sample of {type(loss).__name__}, of {wanted} axes, got shape {got}")
    return parts


def _example(loss: Loss) -> tuple[Any, Any, list[float]]:
    """Return the target and the scores of a sample that the loss takes, and the targets to choose from."""
    if _tasks(loss):
        y_true, y_pred, _ = zip(*map(_example, _tasks(loss)), strict=True)
        return y_true, y_pred, []
    axes = (loss.score_ndim, loss.target_ndim)
    if axes == (0, 0):
        targets = [target for target in TARGETS if _takes(loss, target, 0.5)]
        if _takes(loss, -1.5, 0.5) and _takes(loss, 2.5, 0.5):
            return 0.0, 0.0, []
        if len(targets) > 1:
            return targets[-1], 0.0, targets
    for y_true, y_pred in EXAMPLES.get(axes, []):
        if _takes(loss, y_true, y_pred):
            return y_true, y_pred, []
    raise Slip(
        f"y_true and y_pred must be given for {type(loss).__name__}, as no example fits it: one sample, "
        f"with {axes[1]} axes and with {axes[0]}"
    )


def _takes(loss: Loss, y_true: Any, y_pred: Any) -> bool:
    try:
        with np.errstate(all="ignore"):
            return bool(np.isfinite(loss.value(_repeat(y_true, 1), _repeat(y_pred, 1))).all())
    except REFUSALS:
        return False


def _repeat(sample: Any, count: int) -> Any:
    return None if sample is None else np.repeat(np.asarray(sample, dtype=float)[None], count, axis=0)
