"""Time the losses against other implementations, and the import of the package: ``python -m benchmarks``.

One line is one loss and one rival: nanoseconds per sample of value and gradient, and how many times longer
lossbook takes than the rival. All of it is measured in one run on one thread. The time of lossbook includes
checking its input.
"""

import importlib.util
import os
import subprocess
import sys
import timeit
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

os.environ["OMP_NUM_THREADS"] = "1"  # before NumPy and scikit-learn start their threads

import numpy as np
from numpy.typing import NDArray
from sklearn._loss import loss as sklearn_loss

from lossbook import (
    AbsoluteError,
    Expectile,
    GeneralRobust,
    Huber,
    LogCosh,
    Loss,
    Quantile,
    SmoothL1,
    SquaredError,
    Tukey,
)

SAMPLES = 100_000
ROUNDS = 50
TARGET, PREDICTION = np.random.default_rng(0).normal(scale=3, size=(2, SAMPLES))

Formula = Callable[[NDArray], NDArray]


class Rival(NamedTuple):
    """Another implementation of a loss."""

    loss: Loss
    name: str
    value: Callable[[], NDArray]
    gradient: Callable[[], NDArray]


def textbook_rivals() -> Iterator[Rival]:
    """The formulas as textbooks print them, in NumPy."""

    def rival(loss: Loss, value: Formula, gradient: Formula) -> Rival:
        return Rival(loss, "textbook", lambda: value(PREDICTION - TARGET), lambda: gradient(PREDICTION - TARGET))

    yield rival(SquaredError(), lambda r: r**2, lambda r: 2 * r)
    yield rival(AbsoluteError(), np.abs, np.sign)
    yield rival(
        Huber(delta=1.5),
        lambda r: np.where(np.abs(r) <= 1.5, r**2 / 2, 1.5 * (np.abs(r) - 0.75)),
        lambda r: np.where(np.abs(r) <= 1.5, r, 1.5 * np.sign(r)),
    )
    yield rival(
        SmoothL1(beta=0.5),
        lambda r: np.where(np.abs(r) <= 0.5, r**2, np.abs(r) - 0.25),
        lambda r: np.where(np.abs(r) <= 0.5, 2 * r, np.sign(r)),
    )
    yield rival(LogCosh(), lambda r: np.log(np.cosh(r)), np.tanh)
    yield rival(Quantile(tau=0.9), lambda r: np.maximum(-0.9 * r, 0.1 * r), lambda r: np.where(r < 0, -0.9, 0.1))
    yield rival(
        Expectile(tau=0.9),
        lambda r: np.where(r <= 0, 0.9, 0.1) * r**2,
        lambda r: 2 * np.where(r <= 0, 0.9, 0.1) * r,
    )
    yield rival(
        Tukey(c=4),
        lambda r: np.where(np.abs(r) <= 4, 16 / 6 * (1 - (1 - (r / 4) ** 2) ** 3), 16 / 6),
        lambda r: np.where(np.abs(r) <= 4, r * (1 - (r / 4) ** 2) ** 2, 0),
    )
    yield rival(
        GeneralRobust(alpha=-1.5),
        lambda r: 3.5 / -1.5 * ((r**2 / 3.5 + 1) ** -0.75 - 1),
        lambda r: r * (r**2 / 3.5 + 1) ** -1.75,
    )


def sklearn_rivals() -> Iterator[Rival]:
    """The compiled losses behind scikit-learn's gradient boosting."""
    for loss, other in [
        (Expectile(tau=0.5), sklearn_loss.HalfSquaredError()),
        (AbsoluteError(), sklearn_loss.AbsoluteError()),
        (Huber(delta=1.5), sklearn_loss.HuberLoss(delta=1.5)),
        (Quantile(tau=0.9), sklearn_loss.PinballLoss(quantile=0.9)),
    ]:
        yield Rival(
            loss,
            "scikit-learn",
            lambda other=other: other.loss(TARGET, PREDICTION),
            lambda other=other: other.gradient(TARGET, PREDICTION),
        )


def torch_rivals() -> Iterator[Rival]:
    """PyTorch's losses; their gradient is the value and its backward pass."""
    if importlib.util.find_spec("torch") is None:
        return
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    target = torch.from_numpy(TARGET)
    prediction = torch.from_numpy(PREDICTION).requires_grad_()
    fixed = prediction.detach()
    for loss, other, options in [
        (SquaredError(), functional.mse_loss, {}),
        (AbsoluteError(), functional.l1_loss, {}),
        (Huber(delta=1.5), functional.huber_loss, {"delta": 1.5}),
        (SmoothL1(beta=0.5), functional.smooth_l1_loss, {"beta": 0.5}),
    ]:
        yield Rival(
            loss,
            "PyTorch",
            lambda other=other, options=options: other(fixed, target, reduction="none", **options).numpy(),
            lambda other=other, options=options: torch.autograd.grad(
                other(prediction, target, reduction="sum", **options), prediction
            )[0].numpy(),
        )


def nanoseconds(*functions: Callable[[], object]) -> list[float]:
    """Return the time per sample of each function: the shortest of runs that take turns."""
    rounds = [[timeit.timeit(function, number=1) for function in functions] for _ in range(ROUNDS)]
    return [min(times) / SAMPLES * 1e9 for times in zip(*rounds, strict=True)]


def compare(rival: Rival) -> str:
    """Return one line of the table, after making sure that both compute the same."""
    line = f"{rival.loss!r:34}{rival.name:13}"
    for method, theirs in ((rival.loss.value, rival.value), (rival.loss.gradient, rival.gradient)):
        ours = partial(method, TARGET, PREDICTION)
        np.testing.assert_allclose(theirs(), ours(), rtol=1e-9, atol=1e-9)
        own, other = nanoseconds(ours, theirs)
        line += f"{own:10.2f}{other:8.2f}{own / other:7.2f}"
    return line


def import_seconds(statement: str) -> float:
    """Return the time a new Python takes for a statement, its own start included."""
    command = [sys.executable, "-c", statement]
    return min(timeit.repeat(lambda: subprocess.run(command, check=True), number=1, repeat=7))


def main() -> None:
    print(f"ns per sample, {SAMPLES:,} samples in float64, one thread")
    print(f"{'':47}{'value':>10}{'rival':>8}{'ratio':>7}{'gradient':>10}{'rival':>8}{'ratio':>7}")
    for rivals in (textbook_rivals(), sklearn_rivals(), torch_rivals()):
        for rival in rivals:
            print(compare(rival), flush=True)
    start = import_seconds("pass")
    for module in ("numpy", "scipy.special", "lossbook"):
        print(f"import {module}: {1000 * (import_seconds(f'import {module}') - start):.0f} ms")


if __name__ == "__main__":
    main()
