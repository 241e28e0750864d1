"""A laboratory: controls around a training run, and its result beside that of the run before.

It knows no framework: a page writes the training itself, and hands it over as a function.
"""

from lossbook.laboratory.runs import Diverged, Run, Watch
from lossbook.laboratory.widget import Laboratory

__all__ = ["Diverged", "Laboratory", "Run", "Watch"]
