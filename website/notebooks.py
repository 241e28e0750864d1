"""How the website reads a page: front block and asides in the margin, no setup cell, figures with their words."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

import nbformat
from docutils import nodes
from nbformat import NotebookNode
from sphinx.transforms import SphinxTransform

from tools import written
from tools.notebooks import tags
from website import demos


@lru_cache(maxsize=1)
def _stored(text: str) -> NotebookNode:
    """Return a notebook as it is stored: read once, for its page and then for the transform of that page."""
    return nbformat.reads(text, as_version=4)


def read(text: str) -> NotebookNode:
    """Read a notebook as the website shows it."""
    nb = NotebookNode(_stored(text))
    nb.cells = [_copy(cell) for cell in nb.cells if not set(tags(cell)) & set(written.ELSEWHERE)]
    for cell in nb.cells:
        for part in {"front-block", "aside"} & set(tags(cell)):
            cell.source = f"``````{{div}} {part}\n{cell.source}\n``````"
    demos.live(nb)
    return nb


def _copy(cell: NotebookNode) -> NotebookNode:
    """Return a cell whose parts can be replaced without changing the stored one."""
    return NotebookNode({**cell, "metadata": NotebookNode(cell.metadata)})


class ImagesAndSetup(SphinxTransform):
    """Carry over from a notebook what MyST-NB leaves behind, and keep the theme from tinting figures.

    A notebook's figure gets its alternative text, and its width without its height, so that it keeps its proportions
    on a narrow screen. The page remembers what others ask for later: from which address its setup cell installs the
    package, and its first figure.
    """

    default_priority = 500

    def apply(self, **kwargs) -> None:
        for image in self.document.findall(nodes.image):
            # Fit for the light and the dark page, in the theme's words: it then leaves the colors alone.
            image["classes"].append("dark-light")
        path = Path(self.env.doc2path(self.env.docname))
        if path.suffix != ".ipynb":
            return
        nb = _stored(path.read_text(encoding="utf-8"))
        page = self.env.metadata[self.env.docname]
        page["demos"] = demos.pictures(nb)
        page["setup_address"] = written.setup_address(nb)
        figures = {}  # MyST-NB names an image after its bytes
        for cell in read(path.read_text(encoding="utf-8")).cells:
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    content = base64.b64decode(output.data["image/png"])
                    figures[hashlib.sha256(content).hexdigest()] = output.metadata.get("image/png", {})
        for image in self.document.findall(nodes.image):
            figure = figures.get(Path(image["uri"]).stem)
            if figure is not None:
                image["alt"] = figure.get("alt", "")
                image.attributes.pop("height", None)
                page.setdefault("figure", {"name": Path(image["uri"]).name, "alt": image["alt"]})
