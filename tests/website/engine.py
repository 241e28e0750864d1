"""A page with demos made for tests, which between them have everything that a demo can have."""

import base64
import json
import shutil
from pathlib import Path

import numpy as np
from figures import Demo

from lossbook.explorable import Axis, Choice, Explorable, Handle, Line, Panel, Readout, Slider
from tools.repository import ROOT
from website.demos import figure_html

MODEL = "chapters/regression/quantiles.html"  # a page with a demo, and so with the script
PAGE = "chapters/regression/engine.html"
STATIC = "_static"

# Every kind of mark, sliders of every kind, a guess. The tests of the script itself read it too.
EVERYTHING = ROOT / "tests" / "explorable" / "fixture.json"


def _handles() -> Explorable:
    """Return what is not in that file.

    Handles that move sideways, both ways and on a triangle of three probabilities, a log axis, a long choice.
    """
    x = np.linspace(0, 1, 21)
    powers = {"none": 0, "linear": 1, "square": 2, "cube": 3, "fourth": 4}

    def curve(price: float, power: str) -> np.ndarray:
        return price * 10 ** (x ** powers[power] - 1)

    def across(first: float, split: float) -> float:
        return first / 2 + (1 - first) * split

    return Explorable(
        "handles",
        title="Handles",
        caption="Drag a disc.",
        alt="A curve below a disc, and another disc at its foot.",
        controls=[
            Slider(name="share", nodes=[0, 0.5, 1], default=0.5, between=50, decimals=2),
            Slider(name="price", nodes=[1, 10, 100], default=10, between=50, log=True, decimals=1, unit="euros"),
            Slider(name="first", nodes=np.linspace(0, 1, 11), default=0.4, between=5, decimals=2),
            Slider(name="split", nodes=np.linspace(0, 1, 11), default=0.5, between=5, decimals=2),
            Choice(name="power", options=list(powers), default="linear"),
        ],
        panels=[
            Panel(
                "a panel",
                Axis("share", 0, 1),
                Axis("price (euros)", 0.1, 1000, log=True),
                marks=[
                    Line(x=x, y=curve, label="price"),
                    Handle(x="share", y="price", label="both ways"),
                    Handle(x="share", y=0.2, label="sideways"),
                ],
            ),
            Panel(
                "a triangle",
                Axis("class 3 rather than class 2", 0, 1),
                Axis("class 1", 0, 1),
                marks=[
                    Line(x=[0, 1, 0.5, 0], y=[0, 0, 1, 0]),
                    Handle(x=across, y=lambda first: first, moves=("first", "split"), label="three"),
                ],
            ),
        ],
        readouts=[
            Readout("{share} at {price}, {power}: {end:.1f}", end=lambda price, power: curve(price, power)[10]),
            Readout("{first} and {second:.3f}", second=lambda first, split: (1 - first) * (1 - split)),
        ],
        presets={"cheap": {"price": 1}, "dear": {"price": 100, "share": 0.9, "power": "cube"}},
    )


def _figures() -> list[tuple[dict, str]]:
    everything, handles = json.loads(EVERYTHING.read_text(encoding="utf-8")), _handles()
    return [(everything["spec"], everything["frames"]), (handles.spec, base64.b64encode(handles.frames).decode())]


DEMOS = [Demo(PAGE, spec) for spec, _ in _figures()]


def write(html: Path, folder: Path) -> None:
    """Write the page into a folder, in the layout of a page of the built website and with its scripts and styles."""
    page = (html / MODEL).read_text(encoding="utf-8")
    head, _, rest = page.partition('<article class="bd-article">')
    tail = rest.partition("</article>")[2]
    figures = "".join(figure_html(*figure) for figure in _figures())
    article = f'<article class="bd-article"><section id="engine"><h1>Everything</h1>{figures}</section></article>'
    (folder / PAGE).parent.mkdir(parents=True)
    (folder / PAGE).write_text(head + article + tail, encoding="utf-8")
    shutil.copytree(html / STATIC, folder / STATIC)
