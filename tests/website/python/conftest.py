"""Python in the page, started in Node."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.repository import ROOT
from website.python import acquire, packs
from website.python.node import Node

# The decoder of the demos' frames is there.
sys.path.append(str(ROOT / "tests" / "explorable"))


@pytest.fixture(scope="session")
def packed(tmp_path_factory) -> Path:
    """Return a folder with the packs of a local build; without the runtime, skip the test, or fail in CI."""
    folder = tmp_path_factory.mktemp("python") / "packs"
    try:
        packs.build(folder)
    except acquire.Unavailable as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Python in the page: {error}")
    return folder


@pytest.fixture(scope="session")
def shared(packed) -> Iterator[Node]:
    """Start one session for all tests of a process: a start takes seconds."""
    with Node(packed) as started:
        yield started


@pytest.fixture
def node(shared) -> Node:
    """Return the session, empty."""
    shared.reset()
    return shared
