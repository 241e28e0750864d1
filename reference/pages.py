"""The reference pages that are generated.

They are committed, because GitHub and JupyterLab show them too.
"""

import ast

from reference import bibliography, cite, concepts, losses
from reference.errata import page as errata
from tools.record import Record, causes
from tools.repository import ROOT

PAGES = {
    losses.PATH: losses.page,
    concepts.PATH: concepts.page,
    errata.PATH: errata.page,
    bibliography.PATH: bibliography.page,
    cite.PATH: cite.page,
}


def write(record: Record, *, everything: bool = False) -> int:
    """Write the generated pages and the figures of the losses, and return how many could not be brought up to date.

    The evidence of the errata and the figures take long. They are made anew where what they follow from has changed
    since the record was made, or, with `everything`, in any case.
    """
    texts = {path: page() for path, page in PAGES.items() if path != errata.PATH}
    evidence = errata.measured(record, everything=everything)
    if evidence is not None:
        texts[errata.PATH] = errata.compose(evidence)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    write_figures(record, everything=everything)
    return len(PAGES) - len(texts)


def write_figures(record: Record, *, everything: bool) -> None:
    name = losses.FIGURES.relative_to(ROOT).as_posix()
    now = causes(ast.parse("import reference.sketches"), ROOT)
    why = "asked for" if everything else record.why(name, now)
    losses.write_figures(everything=bool(why))
    if why:
        record.store(name, now)
    print(f"{name} is drawn ({why})" if why else f"{name}: up to date")
