"""Figures in the book's style: one palette, labeled axes, direct labels, and alternative text that cannot be left out.

matplotlib is imported when a figure is made, so that ``import lossbook`` stays quick.
"""

import base64
import io
from typing import TYPE_CHECKING, Any

from lossbook.extras import needs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

    from lossbook.scoring import Reliability

# Five hues that stay apart for color-blind readers, each dark enough to be read as text on white (contrast 4.5 : 1).
BLUE = "#0072b2"
ORANGE = "#b84a00"
GREEN = "#007a5a"
PURPLE = "#9b4f8e"
GRAY = "#505050"
INK = "#222222"

STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": GRAY,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "grid.color": "#e5e5e5",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2,
    "scatter.edgecolors": "none",
    "text.color": INK,
    "xtick.color": GRAY,
    "ytick.color": GRAY,
}

CSS_PIXELS_PER_INCH = 100
WIDTH = 7.2  # inches: the width of the text column


def figure(rows: int = 1, columns: int = 1, height: float = 3.4, **options: Any) -> tuple["Figure", Any]:
    """Return a figure in the book's style and its axes, as `matplotlib.pyplot.subplots` does.

    Args:
        rows, columns: how many axes.
        height: in inches; the width is that of the text, 7.2 inches.
        options: handed to `matplotlib.figure.Figure.subplots`, such as ``sharey=True``.
    """
    with needs("lossbook.plots", "matplotlib"):
        import matplotlib
        from cycler import cycler
        from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE | {"axes.prop_cycle": cycler(color=[BLUE, ORANGE, GREEN, PURPLE])}):
        # Not through pyplot: nothing is registered, so nothing needs closing and nothing is shown twice.
        made = Figure(figsize=(WIDTH, height))
        return made, made.subplots(rows, columns, **options)


def label(axes: "Axes", x: float, y: float, text: str, color: str, **options: Any) -> None:
    """Write a direct label in the color of the line it names, on a white ground so that the grid does not cross it.

    Args:
        axes: where to write.
        x, y: in data coordinates.
        text: the label.
        color: that of the line or the points.
        options: handed to `Axes.annotate`, such as ``ha="right"``.
    """
    ground = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    axes.annotate(text, (x, y), color=color, **({"va": "center", "bbox": ground} | options))


def reliability_diagram(axes: "Axes", reliability: "Reliability", color: str, text: str = "") -> None:
    """Draw observed against predicted probabilities, each with its interval, and the diagonal on which they agree.

    Args:
        axes: where to draw; several may share one.
        reliability: made by `lossbook.scoring.reliability`.
        color: of the dots and intervals.
        text: a direct label beside the last dot; none if empty.
    """
    x, y = reliability.predicted, reliability.observed
    axes.plot([0, 1], [0, 1], color=GRAY, linewidth=1, linestyle="dashed", zorder=1)
    axes.vlines(x, reliability.low, reliability.high, color=color, linewidth=1.5, alpha=0.6)
    axes.plot(x, y, "o", color=color, markersize=5)
    axes.set(
        xlim=(-0.02, 1.02),
        ylim=(-0.02, 1.02),
        xlabel="predicted probability",
        ylabel="observed share",
    )
    if text:
        label(axes, x[-1], y[-1], text, color, ha="right", va="bottom")


def picture(figure: "Figure", colors: int = 48, scale: float = 2) -> "Image":
    """Return a figure as an image at `scale` times its size on the page, with few colors to keep pages light."""
    with needs("lossbook.plots", "pillow"):
        from PIL import Image

    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=scale * CSS_PIXELS_PER_INCH)
    return Image.open(drawn).convert("RGB").quantize(colors)


def show(figure: "Figure", alt: str) -> None:
    """Show a figure together with its alternative text, which stands in where pictures cannot be shown.

    Args:
        figure: made by `figure`.
        alt: what the figure shows, in a sentence or two, for a reader who cannot see it.

    Raises:
        ValueError: if `alt` is empty.
    """
    with needs("lossbook.plots.show", "ipython"):
        from IPython.display import display

    if not alt.strip():
        raise ValueError("alt must say what the figure shows, got an empty text")
    image = picture(figure)
    packed = io.BytesIO()
    image.save(packed, format="png", optimize=True)
    display(
        {"image/png": base64.b64encode(packed.getvalue()).decode(), "text/plain": alt},
        metadata={"image/png": {"alt": alt, "width": image.width // 2, "height": image.height // 2}},
        raw=True,
    )
