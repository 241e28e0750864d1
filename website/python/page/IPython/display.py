"""Objects that show themselves in one format, and `display`."""

from inpage.display import display

from IPython.core.display import HTML, SVG, Latex, Markdown, Math

__all__ = ["HTML", "SVG", "Latex", "Markdown", "Math", "display"]
