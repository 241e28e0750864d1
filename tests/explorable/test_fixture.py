"""The data that the tests in JavaScript read are what Python makes."""

import base64
import json
import zlib

import pytest
from fixture import PATH, STATES, contents, made

STORED = json.loads(PATH.read_text(encoding="utf-8"))


def test_the_fixture_is_up_to_date():
    today = contents()
    # zlib may pack the same bytes in another way elsewhere.
    stored, packed = (zlib.decompress(base64.b64decode(data["frames"])) for data in (STORED, today))
    assert stored == packed, "run: python tests/explorable/fixture.py"
    assert STORED["spec"] == today["spec"], "run: python tests/explorable/fixture.py"
    assert STORED["states"] == today["states"], "run: python tests/explorable/fixture.py"


@pytest.mark.parametrize("what", STATES)
def test_readouts_of_the_fixture(what):
    """The decoder prints what Python prints, at nodes."""
    demo = made()
    (entry,) = [entry for entry in STORED["states"] if entry["what"] == what]
    at_nodes = all(coordinate == int(coordinate) for coordinate in entry["coordinates"].values())
    if at_nodes:
        assert entry["readouts"] == demo.printed(demo.initial | STATES[what])


def test_what_can_be_told_by_hand():
    states = {entry["what"]: entry for entry in STORED["states"]}
    assert states["halfway, where the nearest node is the upper one"]["coordinates"]["slope"] == 1.5
    jumps = STORED["spec"]["panels"][0]["marks"][5]["y"][0]
    assert states["halfway, where the nearest node is the upper one"]["values"][jumps] == pytest.approx(
        [1] * 4, abs=1e-4
    )
    minus = "\N{MINUS SIGN}"
    assert states["all at their first"]["readouts"][1] == f"{minus}2.0 and {minus}0.12 and +0"
    assert states["all at their last"]["readouts"][2] == "3,703,702, 18.8\N{NO-BREAK SPACE}% and up"
