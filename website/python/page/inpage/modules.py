"""Modules that are not here yet: the pack that has them is fetched when the first of them is imported."""

import importlib
import sys
from collections.abc import Callable, Mapping
from importlib.machinery import FileFinder, ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

LIBRARY = "/lib/python3.12"  # where modules of the standard library go that are not in its archive


class _Finder:
    """Asked last, for what no other finder has found."""

    def __init__(self, fetch: Callable[[str], None], packs: Mapping[str, str]) -> None:
        self.fetch, self.packs = fetch, packs
        self.fetched: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        pack = self.packs.get(name)
        if pack is None:
            return None
        if pack not in self.fetched:
            try:
                self.fetch(pack)
            except Exception as error:
                raise ImportError(f"{name} could not be loaded: is there no connection? ({error})", name=name) from None
            self.fetched.add(pack)
            _look_again()
        # A package of the standard library is in the archive, and rarely used modules of it are not.
        rest = [f"{LIBRARY}/{'/'.join(name.split('.')[:-1])}"]
        return PathFinder.find_spec(name, path, target) or PathFinder.find_spec(name, rest, target)


def _look_again() -> None:
    """Forget which files there are in folders.

    `importlib.invalidate_caches` would also read the standard library's archive anew, once for each of its packages.
    """
    for finder in sys.path_importer_cache.values():
        if isinstance(finder, FileFinder):
            finder.invalidate_caches()


class _Special:
    """Lets scipy.special come without what it imports and the losses never use.

    That is scipy.linalg, for the roots of orthogonal polynomials alone, with a BLAS and all of scipy.sparse; and
    numpy.testing and numpy.f2py, of which it takes nothing. Together they would take longer than all the rest.
    """

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> None:
        if name == "scipy.special":
            sys.meta_path.remove(self)
            for late in ("scipy.linalg", "numpy.testing", "numpy.f2py"):
                package, _, module = late.partition(".")
                if module not in vars(sys.modules[package]):
                    setattr(sys.modules[package], module, _Later(late))


class _Later:
    """Stands for a module until something of it is used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        package, _, module = self._name.partition(".")
        vars(sys.modules[package]).pop(module, None)
        return getattr(importlib.import_module(self._name), name)


def install(fetch: Callable[[str], None], packs: Mapping[str, str]) -> None:
    """Have packs fetched when they are needed.

    Args:
        fetch: gets a pack by its name and puts its files in place.
        packs: the modules of each pack, with spaces between them.
    """
    by_module = {module: pack for pack, modules in packs.items() for module in modules.split()}
    sys.meta_path.insert(0, _Special())
    sys.meta_path.append(_Finder(fetch, by_module))
