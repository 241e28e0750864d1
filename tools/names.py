"""Which names code makes and uses, read from its text. Python in the page uses it, too, so it imports nothing else."""

import ast
import copy
import symtable
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from itertools import chain
from typing import NamedTuple


def statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield each statement in order; of a `try`, `with`, `if` or loop its head, then those in its blocks."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) or not hasattr(statement, "body"):
            yield statement
            continue
        if not isinstance(statement, ast.Try):
            head = copy.copy(statement)
            head.body, head.orelse = [ast.Pass()], []
            yield head
        handled = [inner for handler in getattr(statement, "handlers", []) for inner in handler.body]
        blocks = (getattr(statement, block, []) for block in ("body", "orelse", "finalbody"))
        yield from statements([*handled, *chain(*blocks)])


class _Generators(ast.NodeTransformer):
    """Turns comprehensions into generators, which have a scope of their own in every version of Python."""

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp) -> ast.AST:
        return self.generic_visit(ast.GeneratorExp(node.elt, node.generators))

    visit_SetComp = visit_ListComp

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self.generic_visit(ast.GeneratorExp(ast.Tuple([node.key, node.value], ast.Load()), node.generators))


def bound_and_used(statement: ast.stmt) -> tuple[set[str], set[str]]:
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


def changed(statement: ast.stmt) -> Iterator[str]:
    """Yield the names of the objects that get a new entry or attribute."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            while isinstance(node, ast.Subscript | ast.Attribute):
                node = node.value
            if isinstance(node, ast.Name):
                yield node.id


def needed(code: str, above: Sequence[str], has: Set[str]) -> list[tuple[int, str]]:
    """Return what must run before a cell: which cells above it, and what of each, in their order.

    Of a cell from which only imported names are needed, these imports are enough.

    Args:
        code: the cell; without a need if Python cannot read it.
        above: the cells above it, from the top of the page; those that Python cannot read are passed over.
        has: the names that there are already.
    """
    wanted = _uses(_read(code)) - has
    found = []
    for place in reversed(range(len(above))):
        if not wanted:
            break
        cell = _read(above[place])
        giving = [each for each in cell if wanted & each.gives]
        if not giving:
            continue
        if all(isinstance(each.statement, ast.Import | ast.ImportFrom) for each in giving):
            found.append((place, "\n".join(ast.unparse(each.statement) for each in giving)))
            wanted = wanted.difference(*(each.bound for each in giving))
        else:
            found.append((place, above[place]))
            wanted = wanted.difference(*(each.bound for each in cell)) | (_uses(cell) - has)
    return found[::-1]


class _Statement(NamedTuple):
    """A statement, and the global names that it binds, that it or a function in it uses, that it binds or changes."""

    statement: ast.stmt
    bound: set[str]
    used: set[str]
    gives: set[str]


# Of a page's cells, all but one are the same from one question to the next.
@lru_cache(maxsize=256)
def _read(code: str) -> list[_Statement]:
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return []
    return [
        _Statement(statement, bound, used, bound | set(changed(statement)))
        for statement in statements(body)
        for bound, used in [bound_and_used(statement)]
    ]


def _uses(cell: Sequence[_Statement]) -> set[str]:
    """Return the global names that code uses before it has made them itself."""
    used: set[str] = set()
    own: set[str] = set()
    for statement in cell:
        used |= statement.used - own
        # A function that is defined here may be called later, and uses what is made until then.
        own |= statement.bound
    return used
