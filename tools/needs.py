"""Which cells of a page need a package: read from their imports and names, so that nobody has to tag them."""

import ast
import copy
import symtable
from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from nbformat import NotebookNode

from tools.imports import imported, parse


def cells_that_need(packages: Collection[str], nb: NotebookNode) -> list[NotebookNode]:
    """Return the code cells that import one of these packages or modules, or use a name made by such a cell."""
    found = []
    made: set[str] = set()  # by the cells found so far
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        statements = list(_statements(parse(cell.source).body))
        own: set[str] = set()  # what this cell has bound so far
        needs = False
        for statement in statements:
            bound, used = _names(statement)
            needs = needs or bool((used - own) & made) or needs_any(imported(statement), packages)
            own |= bound
        if needs:
            found.append(cell)
            made |= own | {name for statement in statements for name in _changed(statement)}
        else:
            made -= own
    return found


def needs_any(names: Iterable[str], packages: Collection[str]) -> bool:
    """Return whether one of the imported names is, or is in, one of these packages or modules."""
    return any(f"{name}.".startswith(f"{package}.") for name in names for package in packages)


def _statements(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield each statement in order; of a `try`, `with`, `if` or loop its head, then those in its blocks."""
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) or not hasattr(statement, "body"):
            yield statement
            continue
        if not isinstance(statement, ast.Try):
            head = copy.copy(statement)
            head.body, head.orelse = [ast.Pass()], []
            yield head
        handled = [inner for handler in getattr(statement, "handlers", []) for inner in handler.body]
        blocks = (getattr(statement, block, []) for block in ("body", "orelse", "finalbody"))
        yield from _statements([*handled, *chain(*blocks)])


class _Generators(ast.NodeTransformer):
    """Turns comprehensions into generators, which have a scope of their own in every version of Python."""

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.AST:
        return self.generic_visit(ast.GeneratorExp(node.elt, node.generators))

    visit_SetComp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self.generic_visit(ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators))


def _names(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """Return the global names that a statement binds, and those that it or a function in it uses."""
    top = symtable.symtable(ast.unparse(_Generators().visit(copy.deepcopy(statement))), "cell", "exec")
    bound = {each.get_name() for each in top.get_symbols() if each.is_assigned() or each.is_imported()}
    used = {each.get_name() for each in top.get_symbols() if each.is_referenced()}
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        used.add(statement.target.id)
    left = top.get_children()
    while left:
        table = left.pop()
        used |= {each.get_name() for each in table.get_symbols() if each.is_global()}
        left += table.get_children()
    return bound, used


def _changed(statement: ast.stmt) -> Iterator[str]:
    """Yield the names of the objects that get a new entry or attribute."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            while isinstance(node, ast.Subscript | ast.Attribute):
                node = node.value
            if isinstance(node, ast.Name):
                yield node.id
