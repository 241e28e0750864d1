"""The laboratory as a widget: controls, a button, a progress bar, and the last two runs side by side."""

import base64
import io
import time
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from lossbook import plots
from lossbook.explorable.mime import LABORATORY
from lossbook.extras import needs
from lossbook.laboratory.picture import Shown, alternative_text, picture
from lossbook.laboratory.runs import Diverged, Run, Watch, advice

with needs("lossbook.laboratory", "ipywidgets"):
    import ipywidgets
    import traitlets

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# A click made during a run arrives the moment the run ends, and must not start another. A click that comes so soon
# after the end was made before it: nobody is as quick.
WAITING_CLICK = 0.3  # seconds

NAMES = ("run before", "this run")


class Laboratory(ipywidgets.VBox):
    """Controls around a training run of the page's own.

    Args:
        train: takes the value of each control by its name, and `progress`, and returns a `Run`. It calls
            ``progress(epoch, epochs, loss)`` with epoch 0 before training and after each epoch; that moves the bar, and
            ends a run whose loss grows without bound.
        draw: takes axes and the `fit` of a run, and draws it; with limits of its own, so that two runs can be compared.
        controls: plain ipywidgets with a description, by name, the choice of the loss first.
        metrics: how each metric is printed, such as ``{"mean absolute error": "{:.1f} points"}``.
        rate: the control to be named when a run diverges, or settles too slowly; None where readers cannot choose it.

    Raises:
        ValueError: for a control without a description, or a `rate` that is no control.

    >>> import ipywidgets
    >>> def train(loss, speed, progress):
    ...     for epoch in range(3):
    ...         progress(epoch, 2, 9 * speed**epoch)
    ...     curve = [9 * speed**epoch for epoch in range(3)]
    ...     return Run([], "Nothing to see.", {"training": curve, "validation": curve}, "loss", {"error": curve[-1]})
    >>> laboratory = Laboratory(
    ...     train,
    ...     draw=lambda axes, fit: axes.plot(fit),
    ...     controls={
    ...         "loss": ipywidgets.Dropdown(description="loss", options=["squared"]),
    ...         "speed": ipywidgets.FloatSlider(description="speed", value=0.1, min=0, max=100),
    ...     },
    ...     metrics={"error": "{:.2f} points"},
    ...     rate="speed",
    ... )
    >>> laboratory.run(speed=0.5).metrics
    {'error': 2.25}
    >>> laboratory.run(speed=50)
    >>> laboratory.message.partition(":")[0]
    'A speed of 50 made the loss grow without bound'
    """

    def __init__(
        self,
        train: Callable[..., Run],
        *,
        draw: Callable[["Axes", Any], None],
        controls: Mapping[str, ipywidgets.ValueWidget],
        metrics: Mapping[str, str],
        rate: str | None = "learning_rate",
    ) -> None:
        for name, control in controls.items():
            if not getattr(control, "description", ""):
                raise ValueError(f"the control {name!r} must have a description")
        if rate is not None and rate not in controls:
            raise ValueError(f"rate must be one of {', '.join(controls)}, got {rate!r}")
        self._train, self._draw, self._rate = train, draw, rate
        self.controls, self.metrics = dict(controls), dict(metrics)
        self.message = ""
        self._shown: list[Shown] = []
        self._is_busy, self._ended = False, -WAITING_CLICK
        self._button = ipywidgets.Button(description="Train", button_style="primary")
        self._button.on_click(self._clicked)
        self._bar = ipywidgets.IntProgress(description="progress", style={"description_width": "initial"})
        self._status, self._message, self._result = (ipywidgets.HTML() for _ in range(3))
        self._say("Choose, guess, and press Train.")
        panel = ipywidgets.VBox(list(controls.values()))
        row = ipywidgets.HBox([self._button, self._bar, self._status], layout={"flex_flow": "row wrap"})
        super().__init__([panel, row, self._message, self._result])

    @property
    def runs(self) -> list[Run]:
        """The runs that are shown, the last one at the end."""
        return [one.run for one in self._shown]

    @property
    def settings(self) -> dict[str, Any]:
        """The value of each control."""
        return {name: control.value for name, control in self.controls.items()}

    def run(self, **settings: Any) -> Run | None:
        """Set the controls that are named, train, and return the run, or None if it failed; `message` says why.

        Raises:
            ValueError: for a control that is not there, or a value that it does not take.
            RuntimeError: while a run is going on.
        """
        if self._is_busy:
            raise RuntimeError("a run is going on; wait for its end")
        for name in settings:
            if name not in self.controls:
                raise ValueError(f"no control {name!r}; controls are {', '.join(self.controls)}")
        for name, value in settings.items():
            self._set(name, value)
        return self._run()

    def _set(self, name: str, value: Any) -> None:
        control = self.controls[name]
        before = control.value
        try:
            control.value = value
        except traitlets.TraitError as error:
            raise ValueError(f"{name} does not take {value!r}: {error}") from None
        if control.value != value:  # a slider takes its nearest end instead, without a word
            nearest, control.value = control.value, before
            raise ValueError(f"{name} does not take {value!r}; the nearest it takes is {nearest!r}")

    def _clicked(self, button: ipywidgets.Button) -> None:
        if not self._is_busy and time.monotonic() - self._ended > WAITING_CLICK:
            self._run()

    def _run(self) -> Run | None:
        settings, watch = self.settings, Watch()
        self._set_busy(True)
        self._bar.value, self._bar.bar_style = 0, ""
        self._say("Training.")
        run = None
        try:
            run = self._train(**settings, progress=partial(self._progress, watch))
            self._show(settings, run)
        except Diverged as error:
            self._fail(self._explain(settings, error))
        except KeyboardInterrupt:
            self._fail("You stopped this run.")
        except Exception as error:  # a widget shows nothing of a traceback
            run = None
            self._fail(f"The run failed, which no setting should bring about. {type(error).__name__}: {error}")
        else:
            self._bar.bar_style = "success"
            self._say(self._advise(settings, run) or "Done.")
        finally:
            self._set_busy(False)
            self._ended = time.monotonic()
        return run

    def _progress(self, watch: Watch, epoch: int, epochs: int, loss: float) -> None:
        self._bar.max, self._bar.value = epochs, epoch
        self._status.value = f"epoch {epoch} of {epochs}"
        watch(epoch, epochs, loss)

    def _explain(self, settings: Mapping[str, Any], error: Diverged) -> str:
        if self._rate is None:
            return f"The loss grew without bound: {error}."
        rate = settings[self._rate]
        what = f"{_with_article(self._label(self._rate)).capitalize()} of {rate:.3g}"
        return f"{what} made the loss grow without bound: {error}. Try one tenth, {rate / 10:.3g}."

    def _advise(self, settings: Mapping[str, Any], run: Run) -> str:
        if self._rate is None:
            return ""
        return advice(run, f"{_with_article(self._label(self._rate))} of {settings[self._rate]:.3g}")

    def _fail(self, text: str) -> None:
        self._bar.bar_style = "danger"
        self._say(f"{text} Below are still the runs before it." if self._shown else text)

    def _set_busy(self, is_busy: bool) -> None:
        self._is_busy = is_busy
        for widget in (self._button, *self.controls.values()):
            widget.disabled = is_busy
        self._button.description = "Training" if is_busy else "Train"

    def _say(self, text: str) -> None:
        self.message = text
        self._message.value = (
            f'<p role="status" style="border-left: 4px solid {plots.ORANGE}; line-height: 1.5; margin: 4px 0; '
            f'max-width: 45em; padding: 4px 10px">{escape(text)}</p>'
        )

    def _label(self, name: str) -> str:
        return self.controls[name].description

    def _show(self, settings: Mapping[str, Any], run: Run) -> None:
        """Show a run beside the one before it. If it cannot be drawn, what is shown stays."""
        before = [Shown(NAMES[0], old.run, old.settings, old.metrics) for old in self._shown[-1:]]
        printed = {self._label(name): _value(value) for name, value in settings.items()}
        metrics = {name: form.format(run.metrics[name]) for name, form in self.metrics.items()}
        shown = [*before, Shown(NAMES[1], run, printed, metrics)]
        made, alt = picture(shown, self._draw)
        image, size = _png(made)
        self._result.value = (
            f'<img src="data:image/png;base64,{image}" alt="{escape(alt)}" width="{size["width"]}" '
            f'style="background: #fff; display: block; height: auto; max-width: 100%">{_table(shown)}'
        )
        self._shown = shown

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict, dict]:
        """Show the widget and, where there is no kernel, the runs as a picture and as text."""
        data = dict(super()._repr_mimebundle_(**options) or {}) | {LABORATORY: {}}
        if not self._shown:
            return data | {"text/plain": "A laboratory, in which nothing has been trained yet."}, {}
        made, alt = picture(self._shown, self._draw, with_metrics=True)
        image, size = _png(made)
        text = "\n".join(alternative_text(one) for one in self._shown)
        return data | {"image/png": image, "text/plain": text}, {"image/png": {"alt": alt} | size}


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def _value(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _png(made: "Figure") -> tuple[str, dict[str, int]]:
    image = plots.picture(made)
    packed = io.BytesIO()
    image.save(packed, format="png", optimize=True)
    return base64.b64encode(packed.getvalue()).decode(), {"width": image.width // 2, "height": image.height // 2}


def _table(shown: list[Shown]) -> str:
    style = 'style="padding: 2px 16px 2px 0; text-align: left"'
    names = "".join(f'<th {style} scope="col">{one.name}</th>' for one in shown)
    rows = [f"<tr><td></td>{names}</tr>"]
    for part in ("settings", "metrics"):
        printed = [getattr(one, part) for one in shown]
        for label in printed[-1]:
            cells = "".join(f"<td {style}>{escape(values[label])}</td>" for values in printed)
            rows.append(f'<tr><th {style} scope="row">{escape(label)}</th>{cells}</tr>')
    return f'<table style="border-collapse: collapse; line-height: 1.5; margin-top: 8px">{"".join(rows)}</table>'
