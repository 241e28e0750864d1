"""Live figures, declared in Python: drag, slide, choose, on a web page without a kernel and in a notebook.

`Explorable` says how. It is imported when it is first asked for, as it alone needs anywidget: the website reads
stored demos without it.
"""

from typing import TYPE_CHECKING, Any

from lossbook.explorable.controls import Choice, Slider, Toggle
from lossbook.explorable.functions import Bound
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
from lossbook.explorable.mime import MIME
from lossbook.explorable.readouts import Guess, Readout

if TYPE_CHECKING:
    from lossbook.explorable.widget import Explorable

__all__ = [
    "MIME",
    "Area",
    "Arrows",
    "Axis",
    "Bars",
    "Bound",
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
]


def __getattr__(name: str) -> Any:
    if name != "Explorable":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lossbook.explorable.widget import Explorable

    return Explorable
