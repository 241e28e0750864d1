"""The reference pages that are generated.

They are committed, because GitHub and JupyterLab show them too.
"""

from reference import bibliography, cite, concepts, losses
from reference.errata import page as errata

PAGES = {
    losses.PATH: losses.page,
    concepts.PATH: concepts.page,
    errata.PATH: errata.page,
    bibliography.PATH: bibliography.page,
    cite.PATH: cite.page,
}


def write() -> None:
    """Write the generated pages, and the figures of the losses."""
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8", newline="\n")
    losses.write_figures()
