"""Executed in Node: notes which modules a cell would have to import if nothing were imported yet.

A module that another cell has imported already is not loaded again. So it is noted which modules each module imports
while it is loaded, and which ones are imported, by whatever code, while a cell runs.
"""

import builtins
import importlib
import importlib.util
import json
import sys

_loading = {}  # what each module imports while it is loaded
_running = set()  # what has been imported since the last look, not by a module that is loaded
_import = builtins.__import__
_by_name = importlib._bootstrap._gcd_import
_searched = set()  # what has been looked for since the last look without being imported, for the files beside it
_find = importlib.util.find_spec


def _note(names):
    frame = sys._getframe(2)
    while frame and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    by = frame.f_globals.get("__name__") if frame else None
    # The session runs cells, and this code, as modules that are loaded by nobody.
    is_loaded = by in sys.modules and by != "__main__" and "__spec__" in frame.f_globals and frame.f_globals["__spec__"]
    (_loading.setdefault(by, set()) if is_loaded else _running).update(names)


def _noted_import(name, globals=None, locals=None, fromlist=(), level=0):
    base = name
    if level:
        package = (globals or {}).get("__package__") or (globals or {}).get("__name__", "").rpartition(".")[0]
        base = importlib.util.resolve_name("." * level + name, package)
    _note([base, *(f"{base}.{each}" for each in fromlist or ())])
    return _import(name, globals, locals, fromlist, level)


def _noted_by_name(name, package=None, level=0):
    _note([importlib.util.resolve_name("." * level + name, package) if level else name])
    return _by_name(name, package, level)


def _audit(event, arguments):
    if event == "import":  # of a module that is not here yet, by compiled code as well
        _note([arguments[0]])


def _noted_search(name, package=None):
    _searched.add(name)
    return _find(name, package)


def reached(modules):
    """Return, as JSON, these modules with all that is imported while they are loaded."""
    found, left = set(), list(modules)
    while left:
        name = left.pop()
        if name and name not in found:
            found.add(name)
            left += [name.rpartition(".")[0], *_loading.get(name, ())]
    return json.dumps(sorted(found))


def imported():
    """Return the same of what was imported since the last time, and forget what functions have kept."""
    modules = json.dumps(sorted(_searched.union(json.loads(reached(_running)))))
    _running.clear()
    _searched.clear()
    for name, module in list(sys.modules.items()):
        if name.startswith("lossbook."):
            for thing in list(vars(module).values()):
                clear = getattr(thing, "cache_clear", None)
                if callable(clear):
                    clear()
    return modules


builtins.__import__ = _noted_import
importlib._bootstrap._gcd_import = _noted_by_name
importlib.util.find_spec = _noted_search
sys.addaudithook(_audit)
