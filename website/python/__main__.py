"""Get what runs Python in a page, and pack it: ``python -m website.python [folder]``."""

import argparse
import sys
import time
from pathlib import Path

from tools.repository import ROOT
from website.python import acquire, packs


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m website.python", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "_build" / "python")
    parser.add_argument("--thorough", action="store_true", help="compress as hard as possible, for a published site")
    arguments = parser.parse_args()
    start = time.perf_counter()
    try:
        index = packs.build(arguments.folder, arguments.thorough)
    except acquire.Unavailable as error:
        print(f"Python in the page cannot be had: {error}", file=sys.stderr)
        return 1
    first = sum(index["packs"][name]["bytes"] for name in packs.first(index))
    print(
        f"Python in the page packed in {time.perf_counter() - start:.1f} s, {first / 1e6:.1f} MB for a first check: "
        f"{arguments.folder}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
