"""The runs that the demo shows, made beforehand: ``python -m tools.runs classification/laboratory`` trains them.

`GRID` says with which settings, and `kept` what is stored of each run.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lossbook.laboratory import Run
    from lossbook.scoring import Reliability

FILE = Path(__file__).with_name("runs.npz")

GRID = {
    "loss": ["cross-entropy", "focal loss", "squared error"],
    "weight": [1, 3, 9, 27],
    "smoothing": [0.0, 0.2, 0.4],
    "wrong": [0, 10, 20],
    "nines": [2, 10],
}

STEP = 4  # epochs from one stored point of a curve to the next
BINS = 10
NO_BIN = -1  # stands for an empty bin


def kept(run: "Run") -> dict[str, NDArray]:
    """Return what is stored of a run, by name, in arrays of the same shape for every run."""
    diagram: Reliability = run.fit
    bins = [diagram.predicted, diagram.observed, diagram.low, diagram.high]
    return {
        "curves": np.array([curve[::STEP] for curve in run.curves.values()]),
        "bins": np.array([np.pad(values, (0, BINS - len(values)), constant_values=NO_BIN) for values in bins]),
        "metrics": np.array(list(run.metrics.values())),
    }


@cache
def stored() -> dict[str, NDArray]:
    """Return what is stored of all runs, in arrays whose first axes are those of `GRID`."""
    with np.load(FILE) as file:
        return dict(file)
