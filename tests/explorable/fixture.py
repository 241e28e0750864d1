"""A small explorable with everything in it, and what the page must make of it: data for the tests in JavaScript.

`python tests/explorable/fixture.py` writes `fixture.json`; a test compares it with what is made anew.
"""

import base64
import json
from pathlib import Path

import numpy as np
from decode import Decoded

from lossbook.explorable import (
    Area,
    Arrows,
    Axis,
    Bars,
    Choice,
    Contours,
    Explorable,
    Guess,
    Handle,
    Heatmap,
    Line,
    Panel,
    Points,
    Readout,
    Slider,
    Text,
    Toggle,
)
from lossbook.plots import BLUE, GRAY, GREEN, ORANGE, PURPLE

PATH = Path(__file__).with_name("fixture.json")
X = np.array([0.0, 1.0, 2.0, 4.0])
SQUARE = {"x_limits": (0, 4), "y_limits": (-2, 6)}
STATES = {
    "initial": {},
    "all at their first": {"slope": -1, "rate": 0.01, "step": 0, "loss": "squared", "shifted": False},
    "all at their last": {"slope": 3, "rate": 10, "step": 3, "loss": "Huber", "shifted": True},
    "slope between two nodes": {"slope": 0.25},
    "slope in the last interval": {"slope": 2.5},
    "halfway, where the nearest node is the upper one": {"slope": 0.5},
    "rate between two nodes": {"rate": 10**-0.5},
    "everything between": {"slope": 2, "rate": 10**0.5, "step": 2, "loss": "Huber", "shifted": True},
}


def made():
    """The explorable: sums, jumps, negative zeros, far-away points and every kind of mark."""
    base = X[None] * np.array([[1.0], [2.0], [-1.0]])
    left = [
        Heatmap(z=lambda shifted: base + 2 * shifted, z_limits=(-4, 10), **SQUARE),
        Contours(z=lambda slope: slope * base, levels=[-1, 0, 2], color=GRAY, **SQUARE),
        Area(x=X, y1=lambda slope: slope * X - 1, y2=lambda slope: slope * X + 1, color=BLUE),
        Line(x=X, y=[lambda slope: slope * X, lambda shifted: 1.0 * shifted * np.ones(4)], color=BLUE, label="sum"),
        Line(x=[0, 4], y=lambda slope, loss: [0, (1e6 if loss == "Huber" else 2) * slope], dash=True, label="far"),
        Line(x=X, y=lambda slope: np.full(4, slope), interpolate=False, color=ORANGE, label="jumps", label_at=2),
        Handle(x=2, y="slope", label="drag me"),
        Text(x=1, y=5, text=lambda loss, slope: f"{loss}, {'down' if slope < 0 else 'up'}", anchor="start"),
        Text(x=3, y=5, text="fixed"),
    ]
    right = [
        Bars(x=[0, 1, 2, 3], y=lambda step: np.where(np.arange(4) == step, 10.0, 1.0), width=0.8, color=GREEN),
        Points(x=lambda step: [step], y=lambda rate: [rate], color=PURPLE, radius=5, after_guess=True),
        Line(x=[0, 3], y=lambda rate: [rate, 0.01], color=PURPLE, label="rate", label_at=3, label_below=True),
    ]
    arrows = Arrows(x=[0, 1], y=[0, 0], dx=lambda slope: [slope, 0], dy=lambda slope: [1, -slope], color=ORANGE)
    return Explorable(
        "fixture",
        title="Everything at once",
        caption="Move *everything*, `slope` first.",
        alt="Lines, bars, arrows and a heat map.",
        controls=[
            Slider(name="slope", nodes=[-1, 0, 1, 3], default=1, between=4, decimals=2),
            Slider(
                name="rate", nodes=[0.01, 0.1, 1, 10], default=0.1, between=2, log=True, decimals=3, unit="per step"
            ),
            Slider(name="step", nodes=range(4), default=0, button="Next step"),
            Choice(name="loss", label="Loss", options=["squared", "Huber"]),
            Toggle(name="shifted", label="one up"),
        ],
        panels=[
            Panel("left", Axis("x", 0, 4), Axis("y", -2, 6), marks=left, description="Lines over a heat map."),
            Panel(
                "right",
                Axis("step", -0.5, 3.5, ticks=[(0, "none"), (3, "three")]),
                Axis("rate", 0.001, 100, log=True, ticks=[(0.01, "1 %"), (1, "1")]),
                marks=right,
            ),
            Panel("arrows", Axis("x", -4, 4, ticks=3), Axis("y", -4, 4), marks=[arrows], height=200),
        ],
        readouts=[
            Readout("*slope* {slope}, `rate` {rate}, step {step}, {loss}"),
            Readout(
                "{double:+.1f} and {tie:.2f} and {zero:+.0f}",
                color=BLUE,
                double=lambda slope: 2 * slope,
                tie=lambda slope: slope / 8,
                zero=lambda slope: -slope / 100,
            ),
            Readout(
                "{large:,.0f}, {part:.1%} and {word}",
                after_guess=True,
                large=lambda slope: 1234567.5 * slope,
                part=lambda slope: slope / 16,
                word=lambda shifted: "up" if shifted else "down",
            ),
        ],
        presets={"steep": {"slope": 3}, "other": {"loss": "Huber", "shifted": True}},
        guess=Guess("Which?", {"this": "Yes, `this`.", "that": "No."}, right="this"),
    )


def contents():
    """What the file holds; expected values to nine digits, so that they are the same everywhere."""
    demo = made()
    page = Decoded(demo.spec, demo.frames)
    states = []
    for what, changes in STATES.items():
        state = demo.initial | changes
        values = [page.value(index, state) for index in range(len(demo.spec["functions"]))]
        states.append(
            {
                "what": what,
                "state": {name: rounded(value) for name, value in state.items()},
                "coordinates": {name: page.position(name, value) for name, value in state.items()},
                "values": [value if isinstance(value, str) else rounded(np.ravel(value).tolist()) for value in values],
                "readouts": page.printed(state),
            }
        )
    spec = json.loads(json.dumps(demo.spec))
    return {"spec": spec, "frames": base64.b64encode(demo.frames).decode(), "states": states}


def rounded(value):
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


if __name__ == "__main__":
    data = contents()
    states = ",\n".join(json.dumps(entry) for entry in data.pop("states"))
    start = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items())
    PATH.write_text(f'{{{start},\n"states": [\n{states}\n]}}\n', encoding="utf-8")
