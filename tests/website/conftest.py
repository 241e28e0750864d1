"""The built website, and a server for it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from website.__main__ import build, server

FORK = "https://github.com/reader/fork"


@pytest.fixture(scope="session")
def html(tmp_path_factory) -> Path:
    """Build the site as a fork would, and return its folder."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LOSSBOOK_REPOSITORY", FORK)
        environment.setenv("LOSSBOOK_BRANCH", "main")
        assert build(folder) == 0, "the build fails or warns; see above"
    return folder / "_build" / "html"


@pytest.fixture(scope="session")
def address(html) -> Iterator[str]:
    """Serve the site on this machine and return its address."""
    with server(html) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()
