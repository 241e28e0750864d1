"""Pictures that keep their place before they are there, and are fetched when the reader comes near."""

import re
from pathlib import Path

from PIL import Image
from sphinx.application import Sphinx

_PICTURE = re.compile(r'<img (?=[^>]*src="([^"]*/_images/([^"/]+))")')


def sources(app: Sphinx) -> dict[str, Path]:
    """Return the files of the pictures by their names on the site."""
    return {name: Path(app.srcdir, source) for source, name in app.builder.images.items()}


def place(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give each picture of a page its proportions, and leave its fetching to the browser."""
    files = sources(app)

    def with_size(picture: re.Match) -> str:
        with Image.open(files[picture[2]]) as image:
            width, height = image.size
        return f'<img loading="lazy" decoding="async" width="{width}" height="{height}" '

    if "body" in context:
        context["body"] = _PICTURE.sub(with_size, context["body"])


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", place)
