"""Mathematics without a request to another host: MathJax comes from an installed package and goes with the site."""

from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util.fileutil import copy_asset

SCRIPT = "mathjax/tex-chtml.js"
FONTS = "mathjax/output/chtml/fonts/woff-v2"


def copy(app: Sphinx, exception: Exception | None) -> None:
    """Copy the one script that turns TeX into HTML and MathML, and its fonts, beside the finished site.

    The package's own Sphinx extension would copy 23 MB, most of it for other formats.
    """
    if exception is None:
        package = Path(find_spec("sphinx-mathjax-offline").submodule_search_locations[0])
        static = Path(app.outdir) / "_static"
        copy_asset(package / "static" / SCRIPT, (static / SCRIPT).parent)
        copy_asset(package / "static" / FONTS, static / FONTS)
