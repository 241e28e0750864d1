"""How many decimals a number is printed with, and how large it can be."""

import math

import numpy as np
from numpy.typing import NDArray

from lossbook.explorable.frames import FINE
from lossbook.explore.arguments import Slip

PRINTABLE = 2**31 / FINE / 2  # what a readout can hold


def decimals_of(nodes: NDArray) -> int:
    """Return how many decimals tell the nodes exactly, 6 at most."""
    return next((d for d in range(6) if np.allclose(np.round(nodes, d), nodes, rtol=0, atol=1e-9)), 6)


def decimals_printed(family: NDArray, first: NDArray, what: str) -> int:
    """Return how many decimals are printed: 3, more where numbers are small, fewer where a readout has no room."""
    largest = np.abs(family).max()
    room = math.floor(math.log10(PRINTABLE / max(largest, 1e-3)))
    if room < 0:
        raise Slip(f"{what} must stay below {PRINTABLE:,.0f} to be printed, got {largest:.9g}")
    return min(max(3, 2 - math.floor(math.log10(np.abs(first).max() or 1))), room, 9)
