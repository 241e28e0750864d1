"""Python in the page, started in Node."""

import sys
from collections.abc import Iterator

import pytest

from tools.repository import ROOT
from website.python.node import Node

# The decoder of the demos' frames is there.
sys.path.append(str(ROOT / "tests" / "explorable"))


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
