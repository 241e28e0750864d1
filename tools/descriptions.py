"""What a page says of itself to search engines: one sentence or two, shown by no front end.

That of a notebook is in its record, `lossbook.course.about`, that of a Markdown page in a comment.
"""

import re
from pathlib import Path

from lossbook import course
from tools import pages

SHORTEST, LONGEST = 70, 160
COMMENT = "<!-- Description: {} -->"

_COMMENT = re.compile(re.escape(COMMENT).replace(r"\{\}", r"(.+?)"), re.S)


def read(path: Path) -> str:
    """Return a page's description, or nothing where it has none."""
    if path.suffix == ".ipynb":
        return course.about(pages.name(path)).description
    match = _COMMENT.search(path.read_text(encoding="utf-8"))
    return " ".join(match[1].split()) if match else ""


def problems(description: str) -> list[str]:
    """Say what is wrong with a description."""
    if not SHORTEST <= len(description) <= LONGEST:
        return [f"description of {len(description)} characters; it takes {SHORTEST} to {LONGEST}"]
    return []
