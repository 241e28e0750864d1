"""Matplotlib's backend in a page: `pyplot.show` shows every figure and closes it, as in a notebook."""

from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas
from matplotlib.backends.backend_agg import FigureManagerBase as FigureManager

from inpage import display

__all__ = ["FigureCanvas", "FigureManager", "show"]


def show(*arguments: Any, **options: Any) -> None:
    display.figures()
