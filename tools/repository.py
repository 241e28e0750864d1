"""Where the book is published from, so that a fork's site and notebooks lead to the fork."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_GITHUB = re.compile(
    r"(?:https://(?:[^@/]+@)?|(?:ssh://)?git@)github\.com[/:](?P<owner>[\w.-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?"
)


def github_address(remote: str) -> str | None:
    """Return ``https://github.com/owner/name`` for a GitHub remote, else None."""
    match = _GITHUB.fullmatch(remote.strip())
    return f"https://github.com/{match['owner']}/{match['name']}" if match else None


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):  # no git, no repository, no remote
        return ""


def repository() -> str | None:
    """Return the book's GitHub address: ``LOSSBOOK_REPOSITORY``, else git's remote ``origin``, else None."""
    chosen = os.environ.get("LOSSBOOK_REPOSITORY")
    if chosen and github_address(chosen) is None:
        raise ValueError(f"LOSSBOOK_REPOSITORY is {chosen!r}; it takes https://github.com/owner/name")
    return github_address(chosen or _git("remote", "get-url", "origin"))


def branch() -> str:
    """Return the branch that links lead to: ``LOSSBOOK_BRANCH``, else the current one, else ``main``."""
    return os.environ.get("LOSSBOOK_BRANCH") or _git("branch", "--show-current") or "main"
