"""Which exercises a learner has done, kept in a small file in the folder of the course."""

import contextlib
import json
from pathlib import Path

from lossbook.exercises.result import Result

FILE = Path("lossbook-progress.json")
ROOT = "_toc.yml"  # what the folder of the course has, and no folder in it


def path() -> Path:
    """Return the file: one for the course, whichever of its folders the notebook runs in, else one in that folder."""
    here = Path.cwd()
    course = next((folder for folder in (here, *here.parents) if (folder / ROOT).is_file()), here)
    return course / FILE


def read() -> dict[str, str]:
    """Return the last status of each exercise that was attempted; a file that cannot be read counts as empty."""
    try:
        kept = json.loads(path().read_text(encoding="utf-8"))
    except (OSError, RecursionError, ValueError):
        return {}
    return {str(name): str(status) for name, status in kept.items()} if isinstance(kept, dict) else {}


def keep(name: str, status: str) -> None:
    """Keep the status of an exercise; one that was passed stays passed."""
    kept = read()
    if kept.get(name) in ("passed", status):
        return
    # A check must not fail because its result cannot be written.
    with contextlib.suppress(OSError):
        # Written to another file first, so that a kernel stopped halfway does not destroy the record.
        file = path()
        new = file.with_suffix(".tmp")
        new.write_text(json.dumps(kept | {name: status}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        new.replace(file)


def summary(names: list[str]) -> Result:
    """Sum up the exercises of these names by page."""
    kept = read()
    pages: dict[str, list[str]] = {}
    for name in names:
        pages.setdefault(name.rsplit("/", 1)[0], []).append(kept.get(name, "open"))
    width = max(map(len, pages), default=0)
    lines = [
        f"{page:{width}}  {statuses.count('passed')} of {len(statuses)} solved" for page, statuses in pages.items()
    ]
    passed = sum(statuses.count("passed") for statuses in pages.values())
    return Result("note", f"{passed} of {len(names)} exercises solved.", "\n".join(lines))
