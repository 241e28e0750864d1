"""The reader's own copy of the course, in the folder ``workbook``: ``python -m tools.workbook`` brings it up to date.

git ignores the folder, so a reader who runs and answers pages changes nothing of the book. What the book has new or
has changed arrives there, but never in place of a page in which the reader has changed a cell.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tools import notebooks
from tools.repository import ROOT

BOOK = ROOT / "chapters"
FOLDER = ROOT / "workbook"
# What was copied: for each file a digest of its original, and one of what a reader can change in the copy.
RECORD = ".copied.json"
KINDS = {".ipynb", ".md", ".svg", ".png"}
"""What a reader opens; the rest is for the tools."""
SHOWN = 5  # names of new files


@dataclass
class Changes:
    """What an update has done, by the names of the files."""

    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Changed in the book and by the reader, whose version stays."""

    def lines(self) -> list[str]:
        """Say it to the reader."""
        said = {
            "new": f"{len(self.new)} files" if len(self.new) > SHOWN else ", ".join(self.new),
            "changed in the book, and so here": ", ".join(self.replaced),
            "no longer in the book, nor here": ", ".join(self.removed),
            "changed in the book, but left as you have changed them (rename yours to get the new ones)": ", ".join(
                self.kept
            ),
        }
        return [f"{what}: {names}" for what, names in said.items() if names]


def update(book: Path = BOOK, folder: Path = FOLDER) -> Changes:
    """Bring the reader's copy of the book up to date, without touching what the reader has changed."""
    changes, record = Changes(), _read(folder / RECORD)
    originals = {path.relative_to(book).as_posix(): path for path in _files(book)}
    for name, original in originals.items():
        copy, before = folder / name, record.get(name)
        now = {"original": _digest(original), "content": _content(original)}
        if not copy.exists():
            changes.new.append(name)
        elif before and before["original"] == now["original"]:
            continue
        elif _content(copy) == now["content"] and not before:  # the record was lost, and nothing else
            record[name] = now
            continue
        elif before and _content(copy) in (before["content"], now["content"]):
            changes.replaced.append(name)
        else:
            changes.kept.append(name)
            continue
        _copy(original, copy)
        record[name] = now
    for name in record.keys() - originals.keys():
        copy = folder / name
        if copy.exists() and _content(copy) == record[name]["content"]:
            copy.unlink()
            changes.removed.append(name)
        del record[name]
    (folder / RECORD).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return changes


def _copy(original: Path, copy: Path) -> None:
    """Copy a file, or nothing of it where that is interrupted: half a page would pass for the reader's own."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    new = copy.with_suffix(".new")
    shutil.copyfile(original, new)
    new.replace(copy)


def _files(book: Path) -> list[Path]:
    found = [path for path in sorted(book.rglob("*")) if path.suffix in KINDS and path.is_file()]
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(book).parts)]


def _read(file: Path) -> dict[str, dict[str, str]]:
    """Return the record; where there is none that can be read, what differs from the book counts as the reader's."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _content(path: Path) -> str:
    """Return a digest of what a reader changes on purpose: of a notebook the text of its cells.

    Outputs are not part of it. A page that has been run, and no more, is to be corrected where the book is.
    """
    if path.suffix != ".ipynb":
        return _digest(path)
    try:
        cells = [(cell.cell_type, cell.source) for cell in notebooks.read(path).cells]
    except (AttributeError, ValueError):  # no notebook any more: whatever it is, it is the reader's
        return _digest(path)
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def main() -> None:
    for line in update().lines():
        print(f"{FOLDER.name}: {line}")


if __name__ == "__main__":
    main()
