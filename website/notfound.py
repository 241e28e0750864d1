"""The page for addresses that do not exist; sphinx-notfound-page makes its links work at any depth."""

from sphinx.application import Sphinx
from sphinx.config import Config

from website import address, generated


def configure(app: Sphinx, config: Config) -> None:
    config.notfound_pagename = generated.NOT_FOUND.name
    config.notfound_template = "not-found.html"
    config.notfound_context = {}  # otherwise it is given words of the extension's own
    config.notfound_urls_prefix = address.folder()


def root_for_scripts(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Tell the page's scripts where the site begins: the extension leaves that relative to an unknown address."""
    if pagename == generated.NOT_FOUND.name:
        context["content_root"] = address.folder()


def setup(app: Sphinx) -> None:
    app.setup_extension("notfound.extension")
    # Before the extension checks its settings.
    app.connect("config-inited", configure, priority=400)
    app.connect("html-page-context", root_for_scripts)
