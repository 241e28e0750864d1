"""Whether what a page's Python shows is what is stored: as nbval compares them, and demos number by number."""

import base64
import json

import numpy as np
from decode import Decoded
from nbformat import NotebookNode

from lossbook.explorable import MIME
from tools.notebooks import normalize

# How a demo's numbers are packed depends on their last bits.
NUMBERS = ("low", "step", "axes")
PICTURES = ("image/png", "image/jpeg")


def differences(cell: NotebookNode, outputs: list[dict]) -> list[str]:
    """Return in what the outputs of a run differ from those that are stored with the cell."""
    run = NotebookNode(cell | {"outputs": [NotebookNode(_plain(output)) for output in outputs]})
    got = normalize(NotebookNode(cells=[run])).cells[0].outputs
    stored = cell.outputs
    kinds = [[(each.output_type, *sorted(_kinds(each))) for each in many] for many in (stored, got)]
    if kinds[0] != kinds[1]:
        return [f"stored are {kinds[0]}, shown are {kinds[1]}: {outputs}"]
    return [found for pair in zip(stored, got, strict=True) for found in _between(*pair)]


def _kinds(output: NotebookNode) -> set[str]:
    """Return the formats of an output; the page draws a demo itself, without a picture."""
    kinds = set(output.get("data", {}))
    return kinds - {"image/png"} if MIME in kinds else kinds


def _plain(output: dict) -> dict:
    data = {
        kind: NotebookNode(each) if isinstance(each, dict) else each for kind, each in output.get("data", {}).items()
    }
    return {"metadata": {}} | output | ({"data": NotebookNode(data)} if data else {})


def _between(stored: NotebookNode, got: NotebookNode):
    for key in ("name", "text", "ename", "evalue"):
        if stored.get(key) != got.get(key):
            yield f"stored is {key} {stored.get(key)!r}, shown is {got.get(key)!r}"
    for kind in _kinds(stored):
        content = stored.data[kind]
        if kind == MIME:
            yield from _demos(content, got.data[kind])
        elif kind not in PICTURES and content != got.data[kind]:
            yield f"stored is {kind} {content!r}, shown is {got.data[kind]!r}"
        old, new = (each.metadata.get(kind, {}).get("alt") for each in (stored, got))
        if old != new:
            yield f"stored with {kind} is the text {old!r}, shown with it is {new!r}"


def _demos(stored: NotebookNode, got: NotebookNode):
    old, new = (Decoded(json.loads(each["spec"]), base64.b64decode(each["frames"])) for each in (stored, got))
    declared = [
        each.spec
        | {"functions": [{k: v for k, v in one.items() if k not in NUMBERS} for one in each.spec["functions"]]}
        for each in (old, new)
    ]
    if declared[0] != declared[1]:
        yield f"the demo {old.spec['name']} is declared in another way"
        return
    for index, (before, after) in enumerate(zip(old.spec["functions"], new.spec["functions"], strict=True)):
        ours, theirs = (each["low"] + each["step"] * of.tables[index] for each, of in ((before, old), (after, new)))
        # A number half way between two that are printed may be rounded up or down: two whole steps, as floats.
        if not np.allclose(ours, theirs, rtol=0, atol=2.000001 * after["step"]):
            yield f"function {index} of the demo {old.spec['name']} is off by {np.abs(ours - theirs).max()}"
