"""The licenses of everything that runs Python in a page: each package's own, as it came with it."""

import email
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import distribution
from pathlib import Path

from website.python.acquire import HERE, Runtime

ENVIRONMENT = ("arch", "ipython", "tabulate")
"""Packages of this environment of which parts are shipped."""
NOT_SHIPPED = {"ws"}
"""What npm installs although no page gets it: with this one Pyodide opens sockets in Node."""
INDEX = "index.json"
_LICENSE = re.compile(r"(LICEN[CS]E|COPYING|NOTICE)[^/]*$|/licenses/.+(?<!\.py)$", re.IGNORECASE)


@dataclass(frozen=True)
class Package:
    """A package that is shipped.

    Args:
        name: as its authors write it.
        version: as well.
        license: what they call their license.
        file: with the texts of all its licenses.
    """

    name: str
    version: str
    license: str
    file: str


def texts(runtime: Runtime) -> Iterator[tuple[Package, str]]:
    """Yield each package, and all its licenses in one text.

    Raises:
        LookupError: if a package has none, and none is kept for it in the folder licenses.
    """
    yield from of_wheels(runtime)
    yield _package("Python", runtime.lock["info"]["python"], "PSF-2.0"), _kept("python")
    yield _package("Libraries in compiled modules", "", "their own"), _kept("libraries")
    yield from of_npm(runtime)
    for name in ENVIRONMENT:
        package = distribution(name)
        found = [file for file in package.files or () if _LICENSE.search(file.as_posix())]
        text = _joined(Path(file.locate()).read_text("utf-8") for file in found)
        yield _package(name, package.version, _called(package.metadata)), text or _kept(name)


def write(runtime: Runtime, folder: Path) -> None:
    """Write each package's licenses to a file of its own, and a list of the packages."""
    folder.mkdir(parents=True)
    packages = []
    for package, text in sorted(texts(runtime), key=lambda each: each[0].name.lower()):
        (folder / package.file).write_text(text, encoding="utf-8")
        packages.append(asdict(package))
    (folder / INDEX).write_text(json.dumps(packages, indent=1), encoding="utf-8")


def read(folder: Path) -> list[Package]:
    """Return the packages that `write` has listed in a folder."""
    return [Package(**each) for each in json.loads((folder / INDEX).read_text(encoding="utf-8"))]


def _package(name: str, version: str, called: str) -> Package:
    return Package(name, version, called, f"{re.sub(r'[^a-z0-9.]+', '-', f'{name} {version}'.lower()).strip('-')}.txt")


def of_wheels(runtime: Runtime) -> Iterator[tuple[Package, str]]:
    for name, wheel in runtime.wheels.items():
        entry = runtime.lock["packages"][name]
        with zipfile.ZipFile(wheel) as archive:
            names = [each for each in archive.namelist() if _LICENSE.search(each) and not each.endswith((".py", "/"))]
            text = _joined(archive.read(each).decode("utf-8", "replace") for each in names)
            about = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
            # The one that is no wheel is the library of OpenBLAS.
            called = _called(email.message_from_bytes(archive.read(about[0]))) if about else "BSD-3-Clause"
        yield _package(entry["name"], entry["version"], called), text or _kept(name)


def _called(metadata) -> str:
    """Return what a package's metadata call its license: some have its whole text where its name should be."""
    classifiers = (each.split(" :: ") for each in metadata.get_all("Classifier", []))
    names = [parts[-1] for parts in classifiers if parts[0] == "License"]
    return metadata["License-Expression"] or " or ".join(names)


def of_npm(runtime: Runtime) -> Iterator[tuple[Package, str]]:
    """Yield what package-lock.json names, without what only builds the rest."""
    lock = json.loads((runtime.node_modules.parent / "package-lock.json").read_text(encoding="utf-8"))
    for place, entry in lock["packages"].items():
        name = place.rpartition("node_modules/")[2]
        if name and not entry.get("dev") and name not in NOT_SHIPPED:
            folder = runtime.node_modules.parent / place
            text = _joined(path.read_text("utf-8") for path in sorted(folder.iterdir()) if _LICENSE.search(path.name))
            shown = "Pyodide" if name == "pyodide" else name
            yield _package(shown, entry["version"], entry["license"]), text or _kept(name)


def _kept(name: str) -> str:
    path = HERE / "licenses" / f"{name}.txt"
    if not path.is_file():
        raise LookupError(f"{name} comes without its license: add it as {path}")
    return path.read_text(encoding="utf-8")


def _joined(found: Iterable[str]) -> str:
    unique = dict.fromkeys(text.strip() for text in found)
    return "\n\n\n".join(unique) + "\n" if unique else ""
