"""Build the website, and serve it or print it: ``python -m website build``, ``serve`` and ``pdf``."""

import argparse
import contextlib
import gzip
import http.server
import os
import subprocess
import sys
import time
from functools import lru_cache, partial
from pathlib import Path

from tools import ports
from tools.repository import ROOT

FIRST_PORT = 8000


def build(output: Path = ROOT) -> int:
    """Build the website into ``_build`` below `output`, with warnings as errors."""
    print("Building the website.", flush=True)
    start = time.perf_counter()
    # All pages every time: each lists the others in its navigation, and all together take seconds.
    command = ["-m", "website.book", "build", str(ROOT)]
    options = ["--all", "--warningiserror", "--keep-going", "--quiet", "--path-output", str(output)]
    code = subprocess.run([sys.executable, *command, *options], cwd=ROOT).returncode
    outcome = "built" if code == 0 else "failed"
    print(f"Website {outcome} in {time.perf_counter() - start:.1f} s: {output / '_build' / 'html'}", flush=True)
    return code


@lru_cache(maxsize=256)
def _compressed(path: str, modified: int) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 6)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files as a web host does: text compressed, and one connection for many requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body of an answer waits until its headers are acknowledged
    body: bytes | None = None

    def handle(self) -> None:
        # A browser may drop a connection that it no longer needs.
        with contextlib.suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *arguments) -> None:
        """Print nothing for a request, so that the address stays in sight."""

    def send_head(self):
        self.body = None
        path = self.translate_path(self.path)
        is_text = self.guess_type(path).startswith(("text/", "application/j", "image/svg"))
        if is_text and os.path.isfile(path) and "gzip" in self.headers.get("Accept-Encoding", ""):
            self.body = _compressed(path, os.stat(path).st_mtime_ns)
        return super().send_head()

    def send_header(self, keyword: str, value: str) -> None:
        if self.body is not None and keyword == "Content-Length":
            super().send_header("Content-Encoding", "gzip")
            value = str(len(self.body))
        super().send_header(keyword, value)

    def end_headers(self) -> None:
        # What has a version in its address never changes. Of all else a browser asks each time whether it has changed,
        # so that a new build is seen at once.
        is_versioned = "?v=" in self.path
        self.send_header("Cache-Control", "max-age=31536000, immutable" if is_versioned else "no-cache")
        self.send_header("Vary", "Accept-Encoding")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != http.HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def copyfile(self, source, outputfile) -> None:
        if self.body is None:
            super().copyfile(source, outputfile)
        else:
            outputfile.write(self.body)


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


def write_pdf(output: Path = ROOT) -> int:
    """Build the website, and print it into ``_build`` below `output`, or say what is missing for that."""
    try:
        from tools import browser
        from website import pdf
    except ModuleNotFoundError as error:
        print(f"The PDF needs the package {error.name}: `make setup` installs it.", file=sys.stderr)
        return 1
    if browser.path() is None:
        print(pdf.MISSING, file=sys.stderr)
        return 1
    code = build(output)
    if code == 0:
        start = time.perf_counter()
        html = output / "_build" / "html"
        with browser.launch() as chromium:
            pdf.write(pdf.merge(html), html, output / "_build" / pdf.NAME, chromium)
        print(f"PDF printed in {time.perf_counter() - start:.1f} s: {output / '_build' / pdf.NAME}", flush=True)
    return code


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m website", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build the website into _build/html")
    serving = commands.add_parser("serve", help="build the website and serve it on this machine")
    serving.add_argument("--port", type=ports.usable, help="default: the first free one from 8000 on")
    commands.add_parser("pdf", help="build the website and print it as one PDF, _build/lossbook.pdf")
    arguments = parser.parse_args()
    if arguments.command == "pdf":
        return write_pdf()
    code = build()
    if arguments.command == "serve" and code == 0:
        serve(arguments.port)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
