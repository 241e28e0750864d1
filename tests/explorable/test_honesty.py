"""The tests of the demos find what they are there to find: demos that show what their functions do not return."""

import numpy as np
import pytest
from decode import Decoded
from test_demos import misplaced, misprinted, some_states

from lossbook.explorable import (
    Area,
    Arrows,
    Axis,
    Bars,
    Contours,
    Explorable,
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

X = np.linspace(0, 1, 21)
ROWS, COLUMNS = np.mgrid[0:1:11j, 0:1:11j]
SQUARE = {"x_limits": (0, 1), "y_limits": (0, 1)}

# With five nodes from 0 to 2, a parabola in `a` is off by 1/16 halfway; with 41, by 1/1600.
MARKS = {
    "line": Line(x=X, y=lambda a: a**2 * X / 4),
    "line of two points": Line(x=[0, 1], y=lambda a: [0, a**2 / 4]),
    "line across the panel": Line(x=[-5, 5], y=lambda a: [a**2 / 4 - 4, a**2 / 4 + 4]),
    "steep line": Line(x=lambda a: [a**2 / 4, a**2 / 4 + 1e-6], y=[-1, 2]),
    "sum": Line(x=X, y=[lambda a: a**2 / 4 + 0 * X, lambda on: 0.01 * on + 0 * X]),
    "points": Points(x=lambda a: [a**2 / 4], y=[0.5]),
    "area": Area(x=X, y1=0 * X, y2=lambda a: a**2 / 4 + 0 * X),
    "bars": Bars(x=[0.5], y=lambda a: [a**2 / 4], width=0.1),
    "arrows": Arrows(x=[0.5], y=[0.5], dx=lambda a: [a**2 / 8], dy=[0]),
    "handle": Handle(x=0.5, y=lambda a: a**2 / 4),
    "text": Text(x=0.5, y=lambda a: a**2 / 4, text="here"),
    "heat map": Heatmap(z=lambda a: a**2 / 4 * ROWS, z_limits=(0, 1), **SQUARE),
    "contours": Contours(z=lambda a: COLUMNS - a**2 / 4, levels=[0.25], **SQUARE),
}


def faults(mark, nodes, x=None, y=None, readouts=(), find=misplaced, between=4):
    panel = Panel("the panel", x or Axis("x", 0, 1), y or Axis("y", 0, 1), marks=[mark])
    demo = Explorable(
        "honest",
        title="Honest?",
        caption="Look.",
        alt="A mark.",
        controls=[Slider(name="a", nodes=np.linspace(0, 2, nodes), default=1, between=between), Toggle(name="on")],
        panels=[panel],
        readouts=readouts,
    )
    decoded = Decoded(demo.spec, demo.frames)
    return find(demo, decoded, some_states(demo, 7))


@pytest.mark.parametrize("kind", MARKS)
def test_too_few_nodes_are_found(kind):
    (fault,) = faults(MARKS[kind], 5)
    assert fault.startswith(f"honest, panel 0 'the panel', mark 0 ({MARKS[kind].kind}): ")
    assert " pixels off at a = " in fault


@pytest.mark.parametrize("kind", MARKS)
def test_enough_nodes_are_fine(kind):
    assert faults(MARKS[kind], 41) == []


def jump(a):
    return [a > 0.7, a > 0.7]


def test_a_jump_is_found_unless_it_is_declared():
    assert len(faults(Line(x=[0, 1], y=jump), 41)) == 1
    assert faults(Line(x=[0, 1], y=jump, interpolate=False), 41) == []


def test_a_line_that_comes_from_far_outside_is_found():
    """What is far outside is stored as less far, so that halfway in, the line is drawn within the panel too early."""

    def level(a):
        return [1e4 * (2 - a), 1e4 * (2 - a)]

    assert len(faults(Line(x=[0, 1], y=level), 2, between=20)) == 1
    assert faults(Line(x=[0, 1], y=lambda a: [1 + y for y in level(a)]), 2, between=20) == []


def test_a_line_cut_off_in_both_directions_is_found():
    assert len(faults(Line(x=[-50, 50], y=[-40, 40]), 2)) == 1
    assert faults(Line(x=[-5, 5], y=[-4, 4]), 2) == []


def test_what_is_outside_of_the_panel_does_not_matter():
    assert faults(Line(x=[0, 1], y=lambda a: [5 + a**2] * 2), 5) == []
    assert faults(Points(x=[2], y=lambda a: [a**2]), 5) == []


def test_along_a_steep_line_does_not_matter():
    """The points move along the line, which stays in place."""
    assert faults(Line(x=lambda a: np.array([0, a**2 / 4, 1]), y=lambda a: np.array([0, a**2 / 4, 1])), 5) == []


def test_logarithmic_axes_are_compared_in_logarithms():
    log = Axis("y", 1e-8, 1, log=True)
    assert faults(Line(x=[0, 1], y=lambda a: [10 ** (-4 * a)] * 2), 5, y=log) == []
    assert len(faults(Line(x=[0, 1], y=lambda a: [1.01 - a / 2] * 2), 5, y=log)) == 1


def test_readouts_between_nodes():
    def found(nodes):
        readouts = [Readout("{v:.2f}", v=lambda a: a**2)]
        return faults(MARKS["handle"], nodes, readouts=readouts, find=misprinted)

    (fault,) = found(5)
    assert fault.startswith("honest, readout '{v:.2f}': v prints ")
    assert found(81) == []


def test_readouts_of_words_are_those_of_the_nearest_node():
    readouts = [Readout("{v}", v=lambda a, on: f"{a > 0.7} {on}")]
    assert faults(MARKS["handle"], 5, readouts=readouts, find=misprinted) == []
