"""The demos stored in the pages are those of the package, whatever processor made them."""

import base64

import numpy as np
import pytest
from decode import Decoded
from test_demos import NAMES, built

from tools import notebooks, pages
from website.demos import stored

STORED = {spec["name"]: (spec, frames) for path in pages.notebooks() for spec, frames in stored(notebooks.read(path))}
# How numbers are stored depends on their last bits.
NUMBERS = ("low", "step", "axes")


@pytest.mark.parametrize("name", NAMES)
def test_stored_demo_is_fresh(name):
    demo, fresh, _ = built(name)
    assert demo.name in STORED, f"{name} is on no page"
    spec, frames = STORED[demo.name]
    old_page = Decoded(spec, base64.b64decode(frames))
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
