"""The explorable itself: declared once, shown as a widget, as a part of a web page, and as a picture."""

import base64
import gzip
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossbook.explorable import picture
from lossbook.explorable.controls import Control, Slider
from lossbook.explorable.frames import Frames, Scale
from lossbook.explorable.functions import parameters
from lossbook.explorable.marks import ANCHORS, Axis, Bars, Handle, Mark, Panel, Text, color_name
from lossbook.explorable.mime import MIME
from lossbook.explorable.readouts import Guess, Readout
from lossbook.explorable.text import Field, parse, parse_fixed
from lossbook.extras import needs

with needs("lossbook.explorable", "anywidget"):
    import anywidget
    import traitlets

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STATIC = Path(__file__).parent / "static"


class Explorable(anywidget.AnyWidget):
    """A figure that a reader moves, on a web page without a kernel and in a notebook alike.

    Every function is evaluated here, on the grid of the controls that it depends on; the page and the notebook only
    interpolate and draw. In a notebook each control is a trait of the widget: it can be read, set, observed, and
    linked to another widget.

    Args:
        name: lower-case words joined by hyphens; the address of the live figure on its page is ``#demo-<name>``.
        title: a few words.
        caption: what to try.
        alt: what the figure shows at first, for readers who cannot see it.
        controls: sliders, choices and toggles.
        panels: one, or several side by side.
        readouts: lines of text below the panels.
        presets: states worth seeing, by the labels of their buttons; controls left out take their defaults.
        guess: a question to be answered before marks and readouts with ``after_guess`` appear.

    Raises:
        ValueError: says which control, function or text does not fit, and at which value.

    >>> import numpy as np
    >>> from lossbook.explorable import Axis, Line
    >>> x = np.linspace(-2, 2, 41)
    >>> parabola = Explorable(
    ...     "parabola",
    ...     title="A parabola",
    ...     caption="Move the slider.",
    ...     alt="A parabola through zero.",
    ...     controls=[Slider(name="a", nodes=np.linspace(0, 2, 5), default=1, decimals=1)],
    ...     panels=[
    ...         Panel("", Axis("x", -2, 2), Axis("y", 0, 8), marks=[Line(x=x, y=lambda a: a * x**2)]),
    ...     ],
    ...     readouts=[Readout("*a* = {a}, at 2: {end:.1f}", end=lambda a: 4 * a)],
    ... )
    >>> parabola.a
    1.0
    >>> parabola.a = 1.5
    >>> parabola.page_bytes < 1500
    True
    """

    # One script for the page and the notebook; only the notebook wants it as a module.
    _esm = (STATIC / "explorable.js").read_text(encoding="utf-8") + (
        "\nexport default { render: lossbookExplorable.render };\n"
    )
    _css = (STATIC / "explorable.css").read_text(encoding="utf-8")

    spec = traitlets.Dict(read_only=True).tag(sync=True)
    frames = traitlets.Bytes(read_only=True).tag(sync=True)

    def __init__(
        self,
        name: str,
        *,
        title: str,
        caption: str,
        alt: str,
        controls: Sequence[Control],
        panels: Sequence[Panel],
        readouts: Sequence[Readout] = (),
        presets: Mapping[str, Mapping[str, Any]] | None = None,
        guess: Guess | None = None,
    ) -> None:
        if not name or not all(word.isalnum() and word == word.lower() for word in name.split("-")):
            raise ValueError(f"name must be lower-case words joined by hyphens, got {name!r}")
        for argument, value in (("alt", alt), ("caption", caption), ("panels", panels), ("controls", controls)):
            if not value:
                raise ValueError(f"{argument} must not be empty")
        self.name, self.title, self.caption, self.alt = name, title, caption, alt
        self.panels, self.readouts, self.guess = list(panels), list(readouts), guess
        self.controls = _by_name(controls)
        for control in self.controls:
            if control in dir(type(self)) or control in vars(self) or control == "presets":
                raise ValueError(f"a control cannot be called {control!r}: every widget has an attribute of that name")
        self.presets = {label: self._state(state, f"preset {label!r}") for label, state in (presets or {}).items()}
        built = Frames(self.controls)
        spec = {
            "format": 1,
            "name": name,
            "title": title,
            "caption": parse_fixed(caption, "caption"),
            "controls": [control.spec() for control in controls],
            "panels": [_panel(panel, built) for panel in panels],
            "readouts": [self._readout(readout, built) for readout in self.readouts],
            "presets": [{"label": label, "state": state} for label, state in self.presets.items()],
            "guess": guess.spec() if guess else None,
        }
        self.add_traits(**{control.name: control.trait() for control in controls})
        super().__init__()
        self.set_trait("spec", json.loads(json.dumps(spec | {"functions": built.functions}, default=_plain)))
        self.set_trait("frames", built.compressed())

    @property
    def initial(self) -> dict[str, Any]:
        """The value of each control at first."""
        return {name: control.check(control.default) for name, control in self.controls.items()}

    @property
    def state(self) -> dict[str, Any]:
        """The value of each control now."""
        return {name: getattr(self, name) for name in self.controls}

    @property
    def page_bytes(self) -> int:
        """How many bytes the frames and the declaration take, compressed."""
        return len(self.frames) + len(gzip.compress(json.dumps(self.spec).encode(), 9))

    def _state(self, state: Mapping[str, Any], what: str) -> dict[str, Any]:
        unknown = [name for name in state if name not in self.controls]
        if unknown:
            raise ValueError(
                f"{what} sets {unknown[0]!r}, which is no control; controls are {', '.join(self.controls)}"
            )
        return {name: self.controls[name].check(value) for name, value in state.items()}

    def _readout(self, readout: Readout, built: Frames) -> dict:
        what = f"readout {readout.text!r}"
        parts = []
        for part in parse(readout.text):
            if isinstance(part, Field):
                part = self._field(part, readout, built, what)
            parts.append(part)
        color = color_name(readout.color, what) if readout.color else None
        return {"parts": parts, "color": color, "after_guess": readout.after_guess}

    def _field(self, field: Field, readout: Readout, built: Frames, what: str) -> dict:
        if field.name in readout.functions:
            place = f"{field.name} in the {what}"
            options = field.options
            function = readout.functions[field.name]
            return {"function": built.readout(function, options["decimals"], options["percent"], place)} | options
        if field.name in self.controls:
            if field.spec:
                raise ValueError(f"{what}: a control is printed as its slider says, {field.name!r} takes no format")
            control = self.controls[field.name]
            decimals = control.decimals if isinstance(control, Slider) else 0
            return {"control": field.name} | replace(field, spec=f".{decimals}f").options
        raise ValueError(f"{what}: {field.name!r} is neither a control nor one of its functions")

    def printed(self, state: Mapping[str, Any] | None = None) -> list[str]:
        """Return the readouts as text at a state, the initial one unless told: computed directly, not interpolated."""
        state = self._whole(state)
        lines = []
        for readout in self.readouts:
            line = ""
            for part in parse(readout.text):
                if isinstance(part, str):
                    line += part
                elif isinstance(part, dict):
                    line += next(iter(part.values()))
                elif part.name in readout.functions:
                    function = readout.functions[part.name]
                    names = parameters(function, self.controls, part.name)
                    line += part.print(function(**{name: state[name] for name in names}))
                else:
                    control = self.controls[part.name]
                    is_slider = isinstance(control, Slider)
                    value = state[part.name] if is_slider else control.print(state[part.name])
                    line += replace(part, spec=f".{control.decimals}f" if is_slider else "").print(value)
            lines.append(line)
        return lines

    def described(self, state: Mapping[str, Any] | None = None) -> list[str]:
        """Return what stands below the picture, a text a line: the value of each control, and the readouts."""
        whole = self._whole(state)
        shown = [f"{control.label or name}: {control.print(whole[name])}" for name, control in self.controls.items()]
        return ["Shown here: " + ", ".join(shown), *self.printed(whole)]

    def drawn(self, state: Mapping[str, Any] | None = None) -> "Figure":
        """Return the picture at a state, the initial one unless told; controls left out take their defaults."""
        whole = self._whole(state)
        return picture.draw(self.panels, whole, self.described(whole))

    def _whole(self, state: Mapping[str, Any] | None) -> dict[str, Any]:
        return self.initial | dict(state or {})

    def _repr_mimebundle_(self, exclude: Collection[str] | None = None, **options: Any) -> tuple[dict, dict]:
        shown = super()._repr_mimebundle_(exclude=exclude, **options) or {}
        data, metadata = shown if isinstance(shown, tuple) else (shown, {})
        # JSON in a text: a notebook would spread the declaration itself over thousands of lines.
        spec = json.dumps(self.spec, separators=(",", ":"), ensure_ascii=False)
        page = {"spec": spec, "frames": base64.b64encode(self.frames).decode()}
        data = data | {MIME: page, "text/plain": "\n".join([self.alt, *self.described()])}
        if "image/png" in (exclude or ()):  # who draws the demo itself need not wait for its picture
            return data, metadata
        image, size = picture.png(self.drawn())
        return data | {"image/png": image}, metadata | {"image/png": {"alt": self.alt} | size}


def _plain(value: Any) -> Any:
    """Return a number or an array of NumPy as what JSON can hold."""
    return value.tolist()


def _by_name(controls: Sequence[Control]) -> dict[str, Control]:
    named = {control.name: control for control in controls}
    if len(named) < len(controls):
        raise ValueError(f"controls must have different names, got {', '.join(control.name for control in controls)}")
    return named


def _scale(axis: Axis, is_length: bool) -> Scale:
    low, high = (math.log10(axis.low), math.log10(axis.high)) if axis.log else (axis.low, axis.high)
    if is_length and axis.log:
        raise ValueError(f"arrows cannot be drawn along the logarithmic axis {axis.label!r}")
    return Scale(low, high, axis.log, is_length)


def _panel(panel: Panel, built: Frames) -> dict:
    if not panel.marks:
        raise ValueError(f"marks of the panel {panel.title!r} must not be empty")
    scales = {
        "x": _scale(panel.x, False),
        "y": _scale(panel.y, False),
    }
    return {
        "title": panel.title,
        "description": panel.description or panel.title,
        "height": panel.height,
        "x": _axis(panel.x, scales["x"]),
        "y": _axis(panel.y, scales["y"]),
        "marks": [_mark(mark, panel, scales, built) for mark in panel.marks],
    }


def _axis(axis: Axis, scale: Scale) -> dict:
    ticks = axis.ticks
    if ticks is not None and not isinstance(ticks, int):
        ticks = [[scale.along(place), text] for place, text in ticks]
    return {"label": axis.label, "limits": [scale.low, scale.high], "log": axis.log, "ticks": ticks}


def _mark(mark: Mark, panel: Panel, scales: dict[str, Scale], built: Frames) -> dict:
    what = f"{mark.title} of the panel {panel.title!r}"
    _check_options(mark, panel, what)
    spec = {
        "kind": mark.kind,
        "color": color_name(mark.color, what),
        "label": mark.label or None,
        "label_at": scales["x"].along(mark.label_at),
        "label_below": mark.label_below,
        "after_guess": mark.after_guess,
    }
    spec |= {option: getattr(mark, option) for option in mark.options}
    if isinstance(mark, Handle) and mark.invites:
        spec["invites"] = True
    if isinstance(mark, Handle) and mark.moves:
        _check_moves(mark, built.controls, what)
        spec["moves"] = list(mark.moves)
    for limits, axis in (("x_limits", "x"), ("y_limits", "y")):
        if limits in spec:
            spec[limits] = [scales[axis].along(limit) for limit in spec[limits]]
    for source, (axis, ndim) in mark.sources.items():
        value = getattr(mark, source)
        if isinstance(mark, Handle) and isinstance(value, str):
            if not isinstance(built.controls.get(value), Slider):
                raise ValueError(f"{source} of the {what} must name a slider, got {value!r}")
            spec[source] = {"control": value}
            continue
        if axis == "z":
            scale = Scale(*mark.z_range)
        else:
            scale = scales[axis] if axis in scales else _scale(getattr(panel, axis[1:]), True)
        spec[source] = built.numbers(value, scale, ndim, f"{source} of the {what}", mark.interpolate)
    _check_lengths(spec, mark, built, what)
    if isinstance(mark, Text):
        text = mark.text
        spec["text"] = text if isinstance(text, str) else [built.texts(text, f"text of the {what}")]
    return spec


def _check_options(mark: Mark, panel: Panel, what: str) -> None:
    if mark.label and "z" in mark.sources:
        raise ValueError(f"{what} has no place for a label: write it with a text")
    if mark.label_at is not None and panel.x.log and mark.label_at <= 0:
        raise ValueError(f"label_at of the {what} must be positive on a logarithmic axis, got {mark.label_at!r}")
    if isinstance(mark, Bars) and panel.x.log:
        raise ValueError(f"{what} has a width, which a logarithmic axis does not show")
    if isinstance(mark, Text) and mark.anchor not in ANCHORS:
        raise ValueError(f"anchor of the {what} must be one of {', '.join(ANCHORS)}, got {mark.anchor!r}")


def _check_moves(handle: Handle, controls: Mapping[str, Control], what: str) -> None:
    """Raise a ValueError unless the handle's place is a function of the two sliders that it moves, and of no others."""
    names = handle.moves
    sliders = [name for name, control in controls.items() if isinstance(control, Slider)]
    if isinstance(names, str) or len(names) != 2 or len({*names} & {*sliders}) != 2:
        known = ", ".join(sliders) or "none"
        raise ValueError(f"moves of the {what} takes the names of two sliders, got {names!r}; sliders are {known}")
    both = " and ".join(names)
    taken = set()
    for source in ("x", "y"):
        place, value = f"{source} of the {what}", getattr(handle, source)
        if not callable(value):
            raise ValueError(f"{place} takes a function of {both}, which the handle moves, got {value!r}")
        for name in parameters(value, controls, place):
            if name not in names:
                raise ValueError(f"{place} takes a function of {both} alone, which the handle moves, got one of {name}")
            taken.add(name)
    for name in names:
        if name not in taken:
            raise ValueError(f"x and y of the {what} take functions of {both}, got none that depends on {name}")
    if not handle.interpolate:
        raise ValueError(f"interpolate of the {what} must be True where it moves two sliders: give these between=1")


def _check_lengths(spec: dict, mark: Mark, built: Frames, what: str) -> None:
    shapes = {
        source: built.functions[index]["shape"]
        for source in mark.sources
        if isinstance(spec[source], list)
        for index in spec[source]
    }
    if len({tuple(shape) for shape in shapes.values()}) > 1:
        got = ", ".join(f"{source} {tuple(shape)}" for source, shape in shapes.items())
        raise ValueError(f"the sources of the {what} must have one shape, got {got}")
