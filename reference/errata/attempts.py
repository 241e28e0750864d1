"""Running code that has to fail."""

from collections.abc import Callable


def failure(attempt: Callable[[], object]) -> str:
    """Return the class of the exception that `attempt` raises, as a name; raise AssertionError if it raises none."""
    return type(exception(attempt)).__name__


def exception(attempt: Callable[[], object]) -> Exception:
    """Return the exception that `attempt` raises; raise AssertionError if it raises none."""
    try:
        attempt()
    except Exception as error:  # of whatever class: the page of errata names it
        return error
    raise AssertionError("the mistake no longer fails")
