"""Exercises to test with, one on a value and one on a gradient."""

import numpy as np

from lossbook.exercises import Mistake, WriteFunction

CASES = [
    (np.array([1.0, 2.0, -0.5]), np.array([3.5, 2.0, -4.0])),
    (np.array([0.3, -1.2, 2.0, 7.5]), np.array([0.1, 2.2, 1.0, 4.0])),
    (np.array([2.0]), np.array([5.0])),
    (np.array([1, 2, 3, -4]), np.array([3, 2, -2, 6])),
]


def pinball(y_true, y_pred):
    r = y_pred - y_true
    return np.where(r > 0, 0.7 * r, -1.6 * r)


def pull(y_true, y_pred):
    """A gradient with a kink at 0, and one that is not odd in the residual."""
    r = y_pred - y_true
    return np.where(r > 0, 1.5 * r + 1.25, np.where(r < 0, 0.7 * r - 1.4, 0.0))


def value_exercise(**changes):
    options = {
        "starter": "def pinball(y_true, y_pred):\n    ...",
        "solution": pinball,
        "cases": CASES,
        "what": "value",
        "hints": ["Subtract.", "Mind the sign."],
    }
    return WriteFunction("samples/values/pinball", **(options | changes))


def gradient_exercise(**changes):
    options = {
        "starter": "def pull(y_true, y_pred):\n    ...",
        "solution": pull,
        "cases": CASES,
        "what": "gradient",
        "mistakes": [Mistake("You return the residual.", lambda y_true, y_pred: y_pred - y_true)],
    }
    return WriteFunction("samples/gradients/pull", **(options | changes))
