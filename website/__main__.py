"""Build the website, or build and serve it: ``python -m website build`` and ``python -m website serve``."""

import argparse
import http.server
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from tools.repository import ROOT

FIRST_PORT = 8000


def build(output: Path = ROOT) -> int:
    """Build the website into ``_build`` below `output`, with warnings as errors."""
    start = time.perf_counter()
    # All pages every time: their navigation depends on each other, and they take seconds.
    command = ["-c", "from jupyter_book.cli.main import main; main()", "build", str(ROOT)]
    options = ["--all", "--warningiserror", "--keep-going", "--quiet", "--path-output", str(output)]
    code = subprocess.run([sys.executable, *command, *options], cwd=ROOT).returncode
    outcome = "built" if code == 0 else "failed"
    print(f"Website {outcome} in {time.perf_counter() - start:.1f} s: {output / '_build' / 'html'}", flush=True)
    return code


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments) -> None:
        """Keep the address, printed once, in sight."""


def server(folder: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    """Return a server for a folder on this machine, on any free port unless told otherwise."""
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(folder)))


def serve(port: int | None) -> None:
    """Serve the built website on this machine: on `port`, else on the first free one from 8000 on."""
    candidates = [port] if port is not None else range(FIRST_PORT, FIRST_PORT + 100)
    for candidate in candidates:
        try:
            serving = server(ROOT / "_build" / "html", candidate)
            break
        except OSError:
            continue
    else:
        raise SystemExit(f"no free port among {', '.join(map(str, candidates))}")
    with serving:
        print(f"Loss Book: http://127.0.0.1:{serving.server_port}/  (Ctrl+C stops)", flush=True)
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            print()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m website", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build the website into _build/html")
    serving = commands.add_parser("serve", help="build the website and serve it on this machine")
    serving.add_argument("--port", type=int, help="default: the first free one from 8000 on")
    arguments = parser.parse_args()
    code = build()
    if arguments.command == "serve" and code == 0:
        serve(arguments.port)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
