"""The demos stored in the pages are those of the package, whatever processor made them."""

import base64
import json
import re

import numpy as np
from decode import Decoded
from test_demos import built, each_demo

from lossbook.explorable import MIME
from lossbook.explorable.picture import HINT_HEIGHT
from tools import notebooks, pages

STORED = {
    json.loads(output.data[MIME]["spec"])["name"]: output
    for path in pages.notebooks()
    for cell in notebooks.read(path).cells
    for output in cell.get("outputs", [])
    if MIME in output.get("data", {})
}
# How numbers are stored depends on their last bits.
NUMBERS = ("low", "step", "axes")


@each_demo
def test_stored_demo_is_fresh(name):
    demo, fresh, _ = built(name)
    assert demo.name in STORED, f"{name} is on no page"
    page = STORED[demo.name].data[MIME]
    old_page = Decoded(json.loads(page["spec"]), base64.b64decode(page["frames"]))
    declarations = [
        spec | {"functions": [{k: v for k, v in each.items() if k not in NUMBERS} for each in spec["functions"]]}
        for spec in (old_page.spec, fresh.spec)
    ]
    assert declarations[0] == declarations[1], "run make refresh"
    for index, (old, new) in enumerate(zip(old_page.spec["functions"], fresh.spec["functions"], strict=True)):
        # The last bits differ from processor to processor; what is drawn does not.
        before, after = (
            each["low"] + each["step"] * page.tables[index] for each, page in ((old, old_page), (new, fresh))
        )
        np.testing.assert_allclose(before, after, rtol=0, atol=2 * new["step"], err_msg="run make refresh")


def test_a_label_that_asks_to_drag_says_so():
    """It is left out of the picture, and on paper."""
    marks = [
        mark
        for output in STORED.values()
        for panel in json.loads(output.data[MIME]["spec"])["panels"]
        for mark in panel["marks"]
    ]
    asking = [mark for mark in marks if re.search(r"\bdrag\b", mark["label"] or "", re.I)]
    assert len(asking) >= 1
    assert [mark["label"] for mark in asking if not mark.get("invites")] == [], "run make refresh"


@each_demo
def test_stored_output_holds_the_picture(name):
    """The picture itself is not compared: every run of the page draws it anew. Its texts are."""
    demo, _, _ = built(name)
    data, metadata = STORED[demo.name].data, STORED[demo.name].metadata
    assert metadata["image/png"]["alt"] == demo.alt, "run make refresh"
    assert data["text/plain"] == "\n".join([demo.alt, *demo.described()]), "run make refresh"
    assert len(data["image/png"]) > 1000
    assert metadata["image/png"]["hint"] == HINT_HEIGHT, "run make refresh"
