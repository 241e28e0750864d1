"""The picture of one or two runs: their fits, their curves and, where no table stands beside it, their metrics."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lossbook import plots
from lossbook.laboratory.runs import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE = 46  # characters of text across one run
COLORS = {"training": plots.ORANGE, "validation": plots.BLUE}


@dataclass(frozen=True)
class Shown:
    """A run with its name, and its settings and metrics as they are printed."""

    name: str
    run: Run
    settings: dict[str, str]
    metrics: dict[str, str]

    @property
    def setting(self) -> str:
        """The settings in one line."""
        return ", ".join(f"{label} {value}" for label, value in self.settings.items())


def picture(
    shown: Sequence[Shown], draw: Callable[["Axes", Any], None], *, with_metrics: bool = False
) -> tuple["Figure", str]:
    """Return the runs side by side, one column each, and the alternative text."""
    ratios = [1.15, 1, 0.42] if with_metrics else [1.15, 1]
    made, axes = plots.figure(
        len(ratios), len(shown), height=2.5 * sum(ratios), squeeze=False, gridspec_kw={"height_ratios": ratios}
    )
    for one, column in zip(shown, axes.T, strict=True):
        draw(column[0], one.run.fit)
        column[0].set_title(f"{one.name.capitalize()}\n{_wrapped(one, LINE * 2 // len(shown))}", fontsize=9, loc="left")
        _curves(column[1], one.run)
        if with_metrics:
            _metrics(column[2], one.metrics)
    if len({one.run.unit for one in shown}) == 1:
        # The curves of one loss can be compared only on one scale.
        limits = [place.get_ylim() for place in axes[1]]
        for place in axes[1]:
            place.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    return made, " ".join(alternative_text(one) for one in shown)


def alternative_text(one: Shown) -> str:
    """Say what the picture shows of one run."""
    ends = [
        f"{name} loss goes from {_short(curve[0])} to {_short(curve[-1])}" for name, curve in one.run.curves.items()
    ]
    metrics = ", ".join(f"{name} {value}" for name, value in one.metrics.items())
    return (
        f"{one.name.capitalize()}: {one.setting}. {one.run.words} Over {one.run.epochs} epochs the {ends[0]}, "
        f"the {ends[1]}. {metrics.capitalize()}."
    )


def _wrapped(one: Shown, width: int) -> str:
    """Return the settings in lines that end between two of them."""
    no_break = "\u00a0"
    settings = [f"{label} {value}".replace(" ", no_break) for label, value in one.settings.items()]
    return "\n".join(textwrap.wrap(", ".join(settings), width)).replace(no_break, " ")


def _short(number: float) -> str:
    return f"{float(f'{number:.2g}'):,g}"


def _curves(axes: "Axes", run: Run) -> None:
    last = {name: curve[-1] for name, curve in run.curves.items()}
    upper = max(last, key=last.__getitem__)
    for name, curve in run.curves.items():
        axes.plot(range(len(curve)), curve, color=COLORS[name])
        is_upper = name == upper
        # Above the upper curve and below the lower one, so that the two labels do not meet.
        plots.label(
            axes,
            run.epochs,
            curve[-1],
            name,
            COLORS[name],
            ha="right",
            va="bottom" if is_upper else "top",
            textcoords="offset points",
            xytext=(0, 5 if is_upper else -5),
        )
    if min(min(curve) for curve in run.curves.values()) > 0:
        axes.set_yscale("log")
    axes.margins(y=0.25)
    axes.set(xlabel="epoch", ylabel=run.unit)


def _metrics(axes: "Axes", metrics: dict[str, str]) -> None:
    axes.set_axis_off()
    for row, (name, value) in enumerate(metrics.items()):
        height = 1 - (row + 0.5) / len(metrics)
        axes.text(0, height, name, fontsize=9, va="center", transform=axes.transAxes)
        axes.text(1, height, value, fontsize=9, va="center", ha="right", transform=axes.transAxes)
