"""The layout of a page: what its template shows, its one style sheet, and the scripts that it needs.

The theme's own scripts, styles and icons (Bootstrap, Font Awesome) are left out: 660 KB gzipped for a menu, two
buttons and ten icons. What does their work is in ``templates/layout.html``, ``static/styles`` and ``static/site.js``.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from functools import lru_cache
from html import escape
from pathlib import Path
from xml.dom import minidom

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment.adapters.toctree import TocTree

from website import demos, generated
from website.policy import policy

STATIC = Path(__file__).parent / "static"
FAVICON = STATIC / "favicon.svg"

# In this order, in which later sheets may override earlier ones.
STYLES = (
    *(
        STATIC / "styles" / f"{name}.css"
        for name in ("fonts", "colors", "layout", "text", "code", "figures", "parts", "cells", "findable")
    ),
    demos.STATIC / "explorable.css",
    STATIC / "styles" / "print.css",
)

# The scripts of Sphinx and its extensions, each with the markup that needs it. The first three mark the words that
# were searched for, which may be on any page.
SCRIPTS = {
    "documentation_options.js": "",
    "doctools.js": "",
    "sphinx_highlight.js": "",
    "clipboard.min.js": 'class="highlight"',
    "copybutton.js": 'class="highlight"',
    "design-tabs.js": 'class="sd-tab-set',
}

# What the theme and the extensions leave in the finished site although no page asks for it.
UNUSED = (
    "*.map",
    "basic.css",
    "check-solid.svg",
    "copy-button.svg",
    "copybutton.css",
    "explorable.css",
    "images",
    "locales",
    "mystnb.*.css",
    "pygments.css",
    "sbt-webpack-macros.html",
    "scripts",
    "sphinx-design.min.css",
    "styles",
    "vendor",
    "webpack-macros.html",
)

# Runs before the page is drawn, so that a dark page never flashes white. It also asks for the fonts, because a tag that
# preloads them is an error in a page that is opened from a folder.
HEAD_SCRIPT = (
    'try{var t=localStorage.getItem("theme")}catch(e){}'
    'document.documentElement.dataset.theme=t||(matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light");'
    'if(location.protocol!="file:")%s.forEach(function(f){var l=document.createElement("link");'
    'l.rel="preload";l.as="font";l.crossOrigin="";l.href=f;document.head.append(l)})'
)

# What the theme would put around the text, which no page shows. It would render each of these for every page only to
# see whether it is empty; the table of contents among them takes a third of the time in which a page is written.
PARTS_OF_THE_THEME = (
    "article_header_start",
    "article_header_end",
    "primary_sidebar_end",
    "secondary_sidebar_items",
    "footer_content_items",
)

BUTTON_LABELS = {"launch-buttons": "Run", "source-buttons": "Source", "download-buttons": "Download"}


def leave_out_parts(app: Sphinx, config: Config) -> None:
    """Spare the theme the parts that no page shows."""
    config.html_sidebars = {"**": []}
    config.html_theme_options.update({part: [] for part in PARTS_OF_THE_THEME})


def style_sheet() -> str:
    """Return all styles of the site as one sheet, without comments, so that one request fetches them for all pages."""
    text = "\n".join(path.read_text() for path in STYLES)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.S)).strip() + "\n"


@lru_cache
def _style_version() -> str:
    return _digest(style_sheet())


def versioned(pathto: Callable[..., str], script: str) -> str:
    """Return the address of a script of ours, which changes when the script does."""
    return f"{pathto(f'_static/{script}', 1)}?v={_version_of(script)}"


@lru_cache
def _version_of(script: str) -> str:
    folder = demos.STATIC if (demos.STATIC / script).is_file() else STATIC
    return _digest((folder / script).read_text())


@lru_cache
def logo() -> list[minidom.Element]:
    """Return the lines of the logo, which are those of the site's icon."""
    return minidom.parse(str(FAVICON)).getElementsByTagName("path")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def add_context(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give the template what it shows."""
    body = context.get("body", "")
    context["script_files"] = [script for script in context["script_files"] if _is_needed(str(script.filename), body)]
    for script in context["script_files"]:
        script.attributes.setdefault("defer", "defer")
    context["site_styles"] = context["pathto"]("_static/site.css", 1) + f"?v={_style_version()}"
    context["demo_script"] = versioned(context["pathto"], "explorable.js")
    context["has_demos"] = bool(app.env.metadata[pagename].get("demos"))
    # A face that is asked for only once the text is laid out comes too late for it.
    fonts = ["source-sans-3-normal"]
    fonts += ["source-sans-3-italic"] if "<em" in body else []
    fonts += ["stix-two-math"] if "<math" in body else []
    addresses = [context["pathto"](f"_static/fonts/{name}.woff2", 1) for name in fonts]
    context["head_script"] = HEAD_SCRIPT % json.dumps(addresses)
    context["policy"] = policy(context["head_script"])
    context["logo"] = "".join(path.toxml() for path in logo())
    context["contents"] = contents(app)
    context["sections"] = _sections(app, pagename)
    context["button_labels"] = BUTTON_LABELS
    context["index"], context["search"] = generated.INDEX, generated.SEARCH
    if pagename in generated.PAGES:
        context["title"] = generated.PAGES[pagename].title
    else:
        context["chapter"] = _chapter(app, pagename)


@lru_cache(maxsize=1)
def contents(app: Sphinx) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the parts of the book: the caption of each, and the names of its pages with their titles as HTML."""
    return [
        (part["caption"], [(page, _title(app, title, page)) for title, page in part["entries"]])
        for part in app.env.master_doctree.findall(addnodes.toctree)
    ]


def _title(app: Sphinx, given: str | None, page: str) -> str:
    return escape(given) if given else app.builder.render_partial(app.env.titles[page])["title"]


def _chapter(app: Sphinx, pagename: str) -> str:
    """Return the caption of the part that a page belongs to; the page before all parts has none."""
    captions = (caption for caption, entries in contents(app) if pagename in dict(entries))
    return next(captions, "")


def _sections(app: Sphinx, pagename: str) -> str:
    """Return a page's own table of contents without the page itself, which the contents of the book have."""
    page = TocTree(app.env).get_toc_for(pagename, app.builder).next_node(nodes.list_item)
    sections = page.next_node(nodes.bullet_list) if page else None
    if sections is None:
        return ""
    sections["classes"].append("sections")
    return app.builder.render_partial(sections)["fragment"].strip()


def _is_needed(filename: str, body: str) -> bool:
    """Say whether a page needs a script: each of ours, and those of Sphinx's that its markup asks for."""
    name = filename.rpartition("/")[2]
    return (STATIC / name).is_file() or (name in SCRIPTS and SCRIPTS[name] in body)


# Lines of comments, which are a third of the scripts of the pages.
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/)[ \t]*\n", re.M | re.S)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the style sheet and the scripts without comments, and leave out what no page asks for."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    for pattern in UNUSED:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (static / "site.css").write_text(style_sheet())
    for script in STATIC.glob("*.js"):
        (static / script.name).write_text(_COMMENT.sub("", script.read_text()))


def setup(app: Sphinx) -> None:
    app.add_js_file("site.js")
    app.connect("config-inited", leave_out_parts)
    # After the theme, which computes buttons, and after the extensions, which add scripts.
    app.connect("html-page-context", add_context, priority=900)
    # After the extensions, which copy their files at the end.
    app.connect("build-finished", finish, priority=900)
