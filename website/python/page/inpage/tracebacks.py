"""What a reader is told of an exception: the lines of the cells, and where in a library it was raised.

An exception that says by `_render_traceback_` how it is shown, as IPython lets it, is shown like that.
"""

import traceback


def told(error: BaseException, cell: str) -> tuple[str, str, str]:
    """Return the exception's name, its message, and a traceback without the frames of what runs the cells.

    Args:
        error: what was raised.
        cell: how the file names of cells begin.
    """
    shown = traceback.TracebackException.from_exception(error, compact=True)
    _shorten(shown, cell, set())
    try:
        # The message of a syntax error names the file and the line, which the traceback shows.
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        if isinstance(error, SyntaxError) and (error.text or "").lstrip().startswith(("%", "!")):
            message += ". Lines that begin with % or ! are commands of Jupyter, which are not available here"
    except Exception:  # the reader's own exception, which cannot be printed
        message = ""
    text = "\n".join(_own(error) or ["".join(shown.format())])
    return type(error).__name__, message, text


def _own(error: BaseException) -> list[str]:
    """Return the lines that an exception is shown as where it says so itself."""
    try:
        return [str(line) for line in error._render_traceback_()]
    except Exception:  # it has no such method, or one that fails
        return []


def _shorten(shown: traceback.TracebackException, cell: str, seen: set[int]) -> None:
    seen.add(id(shown))
    frames = list(shown.stack)
    own = [frame for frame in frames if frame.filename.startswith(cell)]
    if own and frames[-1] is not own[-1]:
        own.append(frames[-1])
    shown.stack = traceback.StackSummary.from_list(own)
    for other in (shown.__cause__, shown.__context__, *(shown.exceptions or ())):
        if other is not None and id(other) not in seen:
            _shorten(other, cell, seen)
