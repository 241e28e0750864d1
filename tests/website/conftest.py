"""The built website, a server for it, and a browser to open it in."""

import functools
import http.server
import threading
from pathlib import Path

import pytest

from website.__main__ import build

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


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments) -> None:
        """Keep the test's output readable."""


@pytest.fixture(scope="session")
def address(html) -> str:
    """Serve the site on this machine and return its address."""
    handler = functools.partial(_Handler, directory=str(html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
