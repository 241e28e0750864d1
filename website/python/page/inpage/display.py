"""How an object shows itself, as in a notebook: by its methods, else as IPython prints it."""

import base64
import sys
from collections.abc import Callable
from typing import Any

from IPython.lib.pretty import pretty

METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
    "text/latex": "_repr_latex_",
}

emit: Callable[[dict], object] = print
"""Takes each output; a session puts its own here."""


def display(
    *things: Any,
    metadata: dict | None = None,
    raw: bool = False,
    output_type: str = "display_data",
    **options: Any,
) -> None:
    """Show objects; with `raw`, what they are in each format already."""
    for thing in things:
        own = getattr(thing, "_ipython_display_", None)
        if own is not None and not isinstance(thing, type):
            own()
            continue
        data, more = (thing, {}) if raw else bundle(thing)
        emit({"output_type": output_type, "data": data, "metadata": {**more, **(metadata or {})}})


def bundle(thing: Any) -> tuple[dict, dict]:
    """Return an object in every format in which it shows itself, and the metadata of these."""
    data: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    if not isinstance(thing, type):
        # The page draws a demo itself. Other objects show pictures by methods of their own.
        if made := _made(thing, "_repr_mimebundle_", include=None, exclude={"image/png"}):
            data, metadata = map(dict, made if isinstance(made, tuple) else (made, {}))
        for kind, method in METHODS.items():
            made = None if kind in data else _made(thing, method)
            if made is not None:
                content, about = made if isinstance(made, tuple) else (made, None)
                data[kind] = base64.b64encode(content).decode() if isinstance(content, bytes) else content
                if about:
                    metadata[kind] = about
        if not data and _is_figure(thing):
            data["image/png"] = _drawn(thing)
    data.setdefault("text/plain", pretty(thing))
    return data, metadata


def _made(thing: Any, method: str, **options: Any) -> Any:
    maker = getattr(thing, method, None)
    return maker(**options) if callable(maker) else None


def figures() -> None:
    """Show the figures of pyplot, and close them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        display(pyplot.figure(number))
    if pyplot:
        pyplot.close("all")


def _is_figure(thing: Any) -> bool:
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(thing, module.Figure)


def _drawn(figure: Any) -> str:
    import io

    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", bbox_inches="tight")
    return base64.b64encode(drawn.getvalue()).decode()
