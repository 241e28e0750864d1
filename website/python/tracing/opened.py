"""Executed in Node: notes which files are opened, for the packs."""

import json
import sys

_opened = set()


def _note(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        _opened.add(arguments[0])
    elif event == "import" and arguments[1]:
        _opened.add(arguments[1])


def opened():
    """Return, as JSON, the files that were opened."""
    loaded = {file for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}
    return json.dumps(sorted(_opened | loaded))


sys.addaudithook(_note)
