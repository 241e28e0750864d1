"""What costly results follow from, kept in ``_build/refresh.json``: only those that may differ are made anew."""

import ast
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from tools import imports
from tools.repository import ROOT

FILE = ROOT / "_build" / "refresh.json"
SHOWN = 3  # names of what has changed

Causes = dict[str, str]
"""What a result follows from, with a digest of each."""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def causes(code: ast.AST, folder: Path, root: Path = ROOT) -> Causes:
    """Return what the result of code in a folder follows from, besides the code itself."""
    files, _ = imports.trace(code, folder, root)
    found = {path.relative_to(root).as_posix(): digest(path.read_bytes()) for path in files}
    versions = {"requirements.txt": digest((root / "requirements.txt").read_bytes())}
    return dict(sorted(found.items())) | versions | {"Python": f"{sys.version_info.major}.{sys.version_info.minor}"}


class Record:
    """The causes of each result when it was made, by name, and the result itself where no other file holds it."""

    def __init__(self, file: Path = FILE) -> None:
        self.file = file
        self.entries: dict[str, dict] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def why(self, name: str, now: Causes) -> str:
        """Say why a result has to be made anew; nothing when it is up to date."""
        if name not in self.entries:
            return "no run is on record"
        before = self.entries[name]["causes"]
        changed = [cause for cause in now | before if now.get(cause) != before.get(cause)]
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        return f"changed: {', '.join(changed[:SHOWN])}{more}" if changed else ""

    def result(self, name: str) -> Any:
        return self.entries[name]["result"]

    def store(self, name: str, now: Causes, result: Any = None) -> None:
        """Keep what a result, which has just been made, follows from."""
        self.entries[name] = {"causes": now, "result": result}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # An interrupted run must not leave half a file behind.
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(self.entries, indent=1), encoding="utf-8")
        new.replace(self.file)
