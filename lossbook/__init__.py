"""Loss functions with exact values, gradients and Hessians: the package behind the Loss Book course."""

from lossbook.core import Facts, Loss, NoHessianError
from lossbook.regression import (
    AbsoluteError,
    Expectile,
    GeneralRobust,
    Huber,
    LogCosh,
    Quantile,
    SmoothL1,
    SquaredError,
    Tukey,
)

__all__ = [
    "AbsoluteError",
    "Expectile",
    "Facts",
    "GeneralRobust",
    "Huber",
    "LogCosh",
    "Loss",
    "NoHessianError",
    "Quantile",
    "SmoothL1",
    "SquaredError",
    "Tukey",
]
