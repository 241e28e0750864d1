"""A folder on a server of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from website.__main__ import server


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine, and yield its address."""
    with server(folder) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()
