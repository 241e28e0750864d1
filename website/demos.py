"""A demo's stored output becomes a live figure: its declaration and frames in the page, and one script to draw them.

Without JavaScript the stored picture stands in its place.
"""

import base64
import hashlib
import html
import io
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from docutils import nodes
from nbformat import NotebookNode
from PIL import Image
from sphinx.transforms import SphinxTransform

from lossbook.explorable import MIME
from lossbook.explorable.mime import LABORATORY
from tools.notebooks import tags
from tools.repository import ROOT

STATIC = ROOT / "lossbook" / "explorable" / "static"
OWN = "own-loss"
"""The tag of a cell whose demo a reader makes, by running it: on the website nothing is drawn before that."""


def live(nb: NotebookNode) -> None:
    """Replace each demo among a notebook's outputs by the HTML of its live figure and, after it, its picture."""
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [] if OWN in tags(cell) else [shown for output in cell.outputs for shown in _outputs(output)]


def _outputs(output: NotebookNode) -> list[NotebookNode]:
    data = output.get("data", {})
    if LABORATORY in data:  # a mark for JupyterLab alone
        data = NotebookNode({kind: content for kind, content in data.items() if kind != LABORATORY})
        return [NotebookNode(output | {"data": data})]
    if MIME not in data:
        return [output]
    shown = figure_html(json.loads(data[MIME]["spec"]), data[MIME]["frames"])
    figure = NotebookNode(output_type="display_data", data=NotebookNode({"text/html": shown}))
    picture = NotebookNode(output_type="display_data", data=NotebookNode({"image/png": still(output)}))
    figure.metadata = NotebookNode()
    picture.metadata = output.metadata
    return [figure, picture]


def still(output: NotebookNode) -> str:
    """Return the picture of a demo without its lower end, which asks the reader of a notebook to run the cell."""
    return _cut(output.data["image/png"], output.metadata["image/png"].get("hint", 0))


@lru_cache(maxsize=128)
def _cut(png: str, hint: int) -> str:
    packed = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(png))) as image:
        # The image has two pixels for one on the page.
        image.crop((0, 0, image.width, image.height - 2 * hint)).save(packed, format="png", optimize=True)
    return base64.b64encode(packed.getvalue()).decode()


def figure_html(spec: dict, frames: str) -> str:
    """Return a figure that the page's script makes live."""
    # This one sequence would end the script element early.
    packed = json.dumps({"spec": spec, "frames": frames}, separators=(",", ":")).replace("</", "<\\/")
    caption = "".join(map(_part, spec["caption"]))
    return (
        f'<figure class="explorable" id="demo-{spec["name"]}" data-explorable>'
        f'<script type="application/json">{packed}</script>'
        f'<div class="explorable-stage" style="{_heights(spec)}"></div>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _part(part: str | dict) -> str:
    if isinstance(part, str):
        return html.escape(part)
    ((kind, text),) = part.items()
    return f"<{kind}>{html.escape(text)}</{kind}>"


def _heights(spec: dict) -> str:
    """Reserve the room that the drawing will take, so that the text below it stays in place."""
    panels = [panel["height"] + 28 for panel in spec["panels"]]
    rows = [max(panels[first : first + 2]) for first in range(0, len(panels), 2)]
    around = 40 + 52 * len(spec["controls"]) + 30 * len(spec["readouts"]) + 100 * bool(spec["guess"])
    return f"--wide: {sum(rows) + around}px; --narrow: {sum(panels) + around}px"


def _of(nb: NotebookNode) -> Iterator[NotebookNode]:
    for cell in nb.cells:
        for output in [] if OWN in tags(cell) else cell.get("outputs", []):
            if MIME in output.get("data", {}):
                yield output


def stored(nb: NotebookNode) -> list[tuple[dict, str]]:
    """Return the declaration and the frames of each demo among a notebook's outputs."""
    return [(json.loads(each.data[MIME]["spec"]), each.data[MIME]["frames"]) for each in _of(nb)]


def pictures(nb: NotebookNode) -> set[str]:
    """Return the hashes of the pictures that stand for demos."""
    return {hashlib.sha256(base64.b64decode(still(each))).hexdigest() for each in _of(nb)}


class PicturesWithoutScript(SphinxTransform):
    """Show the picture of a demo only where scripts do not run."""

    # After the transform that gives the pictures their alternative text.
    default_priority = 510

    def apply(self, **kwargs) -> None:
        hashes = self.env.metadata[self.env.docname].get("demos", ())
        for image in list(self.document.findall(nodes.image)):
            if Path(image["uri"]).stem in hashes:
                place = image.parent.index(image)
                image.parent.insert(place + 1, nodes.raw("", "</noscript>", format="html"))
                image.parent.insert(place, nodes.raw("", "<noscript>", format="html"))
