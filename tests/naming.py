"""Names the one of many things in a test that an error is about."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def naming(what: object) -> Iterator[None]:
    """Add a note to an error that says what it is about."""
    try:
        yield
    except Exception as error:
        error.add_note(f"with {what}")
        raise
