"""Which of many things an error is about, where they share a test."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def naming(what: object) -> Iterator[None]:
    """Add to an error what it is about."""
    try:
        yield
    except Exception as error:
        error.add_note(f"with {what}")
        raise
