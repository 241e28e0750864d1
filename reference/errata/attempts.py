"""What happens to a listing that fails."""

from collections.abc import Callable


def failure(attempt: Callable[[], object]) -> str:
    """Return the class of the exception that `attempt` raises; an attempt that works is an AssertionError."""
    return type(exception(attempt)).__name__


def exception(attempt: Callable[[], object]) -> Exception:
    """Return the exception that `attempt` raises; an attempt that works is an AssertionError."""
    try:
        attempt()
    except Exception as error:  # whichever it is, the page names it
        return error
    raise AssertionError("the mistake no longer fails")
