"""Open the course in JupyterLab, on its first page: ``python -m tools.lab [--edit] [--port PORT]``.

A reader gets a copy to write in; with ``--edit``, an author gets the pages of the book themselves.
"""

import argparse

from tools import ports, workbook
from tools.repository import ROOT

FIRST = "welcome.ipynb"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.lab", description=__doc__)
    parser.add_argument("--edit", action="store_true", help="open the book itself, and not a copy of it")
    parser.add_argument("--port", type=ports.usable, help="default: the first free one from 8888 on")
    arguments = parser.parse_args()
    if arguments.edit:
        folder, first = ROOT, (workbook.BOOK / FIRST).relative_to(ROOT).as_posix()
        print("This is the book itself: what you save changes its pages.", flush=True)
    else:
        folder, first = workbook.FOLDER, FIRST
        workbook.main()
        print(f"Your copy of the course is in {folder}", flush=True)
    options = [f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{first}"]
    if arguments.port:
        options += [f"--ServerApp.port={arguments.port}", "--ServerApp.port_retries=0"]
    print("JupyterLab is starting, and will open in your browser. Ctrl+C stops it.", flush=True)
    from jupyterlab import labapp

    labapp.main(options)


if __name__ == "__main__":
    main()
