"""The Sphinx extension behind the website: what only a website can do with a page."""

import os
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from website import (
    address,
    cards,
    cells,
    code,
    definitions,
    demos,
    exercises,
    images,
    index,
    layout,
    mathematics,
    meta,
    notfound,
    packages,
    prints,
    words,
)
from website.anchors import HeadingAnchors
from website.buttons import drop_colab_without_address, theme_options
from website.notebooks import ImagesAndSetup
from website.progress import MathInSummaries, PlaceForProgress
from website.tabs import FrameworkTabs

TEMPLATES = Path(__file__).parent / "templates"


def _configure(app: Sphinx, config: Config) -> None:
    config.html_static_path += [str(layout.STATIC), str(demos.STATIC)]
    config.html_favicon = str(layout.FAVICON)
    config.html_theme_options.update(theme_options())
    config.html_math_renderer = mathematics.RENDERER
    config.html_baseurl = address.site() or ""
    config.templates_path = [str(TEMPLATES), *config.templates_path]


def _use_all_cores(app: Sphinx) -> None:
    """Do what ``sphinx-build --jobs`` does: the command of Jupyter Book has no such option."""
    # One more than cores: while pages are written, one process does little but hand them to the others.
    app.parallel = (os.cpu_count() or 1) + 1
    # sphinx-external-toc loads this extension. It does nothing until all pages have been read, so they can be read in
    # parallel, but it does not say so.
    if "sphinx_multitoc_numbering" in app.extensions:
        app.extensions["sphinx_multitoc_numbering"].parallel_read_safe = True


def setup(app: Sphinx) -> dict:
    _use_all_cores(app)
    app.connect("config-inited", _configure)
    # The theme adds its buttons with priority 501.
    app.connect("html-page-context", drop_colab_without_address, priority=502)
    app.add_transform(FrameworkTabs)
    app.add_transform(HeadingAnchors)
    app.add_transform(ImagesAndSetup)
    app.add_transform(demos.PicturesWithoutScript)
    app.add_transform(MathInSummaries)
    app.add_transform(PlaceForProgress)
    layout.setup(app)
    code.setup(app)
    cells.setup(app)
    images.setup(app)
    mathematics.setup(app)
    prints.setup(app)
    notfound.setup(app)
    meta.setup(app)
    cards.setup(app)
    definitions.setup(app)
    exercises.setup(app)
    index.setup(app)
    packages.setup(app)
    words.setup(app)
    app.add_js_file("progress.js", loading_method="defer")
    # Jupyter Book sets this option even where the extension that reads it is not loaded.
    app.add_config_value("comments_config", {}, "")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
