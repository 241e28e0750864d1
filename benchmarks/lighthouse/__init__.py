"""Lighthouse's verdict on pages, from its package on npm and the Chromium of this system."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from benchmarks.gates import BUDGETS
from tools import browser

FOLDER = Path(__file__).parent
MISSING = "no Node: install it with npm, 20 or newer (Debian: apt install nodejs npm)"


class Verdict(TypedDict):
    """What Lighthouse says about a page; `failed` names the audits that cost points, by category."""

    address: str
    scores: dict[str, int]
    metrics: dict[str, float]
    failed: dict[str, list[str]]
    versions: dict[str, str]
    runs: int


def available() -> bool:
    return shutil.which("npm") is not None


def install() -> None:
    """Install what the lockfile says, unless that is there."""
    lockfile, installed = FOLDER / "package-lock.json", FOLDER / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lockfile.stat().st_mtime:
        return
    # On Windows npm is a script, which only its whole path starts. No package needs a script of its own to be run.
    command = [shutil.which("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=FOLDER, check=True)


def verdicts(addresses: list[str]) -> Iterator[Verdict]:
    """Yield the verdict on each page as soon as there is one; the times in it need a machine that does nothing else."""
    install()
    request = {
        "browser": browser.path(),
        "switches": browser.SWITCHES,
        "performance": BUDGETS["performance"],
        "addresses": addresses,
    }
    command = [shutil.which("node"), "run.js", json.dumps(request)]
    with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, text=True, encoding="utf-8") as running:
        for line in running.stdout:
            yield json.loads(line)
    if running.returncode:
        raise RuntimeError("Lighthouse failed; see above")


def problems(verdict: Verdict) -> list[str]:
    """Return a line for each score below its budget, with the audits that cost it points."""
    return [
        f"{category}: {score}, at least {BUDGETS[category]}; {', '.join(verdict['failed'][category])}"
        for category, score in verdict["scores"].items()
        if score < BUDGETS[category]
    ]
