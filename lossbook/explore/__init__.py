"""A live figure of any loss: its value and its slope, with a control for each of its parameters."""

from lossbook.explore.arguments import Slip
from lossbook.explore.figure import explore

__all__ = ["Slip", "explore"]
