"""Panels at one state as a picture: for GitHub, for print, and for pages without JavaScript."""

import base64
import io
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lossbook import plots
from lossbook.explorable.functions import parameters
from lossbook.explorable.marks import Axis, Handle, Mark, Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

COLUMNS = 2
LINE = 110  # characters of text that fit below the panels
READOUT_HEIGHT = 0.24  # inches per line of text below the panels
HINT = "Run this cell to move it."
HINT_HEIGHT = 26  # CSS pixels, at the lower end of the picture


def draw(panels: Sequence[Panel], state: Mapping[str, Any], below: Sequence[str]) -> "Figure":
    """Draw panels with matplotlib, with texts below them; the state has the value of every control."""
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    lines = [part for line in below for part in textwrap.wrap(line, LINE)]
    height = rows * max(panel.height for panel in panels) / plots.CSS_PIXELS_PER_INCH
    made, axes = plots.figure(rows, columns, height=height + READOUT_HEIGHT * len(lines), squeeze=False)
    for panel, place in zip(panels, axes.flat, strict=False):
        _panel(panel, place, state)
    for place in axes.flat[len(panels) :]:
        place.set_axis_off()
    made.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=9, color=plots.INK)
    return made


def png(figure: "Figure") -> tuple[str, dict[str, int]]:
    """Return a figure as base64, and its size on the page.

    Whoever sees the picture in a notebook has not run its cell yet, and is asked to in its lowest pixels. The size says
    how many these are, so that they can be cut off where there is no cell to run.
    """
    drawn, hint = plots.picture(figure), _hint()
    image = drawn.crop((0, 0, drawn.width, drawn.height + hint.height)).convert("RGB")
    image.paste(hint, (0, drawn.height))
    packed = io.BytesIO()
    image.quantize(256).save(packed, format="png", optimize=True)
    size = {"width": image.width // 2, "height": image.height // 2, "hint": hint.height // 2}
    return base64.b64encode(packed.getvalue()).decode(), size


@cache
def _hint() -> "Image":
    from matplotlib.figure import Figure

    strip = Figure(figsize=(plots.WIDTH, HINT_HEIGHT / plots.CSS_PIXELS_PER_INCH))
    strip.text(0.01, 0.5, HINT, va="center", fontsize=9, fontstyle="italic", color=plots.PURPLE)
    return plots.picture(strip, 16).convert("RGB")


class _Values:
    """The values of a mark's sources at one state."""

    def __init__(self, mark: Mark, state: Mapping[str, Any]) -> None:
        self._mark, self._state = mark, state

    def __getitem__(self, source: str) -> NDArray:
        value = getattr(self._mark, source)
        if isinstance(value, str):
            return np.asarray(self._state[value], dtype=float)
        is_sum = isinstance(value, list | tuple) and any(map(callable, value))
        return sum(np.asarray(self.call(part), dtype=float) for part in (value if is_sum else [value]))

    def call(self, part: Any) -> Any:
        if not callable(part):
            return part
        names = parameters(part, self._state, "")
        return part(**{name: self._state[name] for name in names})


def _panel(panel: Panel, axes: "Axes", state: Mapping[str, Any]) -> None:
    at_end = []
    for mark in panel.marks:
        values = _Values(mark, state)
        _DRAW[mark.kind](axes, mark, values)
        if mark.label and not (isinstance(mark, Handle) and mark.invites):
            x, y = np.atleast_1d(values["x"]), np.atleast_1d(values["y1" if mark.kind == "area" else "y"])
            if mark.label_at is None and mark.kind == "line":
                at_end.append((mark, x, y))
            else:
                _beside(axes, mark, x, y)
    # Limits come after the marks, some of which set their own.
    axes.set(title=panel.title, xlabel=panel.x.label, ylabel=panel.y.label)
    _limits(axes, "x", panel.x)
    _limits(axes, "y", panel.y)
    _ends(axes, panel, at_end)


def _limits(axes: "Axes", which: str, axis: Axis) -> None:
    axes.set(**{f"{which}scale": "log" if axis.log else "linear", f"{which}lim": (axis.low, axis.high)})
    if isinstance(axis.ticks, int):
        if not axis.log:
            axes.locator_params(axis=which, nbins=axis.ticks)
    elif axis.ticks is not None:
        axes.set(**{f"{which}ticks": [place for place, _ in axis.ticks]})
        axes.set(**{f"{which}ticklabels": [text for _, text in axis.ticks]})


def _beside(axes: "Axes", mark: Mark, x: NDArray, y: NDArray) -> None:
    nearest = 0 if mark.label_at is None else int(np.argmin(np.abs(x - mark.label_at)))
    offset = (0, -9) if mark.label_below else (0, 9)
    plots.label(
        axes,
        float(x[nearest]),
        float(y[nearest]),
        mark.label,
        mark.color,
        ha="center",
        textcoords="offset points",
        xytext=offset,
        annotation_clip=True,
    )


def _ends(axes: "Axes", panel: Panel, lines: list[tuple[Mark, NDArray, NDArray]]) -> None:
    """Write the labels of lines to the right of the panel, none over another."""
    places = []
    for mark, x, y in lines:
        inside = (x >= panel.x.low) & (x <= panel.x.high) & (y >= panel.y.low) & (y <= panel.y.high)
        last = y[inside][-1] if inside.any() else y[-1]
        along = (
            np.log([last, panel.y.low, panel.y.high]) if panel.y.log else np.array([last, panel.y.low, panel.y.high])
        )
        fraction = (along[0] - along[1]) / (along[2] - along[1])
        places.append((float(np.clip(fraction, 0, 1)), mark))
    places.sort(key=lambda place: place[0])
    heights = _apart([fraction for fraction, _ in places], gap=22 / panel.height)
    for height, (_, mark) in zip(heights, places, strict=True):
        plots.label(axes, 1.02, height, mark.label, mark.color, xycoords="axes fraction", annotation_clip=False)


def _apart(heights: list[float], gap: float) -> list[float]:
    """Move sorted heights apart: upward, and those that run out of the panel down again."""
    moved = []
    for height in heights:
        moved.append(max(height, moved[-1] + gap) if moved else height)
    highest = 1.0
    for place in reversed(range(len(moved))):
        moved[place] = min(moved[place], highest)
        highest = moved[place] - gap
    return moved


def _line(axes: "Axes", mark: Any, values: _Values) -> None:
    style = "--" if mark.dash else "-"
    axes.plot(values["x"], values["y"], style, color=mark.color, linewidth=mark.width, alpha=mark.opacity)


def _points(axes: "Axes", mark: Any, values: _Values) -> None:
    face = {"facecolors": "none", "edgecolors": mark.color} if mark.hollow else {"color": mark.color}
    axes.scatter(values["x"], values["y"], s=(1.5 * mark.radius) ** 2, alpha=mark.opacity, zorder=3, **face)


def _area(axes: "Axes", mark: Any, values: _Values) -> None:
    axes.fill_between(values["x"], values["y1"], values["y2"], color=mark.color, alpha=mark.opacity, linewidth=0)


def _bars(axes: "Axes", mark: Any, values: _Values) -> None:
    axes.bar(values["x"], values["y"], mark.width, color=mark.color, alpha=mark.opacity)


def _mesh(mark: Any, z: NDArray) -> tuple[NDArray, NDArray]:
    return np.linspace(*mark.x_limits, z.shape[1]), np.linspace(*mark.y_limits, z.shape[0])


def _heatmap(axes: "Axes", mark: Any, values: _Values) -> None:
    z = values["z"]
    low, high = mark.z_limits
    axes.pcolormesh(*_mesh(mark, z), z, cmap="cividis", vmin=low, vmax=high, shading="nearest")


def _contours(axes: "Axes", mark: Any, values: _Values) -> None:
    z = values["z"]
    axes.contour(*_mesh(mark, z), z, levels=list(mark.levels), colors=mark.color, linewidths=1)


def _arrows(axes: "Axes", mark: Any, values: _Values) -> None:
    for x, y, dx, dy in zip(values["x"], values["y"], values["dx"], values["dy"], strict=True):
        style = {"arrowstyle": "-|>", "color": mark.color, "linewidth": mark.width, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (x + dx, y + dy), (x, y), arrowprops=style)


def _text(axes: "Axes", mark: Any, values: _Values) -> None:
    align = {"start": "left", "middle": "center", "end": "right"}[mark.anchor]
    plots.label(axes, float(values["x"]), float(values["y"]), values.call(mark.text), mark.color, ha=align)


def _handle(axes: "Axes", mark: Any, values: _Values) -> None:
    axes.plot(values["x"], values["y"], "o", color=mark.color, markersize=mark.radius, zorder=4)


_DRAW = {
    "line": _line,
    "points": _points,
    "area": _area,
    "bars": _bars,
    "heatmap": _heatmap,
    "contours": _contours,
    "arrows": _arrows,
    "text": _text,
    "handle": _handle,
}
