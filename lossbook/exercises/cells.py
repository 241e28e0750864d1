"""What a learner has run in a notebook: IPython keeps the code of every cell, whether it ran or not, in ``In``."""

import ast
from collections.abc import Callable


def broken(function: Callable) -> str:
    """Say that the cell with a function could not be read, so that an older version of it would be checked."""
    name = _name(function)
    try:
        _last(function)
    except SyntaxError as error:
        return (
            f"What you ran last for `{name}` has a syntax error in line {error.lineno}, so an older version would be "
            "checked. Mend it, run it, and check again."
        )
    return ""


def others(function: Callable) -> str:
    """Say that the function which was checked is not one of those that were written last."""
    written = _last(function)
    if not written or _name(function) in written:
        return ""
    return f"Checked was `{_name(function)}`; what you ran last defines `{'`, `'.join(written)}`."


def _last(function: Callable) -> list[str]:
    """Return the names of the functions in the last cell that defines any; none outside of a notebook.

    Raises:
        SyntaxError: if a later cell has the function's name in it, and no code that Python can read.
    """
    space = getattr(function, "__globals__", {})
    for code in reversed(space["In"] if "get_ipython" in space else []):
        try:
            names = [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
        except SyntaxError:
            if _name(function) in code:
                raise
            names = []
        if names:
            return names
    return []


def _name(function: Callable) -> str:
    return getattr(function, "__name__", "function")
