"""Stands in for the parts of IPython that the course uses; there is no shell."""

version_info = (8, 24, 0)


def get_ipython() -> None:
    """Return None, as IPython does outside of a shell."""
