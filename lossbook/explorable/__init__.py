"""Live figures, declared in Python: drag, slide, choose, on a web page without a kernel and in a notebook.

`Explorable` says how; `explore` makes one from a loss or a function of your own.
"""

from lossbook.explorable.controls import Choice, Slider, Toggle
from lossbook.explorable.explore import explore
from lossbook.explorable.marks import (
    Area,
    Arrows,
    Axis,
    Bars,
    Contours,
    Handle,
    Heatmap,
    Line,
    Mark,
    Panel,
    Points,
    Text,
)
from lossbook.explorable.widget import Explorable, Guess, Readout

__all__ = [
    "Area",
    "Arrows",
    "Axis",
    "Bars",
    "Choice",
    "Contours",
    "Explorable",
    "Guess",
    "Handle",
    "Heatmap",
    "Line",
    "Mark",
    "Panel",
    "Points",
    "Readout",
    "Slider",
    "Text",
    "Toggle",
    "explore",
]
