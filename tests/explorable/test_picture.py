"""The picture: every kind of mark is drawn where its numbers say, at any state, without a warning."""

import base64
import io

import numpy as np
import pytest
from fixture import STATES, made
from matplotlib.colors import to_hex
from PIL import Image

from lossbook import plots
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
)
from lossbook.explorable.picture import png

SQUARE = {"x_limits": (0, 2), "y_limits": (0, 4)}
X = np.array([0.5, 1, 2])
SLOPE = Slider(name="a", nodes=[1, 2, 3], default=1, between=2, decimals=1, label="slope")


def demo(*marks, x=None, y=None, panels=1, readouts=(), controls=()):
    x, y = x or Axis("x", 0, 2), y or Axis("y", 0, 4)
    return Explorable(
        "picture",
        title="A picture",
        caption="Look.",
        alt="A picture.",
        controls=[SLOPE, *controls],
        panels=[Panel(f"panel {n}", x, y, marks=marks) for n in range(panels)],
        readouts=readouts,
    )


def drawn(*marks, state=None, **options):
    explorable = demo(*marks, **options)
    figure = explorable.drawn(state)
    figure.savefig(io.BytesIO(), format="png", dpi=30)
    return figure.axes[0]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_a_line():
    axes = drawn(Line(x=X, y=lambda a: a * X, color=plots.BLUE, dash=True, width=3, opacity=0.5), state={"a": 2.0})
    (line,) = axes.lines
    np.testing.assert_array_equal(line.get_xydata(), np.column_stack([X, 2 * X]))
    assert (to_hex(line.get_color()), line.get_linestyle(), line.get_linewidth()) == (plots.BLUE, "--", 3)
    assert line.get_alpha() == 0.5


def test_a_sum_and_a_state_between_nodes():
    axes = drawn(Line(x=X, y=[lambda a: a * X, lambda: np.ones(3)]), state={"a": 1.5})
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), 1.5 * X + 1)


def test_points():
    full, hollow = drawn(Points(x=X, y=X, color=plots.GREEN), Points(x=X, y=2 * X, hollow=True)).collections
    np.testing.assert_array_equal(full.get_offsets(), np.column_stack([X, X]))
    assert to_hex(full.get_facecolor()[0]) == plots.GREEN
    assert len(hollow.get_facecolor()) == 0
    assert to_hex(hollow.get_edgecolor()[0]) == plots.INK


def test_an_area():
    (area,) = drawn(Area(x=X, y1=0 * X, y2=X)).collections
    corners = {tuple(corner) for corner in area.get_paths()[0].vertices}
    assert {(0.5, 0), (0.5, 0.5), (2, 0), (2, 2)} <= corners


def test_bars():
    bars = drawn(Bars(x=[1, 2], y=[3, 4], width=0.5)).patches
    assert [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in bars] == [(0.75, 0.5, 3), (1.75, 0.5, 4)]


def test_a_heat_map():
    (mesh,) = drawn(Heatmap(z=np.arange(6).reshape(3, 2), z_limits=(0, 9), **SQUARE)).collections
    np.testing.assert_array_equal(np.reshape(mesh.get_array(), (3, 2)), np.arange(6).reshape(3, 2))
    assert mesh.get_clim() == (0, 9)
    assert mesh.get_cmap().name == "cividis"


def test_contours():
    (lines,) = drawn(Contours(z=np.arange(6).reshape(3, 2), levels=[1.5, 2.5], **SQUARE)).collections
    assert lines.levels.tolist() == [1.5, 2.5]


def test_contours_none_of_which_can_be_seen():
    assert drawn(Contours(z=np.zeros((2, 2)), levels=[1], **SQUARE))


def test_arrows():
    axes = drawn(Arrows(x=[0, 1], y=[0, 1], dx=[1, 0], dy=[0, 2]))
    assert [(arrow.xyann, arrow.xy) for arrow in axes.texts] == [((0, 0), (1, 0)), ((1, 1), (1, 3))]


def test_a_text():
    axes = drawn(Text(x=1, y=1, text=lambda a: f"a is {a}", anchor="end"), Text(x=0, y=0, text="fixed"))
    assert texts(axes) == ["a is 1.0", "fixed"]
    assert axes.texts[0].get_ha() == "right"


def test_a_handle():
    axes = drawn(Handle(x=0.5, y="a", label="A"), state={"a": 2.5})
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[0.5, 2.5]])
    assert texts(axes) == ["A"]


def test_a_handle_on_a_curved_grid():
    handle = Handle(x=lambda a, b: a * b, y=lambda a: a, moves=("a", "b"))
    axes = drawn(handle, state={"a": 2.5, "b": 0.2}, controls=[Slider(name="b", nodes=[0, 1], default=0, between=5)])
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[0.5, 2.5]])


def test_a_picture_asks_nobody_to_drag():
    axes = drawn(Handle(x=0.5, y="a", label="drag me", invites=True), state={"a": 2.5})
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[0.5, 2.5]])
    assert texts(axes) == []


@pytest.mark.parametrize(
    "mark",
    [
        Line(x=X, y=X, label="here"),
        Line(x=X, y=X, label="here", label_at=1, label_below=True),
        Points(x=X, y=X, label="here"),
        Area(x=X, y1=X, y2=2 * X, label="here"),
        Bars(x=X, y=X, width=0.1, label="here"),
        Heatmap(z=np.eye(2), z_limits=(0, 1), label="here", **SQUARE),
        Contours(z=np.eye(2), levels=[0.5], label="here", **SQUARE),
        Arrows(x=X, y=X, dx=X, dy=X, label="here"),
        Text(x=1, y=1, text="text", label="here"),
        Handle(x=1, y="a", label="here"),
    ],
    ids=lambda mark: f"{mark.kind}{'' if mark.label_at is None else ' at a place'}",
)
def test_labels(mark):
    """Either a label is drawn, or it is refused when the mark is declared."""
    try:
        explorable = demo(mark)
    except ValueError as error:
        assert "label" in str(error)  # noqa: PT017
    else:
        axes = explorable.drawn().axes[0]
        assert "here" in texts(axes)


def test_labels_at_the_end_of_lines_keep_apart():
    axes = drawn(*(Line(x=X, y=X + n / 100, label=f"line {n}") for n in range(4)))
    heights = sorted(text.xy[1] for text in axes.texts)
    assert np.diff(heights).min() >= 0.08


def test_lines_beyond_the_limits_are_labeled_within():
    axes = drawn(Line(x=X, y=1000 * X, label="far above"), Line(x=X, y=-1000 * X, label="far below"))
    assert all(0 <= text.xy[1] <= 1 for text in axes.texts)


def test_axes():
    axes = drawn(Line(x=X, y=X), x=Axis("rate", 0.01, 10, log=True, ticks=[(0.1, "low"), (1, "one")]))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    assert (axes.get_xlim(), axes.get_ylim()) == ((0.01, 10), (0, 4))
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("rate", "y", "panel 0")
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["low", "one"]


def test_about_how_many_ticks():
    assert len(drawn(Line(x=X, y=X), x=Axis("x", 0, 2, ticks=2)).get_xticks()) <= 3


@pytest.mark.parametrize("log", [False, True])
def test_no_ticks_at_all(log):
    assert len(drawn(Line(x=X, y=X), x=Axis("x", 0.1, 2, log=log, ticks=[])).get_xticks()) == 0


@pytest.mark.parametrize(("panels", "shape"), [(1, (1, 1)), (2, (1, 2)), (3, (2, 2)), (4, (2, 2))])
def test_panels_stand_side_by_side(panels, shape):
    figure = demo(Line(x=X, y=X), panels=panels).drawn()
    assert figure.axes[0].get_gridspec().get_geometry() == shape
    assert [axes.axison for axes in figure.axes] == [True] * panels + [False] * (len(figure.axes) - panels)


def test_below_the_picture_stands_what_it_shows():
    explorable = demo(Line(x=X, y=X), readouts=[Readout("twice {v:.1f}", v=lambda a: 2 * a)])
    assert explorable.described() == ["Shown here: slope: 1.0", "twice 2.0"]
    assert explorable.described({"a": 2.0}) == ["Shown here: slope: 2.0", "twice 4.0"]
    assert explorable.drawn({"a": 2.0}).get_supxlabel() == "Shown here: slope: 2.0\ntwice 4.0"


def test_size_on_the_page_is_half_that_of_the_image():
    _, size = png(demo(Line(x=X, y=X)).drawn())
    assert size["width"] == pytest.approx(plots.WIDTH * plots.CSS_PIXELS_PER_INCH, abs=1)
    assert size["height"] == pytest.approx(260 + 24 + size["hint"], abs=1)


def test_at_its_lower_end_it_asks_to_run_the_cell():
    """In letters, on white, and only there: what is left without them is the figure itself."""
    figure = demo(Line(x=X, y=X)).drawn()
    packed, size = png(figure)
    image = np.asarray(Image.open(io.BytesIO(base64.b64decode(packed))).convert("RGB")).astype(int)
    hint, above = image[-2 * size["hint"] :], image[: -2 * size["hint"]]
    assert abs(above - np.asarray(plots.picture(figure).convert("RGB"))).max() <= 2
    darkness = 255 - hint.mean(axis=2)
    assert 0.003 < (darkness > 60).mean() < 0.1
    assert (darkness[[0, -1]] == 0).all()
    assert (darkness[:, 500:] == 0).all()


def test_everything_can_be_drawn_at_once():
    figure = made().drawn()
    figure.savefig(io.BytesIO(), format="png", dpi=50)


@pytest.mark.parametrize("what", STATES)
def test_everything_can_be_drawn_at_every_state(what):
    explorable = made()
    assert len(explorable.drawn(explorable.initial | STATES[what]).axes) == 4


def test_a_state_may_leave_controls_at_their_defaults():
    explorable = made()
    assert explorable.described({"slope": 3}) == explorable.described(explorable.initial | {"slope": 3})
    assert explorable.drawn({"slope": 3})
