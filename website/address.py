"""Where the website is published: the environment variable ``LOSSBOOK_SITE``, such as https://reader.github.io/book."""

import os
import re
from urllib.parse import urlsplit

_ADDRESS = re.compile(r"https://[^\s/?#@]+(/[^\s?#]*)?")


def site() -> str | None:
    """Return the website's address, with a slash at its end, or None where none is set."""
    chosen = os.environ.get("LOSSBOOK_SITE")
    if not chosen:
        return None
    if not _ADDRESS.fullmatch(chosen):
        raise ValueError(f"LOSSBOOK_SITE is {chosen!r}; it takes https://host/ or https://host/folder/")
    return chosen.rstrip("/") + "/"


def folder() -> str:
    """Return the folder of the host that the website lies in, ``/`` where no address is set."""
    return urlsplit(site() or "/").path
