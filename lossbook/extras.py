"""Packages that parts of `lossbook` need besides NumPy and SciPy, and what is said where one is missing."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def needs(part: str, *packages: str, called: str = "") -> Iterator[None]:
    """Make an import that fails say how to install what is missing.

    Args:
        part: the module or the function of `lossbook` that needs the packages.
        packages: by their names on PyPI.
        called: what to call them in a sentence, if not by these names.

    Raises:
        ImportError: where an import inside raises one.

    >>> with needs("lossbook.example", "numpy", "no-such-package"):
    ...     import numpy
    ...     import no_such_package
    Traceback (most recent call last):
    ImportError: lossbook.example needs numpy and no-such-package: pip install numpy no-such-package
    """
    try:
        yield
    except ImportError as error:
        raise ImportError(
            f"{part} needs {called or ' and '.join(packages)}: pip install {' '.join(packages)}", name=error.name
        ) from error
