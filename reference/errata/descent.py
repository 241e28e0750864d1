"""Optimization by hand."""

import numpy as np

from reference.errata.entry import Erratum
from reference.errata.measure import number, slopes

_RNG = np.random.default_rng(0)
X = np.stack([np.ones(100), _RNG.normal(size=100)], axis=1)
Y = X @ [4.0, 3.0] + _RNG.normal(scale=0.5, size=100)
N = len(Y)
BEST = np.linalg.lstsq(X, Y)[0]
START = np.zeros(2)


def _mse(w):
    return np.mean((X @ w - Y) ** 2)


def _mae(w):
    return np.mean(np.abs(X @ w - Y))


def _by_prediction(w):
    return 2 / N * (X @ w - Y)


def _gradient(w):
    return X.T @ _by_prediction(w)


def _twice_divided(w):
    return X.T @ _by_prediction(w) / N


def _descend(gradient, learning_rate=0.01, steps=100):
    w, history = START.copy(), []
    for _ in range(steps):
        history.append(_mse(w))
        w = w - learning_rate * gradient(w)
    return w, history


def divided_twice() -> str:
    def twice_divided_mae(w):
        return X.T @ np.sign(X @ w - Y) / N / N

    ratios = [slopes(_mse, START) / _twice_divided(START), slopes(_mae, START) / twice_divided_mae(START)]
    start, excess = _mse(START), _mse(START) - _mse(BEST)
    right = _mse(_descend(_gradient)[0])
    printed = _mse(_descend(_twice_divided)[0])
    _, history = _descend(_twice_divided, steps=12_000)
    needed = int(np.argmax(np.array(history) <= right))
    return (
        f"Finite differences over the listing's gradient: {number(np.mean(ratios[0]))} for MSE and"
        f" {number(np.mean(ratios[1]))} for MAE, which is $n$. In 100 epochs at a learning rate of 0.01 the listing"
        f" goes {100 * (start - printed) / excess:.1f} % of the way from {start:.2f} to the best {_mse(BEST):.4f}, the"
        f" right gradient {100 * (start - right) / excess:.1f} %; for as much, the listing needs {needed:,} epochs."
    )


def compared_curves() -> str:
    rng = np.random.default_rng(1)
    starts = rng.normal(size=(2, 2))
    w, history = _descend(_gradient)
    return (
        f"Two starts drawn as in the listing have an MSE of {_mse(starts[0]):.2f} and {_mse(starts[1]):.2f}. At the"
        f" first the MSE is {_mse(starts[0]):.2f} and the MAE {_mae(starts[0]):.2f}, for one and the same line. And the"
        f" last loss recorded is {history[-1]:.4f}, where that of the returned line is {_mse(w):.4f}."
    )


def mixed_newton() -> str:
    hessian = 2 / N * X.T @ X + 1e-5 * np.eye(2)

    def newton(gradient, rate, steps):
        w = START.copy()
        for _ in range(steps):
            w = w - rate * np.linalg.solve(hessian, gradient(w))
        return w

    printed = newton(_twice_divided, 0.1, 50)
    contraction = np.mean((printed - BEST) / (START - BEST))
    return (
        f"Fifty epochs of the listing take the MSE from {_mse(START):.2f} to {_mse(printed):.2f}; the distance from the"
        f" best line shrinks to {contraction:.4f} of what it was, $(1 - 0.1/n)^{{50}} = {(1 - 0.1 / N) ** 50:.4f}$."
        f" With the right gradient and a full step, one epoch arrives at {_mse(newton(_gradient, 1, 1)):.6f}; the best"
        f" is {_mse(BEST):.6f}."
    )


def damping() -> str:
    saddle = np.diag([1.0, -1.0]) + 1e-5 * np.eye(2)
    x = np.stack([X[:, 1], X[:, 1]], axis=1)
    collinear = 2 / N * x.T @ x + 1e-5 * np.eye(2)
    gradient = _descend(_gradient)[0]
    hessian = 2 / N * X.T @ X
    newton = START - np.linalg.solve(hessian, _gradient(START))
    return (
        f"Added to a curvature of 1 and -1, `1e-5` leaves an eigenvalue of {np.linalg.eigvalsh(saddle)[0]:.5f}. With"
        f" two equal columns the damped Hessian has a condition number of {number(np.linalg.cond(collinear), 2)}. From"
        f" one start, 100 steps of gradient descent end at an MSE of {_mse(gradient):.4f}, and one full Newton step at"
        f" {_mse(newton):.4f}."
    )


ERRATA = (
    Erratum(
        id="E28",
        severity="A",
        title="Divided by n twice",
        where="003, `gradient_descent`",
        says=(
            r"The update divides $X^\top g$ by $n$, although $g$, the gradient of the mean loss, already holds the"
            r" $\frac1n$."
        ),
        right="Divide once: either in the gradient of the loss, or in the update.",
        evidence=divided_twice,
    ),
    Erratum(
        id="E29",
        severity="D",
        title="Two curves that cannot be compared",
        where="003, example of `gradient_descent`",
        says="The training curves of MSE and of MAE show which of them converges better.",
        right=(
            "Start both in the same place, judge both by one metric, and record the loss after the last step too. A"
            " squared and an absolute error have different units."
        ),
        evidence=compared_curves,
    ),
    Erratum(
        id="E30",
        severity="A",
        title="A Newton step a hundred times too short",
        where="003, `newton_method`",
        says=r"The gradient is divided by $n$ once more, the Hessian is not; the step is then taken at a tenth.",
        right="Gradient and Hessian of the same mean, and a step of 1: on a parabola it arrives at once.",
        evidence=mixed_newton,
    ),
    Erratum(
        id="E31",
        severity="D",
        title="Gradient descent against Newton, and a damping that ensures nothing",
        where="003, `newton_method` and its comparison",
        says=(
            "Each method has its own start, rate and number of epochs; `1e-5` on the diagonal keeps the Hessian"
            " positive definite; it is inverted explicitly."
        ),
        right=(
            "Compare from one start. Damping has to exceed the size of the most negative eigenvalue. Solve the system;"
            " do not invert the matrix."
        ),
        evidence=damping,
    ),
)
