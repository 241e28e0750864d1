"""Optimizers as generators: every step is yielded, so that text, plots and demos share one trace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossbook.core import Loss, as_floats, check_finite

Objective = Callable[[NDArray], tuple[float, NDArray]]


@dataclass(frozen=True)
class Step:
    """One point of an optimization: the parameters, and the objective's value and gradient there."""

    iteration: int
    parameters: NDArray
    value: float
    gradient: NDArray


def gradient_descent(objective: Objective, start: ArrayLike, learning_rate: float, steps: int) -> Iterator[Step]:
    """Yield the start and then each of `steps` steps of gradient descent.

    Each step moves against the gradient, ``parameters - learning_rate * gradient``. The generator yields
    ``steps + 1`` points, the first being the start itself.

    Args:
        objective: takes the parameters, returns the value (a number) and the gradient (in the parameters' shape).
        start: the parameters to begin with, any shape.
        learning_rate: step size, in units of parameters per unit of gradient; positive.
        steps: how many steps to take; 0 yields the start alone.

    Raises:
        ValueError: if the learning rate is not a positive number, `steps` is not a whole number from 0 on, or the
            objective's gradient does not have the shape of the parameters.

    Reference: Bottou, Curtis and Nocedal (2018).

    >>> def bowl(x):
    ...     return float(x @ x), 2 * x
    >>> for step in gradient_descent(bowl, [4.0], learning_rate=0.25, steps=3):
    ...     print(step.iteration, step.parameters, step.value)
    0 [4.] 16.0
    1 [2.] 4.0
    2 [1.] 1.0
    3 [0.5] 0.25
    """
    if not (isinstance(learning_rate, Real) and 0 < learning_rate < np.inf):
        raise ValueError(f"learning_rate must be a positive number, got {learning_rate!r}")
    if not (isinstance(steps, Integral) and steps >= 0):
        raise ValueError(f"steps must be a whole number, 0 or more, got {steps!r}")
    (parameters,) = as_floats(start=start)
    # A copy: the trace must not change with the caller's array.
    return _descend(objective, parameters.copy(), learning_rate, steps)


def _descend(objective: Objective, parameters: NDArray, learning_rate: float, steps: int) -> Iterator[Step]:
    # Separate from its checks: a generator would raise them only once somebody iterates.
    for iteration in range(steps + 1):
        value, gradient = objective(parameters)
        gradient = np.asarray(gradient)
        if gradient.shape != parameters.shape:
            raise ValueError(
                f"objective must return a gradient of the parameters' shape {parameters.shape}, "
                f"got shape {gradient.shape}"
            )
        yield Step(iteration, parameters, value, gradient)
        parameters = parameters - learning_rate * gradient


def linear_objective(loss: Loss, features: ArrayLike, y_true: ArrayLike) -> Objective:
    """Return the empirical risk of a linear model under `loss`, as a function of the model's parameters.

    The model is ``y_pred = features @ parameters``; a column of ones in `features` gives it an intercept. The returned
    function gives the mean loss over the n samples and its gradient, ``features.T @ loss.gradient(...) / n``.

    Args:
        loss: a loss with one score per sample.
        features: shape (n, p).
        y_true: shape (n,).

    Raises:
        ValueError: if `features` is not a matrix with one row per entry of `y_true`, has no rows, or is not all finite.

    >>> from lossbook.regression import SquaredError
    >>> risk = linear_objective(SquaredError(), [[1.0], [1.0]], [2.0, 4.0])
    >>> value, gradient = risk(np.array([1.0]))
    >>> value, gradient
    (5.0, array([-4.]))
    """
    features, y_true = as_floats(features=features, y_true=y_true)
    if features.ndim != 2 or y_true.shape != features.shape[:1]:
        raise ValueError(
            f"features must be of shape (n, p) and y_true of shape (n,), got {features.shape} and {y_true.shape}"
        )
    if len(y_true) == 0:
        raise ValueError("y_true must hold at least one sample to take a mean, got none")
    check_finite("features", features)
    check_finite("y_true", y_true)

    def objective(parameters: NDArray) -> tuple[float, NDArray]:
        value, gradient = loss.value_and_gradient(y_true, features @ parameters)
        return float(np.mean(value, dtype=np.float64)), features.T @ gradient / len(y_true)

    return objective
