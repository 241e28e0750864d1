"""The licenses of everything that runs Python in a page: each package's own, as it came with it."""

import re
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from website.python.acquire import HERE, Runtime

ENVIRONMENT = ("arch", "ipython", "tabulate")
"""Packages of this environment of which parts are shipped."""
_LICENSE = re.compile(r"(LICEN[CS]E|COPYING|NOTICE)[^/]*$|/licenses/.+(?<!\.py)$", re.IGNORECASE)


def texts(runtime: Runtime) -> Iterator[tuple[str, str]]:
    """Yield each package with its version, and all its licenses in one text.

    Raises:
        LookupError: if a package has none, and none is kept for it in the folder licenses.
    """
    packages = runtime.lock["packages"]
    for name, wheel in sorted(runtime.wheels.items()):
        found = _in_archive(wheel)
        yield f"{packages[name]['name']} {packages[name]['version']}", found or _kept(name)
    info = runtime.lock["info"]
    yield f"Pyodide {info['version']}", _kept("pyodide")
    yield f"Python {info['python']}", _kept("python")
    yield "zstddec", (runtime.node_modules / "zstddec" / "LICENSE").read_text(encoding="utf-8")
    for name in ENVIRONMENT:
        package = distribution(name)
        found = [file for file in package.files or () if _LICENSE.search(file.as_posix())]
        yield (
            f"{name} {package.version}",
            _joined(Path(file.locate()).read_text("utf-8") for file in found) or _kept(name),
        )


def write(runtime: Runtime, folder: Path) -> None:
    """Write each package's licenses to a file of its own."""
    folder.mkdir(parents=True)
    for name, text in texts(runtime):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def _in_archive(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if _LICENSE.search(name) and not name.endswith((".py", "/"))]
        return _joined(archive.read(name).decode("utf-8", "replace") for name in names)


def _kept(name: str) -> str:
    path = HERE / "licenses" / f"{name}.txt"
    if not path.is_file():
        raise LookupError(f"{name} comes without its license: add it as {path}")
    return path.read_text(encoding="utf-8")


def _joined(found) -> str:
    return "\n\n\n".join(text.strip() for text in dict.fromkeys(found)) + "\n" if (found := list(found)) else ""
