"""The demo of the laboratory: its controls, over runs that were made beforehand."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossbook.course.classification.laboratory.runs import BINS, GRID, STEP, stored
from lossbook.explorable import Axis, Bound, Choice, Explorable, Guess, Line, Panel, Points, Readout, Slider
from lossbook.plots import BLUE, GRAY, INK, ORANGE

METRICS = ("accuracy", "recall", "cross_entropy", "calibration_error")


def _of_run(pick: Callable[[dict[str, NDArray]], Any]) -> Bound:
    """Return a function of all controls: what `pick` takes out of the run that was made with these settings."""

    def at(*settings: Any) -> Any:
        place = tuple(values.index(setting) for values, setting in zip(GRID.values(), settings, strict=True))
        return pick({name: values[place] for name, values in stored().items() if name != "grid"})

    return Bound(at, *GRID)


def _curve(which: int, color: str, label: str) -> Line:
    epochs = STEP * np.arange(stored()["curves"].shape[-1])
    curve = _of_run(lambda run: run["curves"][which])
    return Line(x=epochs, y=curve, color=color, label=label, after_guess=True)


def _interval(index: int) -> Line:
    """Return the interval of one bin; that of an empty bin lies outside of the panel."""
    predicted = _of_run(lambda run: np.repeat(run["bins"][0, index], 2))
    return Line(x=predicted, y=_of_run(lambda run: run["bins"][2:, index]), width=1.5, opacity=0.6, after_guess=True)


def classifier() -> Explorable:
    """What wrong labels, weights, smoothing and the loss do to probabilities, in 216 real runs."""
    metrics = {name: _of_run(lambda run, i=i: run["metrics"][i]) for i, name in enumerate(METRICS)}
    diagram = [
        Line(x=[0, 1], y=[0, 1], color=GRAY, width=1, dash=True),
        *(_interval(index) for index in range(BINS)),
        Points(
            x=_of_run(lambda run: run["bins"][0]),
            y=_of_run(lambda run: run["bins"][1]),
            radius=4.5,
            after_guess=True,
        ),
    ]
    return Explorable(
        "classifier",
        title="216 classifiers: is it a nine?",
        caption="Begin with *calibrated* and change one control at a time. Then put two together.",
        alt="Left: how often a digit is a nine, against the probability that the classifier states, in ten bins, with "
        "intervals. No bin lies below 0.2; where it says 0.7, hardly any digit is a nine. Right: training loss "
        "and validation loss over 100 epochs. The training loss falls, the validation loss rises and then falls back "
        "to where it began.",
        controls=[
            Choice(name="loss", options=GRID["loss"]),
            Slider(name="weight", nodes=GRID["weight"], default=9, label="class weight of nines"),
            Slider(name="smoothing", nodes=GRID["smoothing"], default=0, decimals=1, label="label smoothing"),
            Slider(name="wrong", nodes=GRID["wrong"], default=20, label="wrong labels", unit="%"),
            Slider(name="nines", nodes=GRID["nines"], default=10, label="nines among the digits", unit="%"),
        ],
        panels=[
            Panel(
                "What it says, and what is so",
                Axis("probability that it states", -0.02, 1.02, ticks=[(i / 5, f"{i / 5:g}") for i in range(6)]),
                Axis("share of nines", -0.02, 1.02, ticks=[(i / 5, f"{i / 5:g}") for i in range(6)]),
                marks=diagram,
                height=300,
            ),
            Panel(
                "The loss that it was trained with",
                Axis("epoch", 0, 100),
                Axis("loss", 0.003, 2, log=True),
                marks=[_curve(0, ORANGE, "training"), _curve(1, BLUE, "validation")],
                height=300,
            ),
        ],
        readouts=[
            Readout(
                "accuracy {accuracy:.1f} %, recall {recall:.1f} %",
                after_guess=True,
                color=INK,
                accuracy=metrics["accuracy"],
                recall=metrics["recall"],
            ),
            Readout(
                "cross-entropy {cross_entropy:.3f}, calibration error {calibration_error:.3f}",
                after_guess=True,
                color=INK,
                cross_entropy=metrics["cross_entropy"],
                calibration_error=metrics["calibration_error"],
            ),
        ],
        presets={
            "calibrated": {"weight": 1, "wrong": 0},
            "smoothed": {"weight": 1, "wrong": 0, "smoothing": 0.2},
            "rare": {"weight": 1, "wrong": 0, "nines": 2},
        },
        guess=Guess(
            "One training label in five is wrong, and the class weight is 9. How many held-out digits does the "
            "classifier get right?",
            {
                "about 96 %": "That is what it gets with clean labels and no weight.",
                "about 90 %": "So it would be if the two costs added up: each alone takes about three points.",
                "about 13 %": "Yes. It calls nearly every digit a nine.",
            },
            right="about 13 %",
        ),
    )
