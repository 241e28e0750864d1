"""Which cells of a page need a package: read from their imports and names, so that nobody has to tag them."""

from collections.abc import Collection, Iterable

from nbformat import NotebookNode

from tools import names
from tools.imports import imported, parse


def cells_that_need(packages: Collection[str], nb: NotebookNode) -> list[NotebookNode]:
    """Return the code cells that import one of these packages or modules, or use a name made by such a cell."""
    found = []
    made: set[str] = set()  # by the cells found so far
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        statements = list(names.statements(parse(cell.source).body))
        own: set[str] = set()  # what this cell has bound so far
        needs = False
        for statement in statements:
            bound, used = names.bound_and_used(statement)
            needs = needs or bool((used - own) & made) or needs_any(imported(statement), packages)
            own |= bound
        if needs:
            found.append(cell)
            made |= own | {name for statement in statements for name in names.changed(statement)}
        else:
            made -= own
    return found


def needs_any(modules: Iterable[str], packages: Collection[str]) -> bool:
    """Return whether one of the imported modules or names is, or is in, one of these packages or modules."""
    return any(f"{name}.".startswith(f"{package}.") for name in modules for package in packages)
