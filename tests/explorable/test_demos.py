"""Every demo of the course: what a reader sees between two nodes is what the demo's own functions return there."""

import ast
import importlib
import math
import zlib
from functools import cache
from pathlib import Path

import ipywidgets
import numpy as np
import pytest
import traitlets
from decode import MINUS, Decoded, js_print, js_round

import lossbook.course
from lossbook.explorable import Explorable
from lossbook.explorable.functions import parameters
from lossbook.explorable.text import Field, parse

STATES = 40
MOST_PIXELS = 0.5  # between what is drawn and what would be computed
MOST_COLORS = 1 / 256  # of the range of a heat map
MOST_DIGITS = 0.6  # of the last one printed; rounding alone takes 0.5
MOST_BYTES = 60_000
PLAIN = {"sign": False, "comma": False, "percent": False}
ROOT = Path(lossbook.course.__path__[0])


def is_demo(node):
    if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
        return False
    returned = ast.unparse(node.returns) if node.returns else "Explorable"
    return not ast.unparse(node.args) and returned.strip("'\"").endswith("Explorable")


def demo_names():
    """Page and function of every demo; nothing is imported, so that a broken module fails its own tests only."""
    for path in sorted(ROOT.rglob("demos.py")):
        page = ".".join(path.parent.relative_to(ROOT).parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if is_demo(node):
                yield f"{page}.{node.name}"


NAMES = list(demo_names())


def each_demo(test):
    return pytest.mark.per("demo", "name")(pytest.mark.parametrize("name", NAMES)(test))


@cache
def built(name):
    """The demo, its decoded frames, and the states at which it is looked at."""
    page, function = name.rsplit(".", 1)
    demo = getattr(importlib.import_module(f"lossbook.course.{page}.demos"), function)()
    assert isinstance(demo, Explorable), f"{name} returns {demo!r}"
    return demo, Decoded(demo.spec, demo.frames), some_states(demo, zlib.crc32(name.encode()))


def some_states(demo, seed):
    """Reachable states: some with one slider alone off its nodes, the rest anywhere."""
    random = np.random.default_rng(seed)
    sliders = [name for name, control in demo.controls.items() if control.kind == "slider"]
    loose = [name for name in sliders if demo.controls[name].between > 1]

    def anywhere(only=None):
        state = {}
        for name, control in demo.controls.items():
            if control.kind != "slider":
                state[name] = control.grid[random.integers(len(control.grid))]
            else:
                places = control.positions
                if only is not None:
                    places = places[(places % 1 > 0) == (name == only)]
                place = random.choice(places)
                state[name] = control.grid[int(place)] if place % 1 == 0 else control.value_at(place)
        return state

    states = [anywhere(only=name) for name in loose for _ in range(4)]
    states += [anywhere() for _ in range(max(STATES - len(states), STATES // 2))]
    return list({tuple(state.values()): state for state in states}.values())


def shown(state):
    return ", ".join(
        f"{name} = {value:.6g}" if isinstance(value, float) else f"{name} = {value}" for name, value in state.items()
    )


def report(what, faults):
    if faults:
        pytest.fail("\n".join([f"{len(faults)} {what}", *faults]), pytrace=False)


def nearest_nodes(demo, decoded, state):
    """The state with every slider at the node that the page takes where it does not interpolate."""
    return {
        name: control.grid[js_round(decoded.position(name, state[name]))] for name, control in demo.controls.items()
    }


def call(function, state):
    return function(**{name: state[name] for name in parameters(function, state, "")})


def direct(source, state):
    """The values of a source, computed."""
    if isinstance(source, str):
        return state[source]
    if isinstance(source, list | tuple) and any(map(callable, source)):
        return sum(np.asarray(call(part, state), dtype=float) for part in source)
    return np.asarray(call(source, state) if callable(source) else source, dtype=float)


# Where marks are ----------------------------------------------------------------------------------


class Plot:
    """A panel in pixels."""

    def __init__(self, panel, panels):
        self.panel = panel
        self.size = {"x": 640 if panels == 1 else 300, "y": panel.height}

    def pixels(self, values, which, is_stored):
        """Pixels from the lower left corner; far away stays far away, and finite."""
        axis = getattr(self.panel, which)
        limits = np.array([axis.low, axis.high], dtype=float)
        values = np.asarray(values, dtype=float)
        if axis.log:
            limits = np.log10(limits)
            if not is_stored:
                with np.errstate(divide="ignore"):
                    values = np.log10(values)
        place = (values - limits[0]) / (limits[1] - limits[0])
        assert not np.any(np.isnan(place)), f"not a number along {which}"
        return np.clip(place * self.size[which], -1e6, 1e6)

    def points(self, x, y, is_stored):
        x, y = self.pixels(x, "x", is_stored), self.pixels(y, "y", is_stored)
        return np.column_stack([np.atleast_1d(x), np.atleast_1d(y)])

    def inside(self, points):
        size = [self.size["x"], self.size["y"]]
        return np.all((points >= -1e-6) & (points <= np.add(size, 1e-6)), axis=1)

    def visible(self, points):
        """Both ends and the middle of what can be seen of each segment of a line."""
        start, step = points[:-1], np.diff(points, axis=0)
        enter, leave = np.zeros(len(start)), np.ones(len(start))
        for axis, size in enumerate((self.size["x"], self.size["y"])):
            flat = step[:, axis] == 0
            along = np.where(flat, 1, step[:, axis])
            ends = np.array([-start[:, axis], size - start[:, axis]]) / along
            outside = flat & ((start[:, axis] < 0) | (start[:, axis] > size))
            low, high = np.where(flat, -np.inf, ends.min(axis=0)), np.where(flat, np.inf, ends.max(axis=0))
            enter, leave = np.maximum(enter, low), np.minimum(leave, np.where(outside, -np.inf, high))
        seen = enter <= leave
        start, step, enter, leave = start[seen], step[seen], enter[seen, None], leave[seen, None]
        return np.concatenate([start + part * step for part in (enter, (enter + leave) / 2, leave)])


def to_polyline(points, line):
    """The distance of every point from a line of segments."""
    if len(line) < 2:
        line = np.repeat(line, 2, axis=0)
    start, step = line[:-1], np.diff(line, axis=0)
    square = np.maximum((step**2).sum(axis=1), 1e-30)
    nearest = np.empty(len(points))
    for chunk in range(0, len(points), 500):
        gap = points[chunk : chunk + 500, None] - start
        along = np.clip((gap * step).sum(axis=2) / square, 0, 1)
        nearest[chunk : chunk + 500] = np.hypot(*np.moveaxis(gap - along[..., None] * step, 2, 0)).min(axis=1)
    return nearest


def between_lines(plot, drawn, computed):
    """How far apart two lines are where either can be seen."""
    if np.hypot(*(drawn - computed).T).max() <= 0.05:
        return 0.0
    there, back = plot.visible(drawn), plot.visible(computed)
    return max([0.0, *to_polyline(there, computed), *to_polyline(back, drawn)])


def between_points(plot, drawn, computed):
    seen = plot.inside(drawn) | plot.inside(computed)
    return np.hypot(*(drawn - computed)[seen].T).max(initial=0)


def distance(mark, plot, drawn, computed):
    """The distance between a mark as it is drawn and as it would be computed; both give values by sources."""
    if mark.kind == "heatmap":
        low, high = mark.z_limits
        gap = np.abs(np.clip(drawn("z"), low, high) - np.clip(computed("z"), low, high)).max() / (high - low)
        return gap / MOST_COLORS * MOST_PIXELS
    if mark.kind == "contours":
        return contours(mark, plot, drawn("z"), computed("z"))

    def both(x, y):
        return plot.points(drawn(x), drawn(y), True), plot.points(computed(x), computed(y), False)

    if mark.kind == "line":
        return between_lines(plot, *both("x", "y"))
    if mark.kind == "area":
        return max(between_lines(plot, *both("x", y)) for y in ("y1", "y2"))
    if mark.kind == "bars":
        size = [plot.size["x"], plot.size["y"]]
        drawn_at, computed_at = both("x", "y")
        clip = np.array([[-np.inf, 0], [np.inf, size[1]]])
        return np.hypot(*(np.clip(drawn_at, *clip) - np.clip(computed_at, *clip)).T).max()
    if mark.kind == "arrows":
        tails = both("x", "y")
        tips = [
            plot.points(values("x") + values("dx"), values("y") + values("dy"), is_stored)
            for values, is_stored in ((drawn, True), (computed, False))
        ]
        return max(between_points(plot, *tails), between_points(plot, *tips))
    return between_points(plot, *both("x", "y"))


def contours(mark, plot, drawn, computed):
    import contourpy

    rows, columns = computed.shape
    x = plot.pixels(np.linspace(*mark.x_limits, columns), "x", False)
    y = plot.pixels(np.linspace(*mark.y_limits, rows), "y", False)
    drawn, computed = (contourpy.contour_generator(x, y, z) for z in (drawn, computed))
    largest = 0.0
    for level in mark.levels:
        lines, others = drawn.lines(level), computed.lines(level)
        for mine, theirs in ((lines, others), (others, lines)):
            points = np.concatenate([line[plot.inside(line)] for line in mine] or [np.empty((0, 2))])
            if len(points):
                gaps = [to_polyline(points, line) for line in theirs] or [np.full(len(points), np.inf)]
                largest = max(largest, np.min(gaps, axis=0).max())
    return largest


def along_axis(decoded, spec, panel, source, state):
    """What is drawn, measured as what is stored is: on a logarithmic axis in powers of ten, a slider's value too."""
    values = decoded.source(spec[source], state)
    is_slider = isinstance(spec[source], dict)
    return np.log10(values) if is_slider and getattr(panel, source).log else values


def misplaced(demo, decoded, states):
    """A line for each mark that is drawn in another place than its functions say, with the worst state."""
    worst = {}
    for state in states:
        at_nodes = nearest_nodes(demo, decoded, state)
        for p, panel in enumerate(demo.panels):
            plot = Plot(panel, len(demo.panels))
            for m, mark in enumerate(panel.marks):
                spec = demo.spec["panels"][p]["marks"][m]
                where = state if mark.interpolate else at_nodes
                gap = distance(
                    mark,
                    plot,
                    lambda source, spec=spec, panel=panel, state=state: along_axis(decoded, spec, panel, source, state),
                    lambda source, mark=mark, where=where: direct(getattr(mark, source), where),
                )
                if not gap <= worst.get((p, m), (MOST_PIXELS,))[0]:
                    worst[p, m] = (gap, state)
                if mark.kind == "text":
                    expected = call(mark.text, at_nodes) if callable(mark.text) else mark.text
                    text = spec["text"] if isinstance(spec["text"], str) else decoded.value(spec["text"][0], state)
                    assert text == expected, f"{demo.name}: {shown(state)}"
    return [
        f"{demo.name}, panel {p} {demo.panels[p].title!r}, mark {m} ({demo.panels[p].marks[m].title}): "
        f"{gap:.2f} pixels off at {shown(state)}"
        for (p, m), (gap, state) in sorted(worst.items())
    ]


@each_demo
def test_marks_are_where_their_functions_put_them(name):
    report(f"marks of {name} are not where they should be", misplaced(*built(name)))


# Readouts -----------------------------------------------------------------------------------------


def number(printed):
    return float(printed.removesuffix("\N{NO-BREAK SPACE}%").replace(MINUS, "-").replace(",", ""))


def misprinted(demo, decoded, states):
    """A line for each field that prints what its function does not return, with the first such state."""
    at_every_node = [nearest_nodes(demo, decoded, state) for state in states]
    faults = {}
    for state in [*states, *at_every_node]:
        at_nodes = nearest_nodes(demo, decoded, state)
        for readout, spec in zip(demo.readouts, demo.spec["readouts"], strict=True):
            for part, field in zip(parse(readout.text), spec["parts"], strict=True):
                if not isinstance(part, Field) or part.name not in readout.functions:
                    continue
                function = readout.functions[part.name]
                controls = parameters(function, demo.controls, part.name)
                printed = decoded.field(field, state)
                if demo.spec["functions"][field["function"]]["table"] is not None:
                    expected = call(function, at_nodes)
                    is_right = printed == expected
                elif decoded.at_nodes(state, controls):
                    expected = part.print(call(function, state))
                    is_right = printed == expected
                else:
                    expected = float(call(function, state)) * (100 if field["percent"] else 1)
                    is_right = abs(number(printed) - expected) <= MOST_DIGITS * 10.0 ** -field["decimals"] + 1e-12
                if not is_right:
                    faults.setdefault(
                        (readout.text, part.name),
                        f"{demo.name}, readout {readout.text!r}: {part.name} prints {printed}, should be {expected} "
                        f"at {shown(state)}",
                    )
    return list(faults.values())


@each_demo
def test_readouts_print_what_their_functions_return(name):
    report(f"fields of {name} print what is not so", misprinted(*built(name)))


# Every control ------------------------------------------------------------------------------------


def ends(demo):
    """Each control at its minimum, default and maximum, all others at their defaults; and the presets."""
    states = {"initial": demo.initial}
    for name, control in demo.controls.items():
        values = control.grid if control.kind != "slider" else [control.grid[0], control.grid[-1]]
        for value in values:
            states[f"{name} = {value}"] = demo.initial | {name: value}
    for label, state in demo.presets.items():
        states[f"preset {label!r}"] = demo.initial | state
    return states


@each_demo
def test_every_control_goes_from_end_to_end(name):
    demo, decoded, _ = built(name)
    for what, state in ends(demo).items():
        assert decoded.printed(state) == demo.printed(state), (
            f"{demo.name} prints one thing live, another still: {what}"
        )


@each_demo
@pytest.mark.parametrize("end", [0, -1], ids=["first", "last"])
def test_the_picture_can_be_drawn_with_all_controls_at_an_end(name, end):
    """The initial state is drawn whenever the demo's page runs."""
    demo, _, _ = built(name)
    demo.drawn({control.name: control.grid[end] for control in demo.controls.values()})


@each_demo
def test_initial_state_and_presets_can_be_reached(name):
    demo, decoded, _ = built(name)
    for what, state in ends(demo).items():
        reached = {control: decoded.control_value(control, state) for control in state}
        assert reached == {
            control: pytest.approx(value, rel=1e-9, abs=1e-12) if isinstance(value, float) else value
            for control, value in state.items()
        }, f"{demo.name}: {what}"


@each_demo
def test_sliders_print_one_thing_live_and_still(name):
    """Halves go up in JavaScript and to the even digit in Python, so no reachable value may be one."""
    demo, decoded, _ = built(name)
    faults = []
    for control in demo.controls.values():
        if control.kind == "slider":
            for position in control.positions:
                value = control.value_at(position)
                live = js_print(decoded.control_value(control.name, {control.name: value}), PLAIN | control.spec())
                still = control.print(value).removesuffix(control.unit).rstrip()
                if live != still:
                    faults.append(f"{demo.name}, {control.name}: {live} live, {still} in the picture, for {value!r}")
    report(f"values of sliders of {name} are halves of the last digit", faults)


@each_demo
def test_frames_are_light(name):
    demo, decoded, _ = built(name)
    assert decoded.used == len(decoded.bytes)
    sizes = [
        (math.prod(table.shape) * function["width"], f"function {index} of {', '.join(function['controls'])}")
        for index, (table, function) in enumerate(zip(decoded.tables, demo.spec["functions"], strict=True))
    ]
    largest = "; ".join(f"{size:,} bytes in {what}" for size, what in sorted(sizes, reverse=True)[:3])
    weight = len(demo.frames)
    assert weight <= MOST_BYTES, f"{demo.name} has {weight:,} bytes of frames, {MOST_BYTES:,} allowed; raw: {largest}"


# Words --------------------------------------------------------------------------------------------


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)


@each_demo
def test_words(name):
    demo, _, _ = built(name)
    assert demo.alt.strip()
    assert demo.caption.strip()
    assert demo.title.strip()
    templates = [demo.alt, demo.caption, *(readout.text for readout in demo.readouts)]
    for text in [*templates, *strings(demo.spec)]:
        assert "!" not in text, f"{demo.name} shouts: {text!r}"
        assert "  " not in text, f"{demo.name} has two spaces in a row: {text!r}"
    for panel in demo.panels:
        assert panel.marks
        assert panel.x.label, f"{demo.name}: the panel {panel.title!r} has no label on its x axis"
        assert panel.y.label or any(mark.kind in ("heatmap", "bars", "text") for mark in panel.marks), panel.title


@each_demo
def test_presets_are_worth_a_button(name):
    demo, _, _ = built(name)
    assert len(demo.presets) >= 2, f"{demo.name} has {len(demo.presets)} presets, two at least"
    states = [demo.initial | state for state in demo.presets.values()]
    for label, state in zip(demo.presets, states, strict=True):
        for control, value in state.items():
            demo.controls[control].check(value)
        assert state != demo.initial, (
            f"{demo.name}: the preset {label!r} is the initial state, which has its own button"
        )
    assert len({tuple(state.values()) for state in states}) == len(states), f"{demo.name} has a preset twice"


@pytest.mark.parametrize("page", sorted({name.rsplit(".", 1)[0] for name in NAMES}))
def test_names_are_different_on_a_page(page):
    names = [built(name)[0].name for name in NAMES if name.rsplit(".", 1)[0] == page]
    assert len(set(names)) == len(names)


# As a widget --------------------------------------------------------------------------------------


def other_value(control):
    """A value other than the default, and one that the control refuses."""
    if control.kind == "slider":
        return (control.grid[-1] if control.default != control.grid[-1] else control.grid[0]), control.grid[-1] + 1
    if control.kind == "choice":
        return next(option for option in control.options if option != control.default), "no such option"
    return not control.default, 2


def slider_like(control):
    if control.kind == "slider":
        kind = ipywidgets.IntSlider if control.is_whole else ipywidgets.FloatSlider
        return kind(value=control.grid[0], min=control.grid[0], max=control.grid[-1])
    if control.kind == "choice":
        return ipywidgets.Dropdown(options=control.options)
    return ipywidgets.Checkbox()


@each_demo
def test_controls_are_traits(name):
    demo, _, _ = built(name)
    for control_name, control in demo.controls.items():
        value, bad = other_value(control)
        seen = []
        demo.observe(seen.append, control_name)
        try:
            setattr(demo, control_name, value)
            assert [change["new"] for change in seen] == [value]
            with pytest.raises(traitlets.TraitError, match=control_name):
                setattr(demo, control_name, bad)
            assert getattr(demo, control_name) == value
        finally:
            demo.unobserve(seen.append, control_name)
            setattr(demo, control_name, demo.initial[control_name])
    assert demo.state == demo.initial


@each_demo
def test_controls_follow_linked_widgets(name):
    demo, _, _ = built(name)
    for control_name, control in demo.controls.items():
        other = slider_like(control)
        # In the browser a dropdown knows the index alone.
        in_browser = ipywidgets.Text() if control.kind == "choice" else other
        ipywidgets.jslink((in_browser, "value"), (demo, control_name))
        link = traitlets.link((demo, control_name), (other, "value"))
        try:
            other.value = other_value(control)[0]
            assert getattr(demo, control_name) == other.value
            setattr(demo, control_name, demo.initial[control_name])
            assert other.value == demo.initial[control_name]
        finally:
            link.unlink()
            setattr(demo, control_name, demo.initial[control_name])


def test_there_are_demos():
    assert NAMES
