"""Measure how the build of the website grows with its pages: ``python -m benchmarks.build``.

The book is built as it is, and with its first chapters several times over. Each build is the one of ``make book``, in
processes of its own, with everything that a published site has: buttons, canonical addresses and social pictures.
"""

import argparse
import base64
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks import results
from tools import notebooks
from tools.repository import ROOT

CHAPTERS = {
    "foundations": ("what-is-a-loss", "properties", "gradients"),
    "regression": ("squared-and-absolute", "robust-losses", "quantiles"),
}
COPIES = 6  # with the laboratory these make 43 pages, as many as the whole course has
PAGES = sum(map(len, CHAPTERS.values())) * (1 + COPIES) + 1
WALL_SECONDS = 12
READ = ("_config.yml", "_toc.yml", "chapters", "lossbook", "reference", "tools", "website")
PUBLISHED = {
    "LOSSBOOK_REPOSITORY": "https://github.com/reader/fork",
    "LOSSBOOK_BRANCH": "main",
    "LOSSBOOK_SITE": "https://reader.example/",
}


class Seconds(NamedTuple):
    """What a build took: by the clock, and of all processors, its child processes included."""

    wall: float
    cpu: float


def copy_book(folder: Path) -> None:
    """Copy what the build reads to a new folder."""
    folder.mkdir()
    for name in READ:
        if (ROOT / name).is_dir():
            leave = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
            shutil.copytree(ROOT / name, folder / name, ignore=leave)
        else:
            shutil.copy(ROOT / name, folder / name)


def multiply(folder: Path) -> None:
    """Add the copies of the chapters to a copied book: each chapter's pages under their own names in a new folder."""
    path = folder / "_toc.yml"
    toc = yaml.safe_load(path.read_text(encoding="utf-8"))
    for number in range(1, COPIES + 1):
        for chapter, pages in CHAPTERS.items():
            course = folder / "lossbook" / "course"
            shutil.copytree(course / chapter, course / f"{chapter}_{number}")
            copied = [copy_page(folder / "chapters", chapter, page, number) for page in pages]
            entries = [{"file": page.relative_to(folder).with_suffix("").as_posix()} for page in copied]
            toc["parts"].append({"caption": f"{chapter.capitalize()} {number}", "chapters": entries})
    path.write_text(yaml.safe_dump(toc, sort_keys=False), encoding="utf-8")


def copy_page(chapters: Path, chapter: str, page: str, number: int) -> Path:
    """Copy a page, with a title, code and pictures of its own: what is alike could be made once for all copies."""
    nb = notebooks.read(chapters / chapter / f"{page}.ipynb")
    nb.cells[0].source += f" {number}"
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.source += f"\n# Copy {number}"
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    picture = base64.b64decode(output.data["image/png"])
                    # Whoever draws a picture ignores what comes after its end.
                    output.data["image/png"] = base64.b64encode(picture + bytes([number])).decode()
    path = chapters / f"{chapter}-{number}" / f"{page}.ipynb"
    path.parent.mkdir(exist_ok=True)
    notebooks.write(nb, path)
    return path


def build(folder: Path) -> Seconds:
    """Build the copied book from nothing, and return what that took."""
    shutil.rmtree(folder / "_build", ignore_errors=True)
    environment = os.environ | PUBLISHED | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "website", "build"]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"the website cannot be built\n{done.stdout}")
    return Seconds(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure(rounds: int) -> tuple[Seconds, Seconds]:
    """Return what the build of the book and that of the large one take at least; they take turns."""
    with tempfile.TemporaryDirectory() as parent:
        folders = [Path(parent) / name for name in ("book", "large")]
        for folder in folders:
            copy_book(folder)
        multiply(folders[1])
        taken: list[list[Seconds]] = [[], []]
        for _ in range(rounds):
            for folder, each in zip(folders, taken, strict=True):
                each.append(build(folder))
                print(f"{folder.name:8}{each[-1].wall:6.1f} s  {each[-1].cpu:6.1f} CPU s", flush=True)
    book, large = (Seconds(min(one.wall for one in each), min(one.cpu for one in each)) for each in taken)
    return book, large


def report(book: Seconds, large: Seconds) -> str:
    added = sum(map(len, CHAPTERS.values())) * COPIES
    few = PAGES - added
    page = Seconds(*((after - before) / added for before, after in zip(book, large, strict=True)))
    return results.table(
        ("", "by the clock, s", "budget", "CPU, s"),
        [
            (f"the book as it is, {few} pages", f"{book.wall:.1f}", "", f"{book.cpu:.1f}"),
            (f"{PAGES} pages", f"{large.wall:.1f}", f"≤ {WALL_SECONDS}", f"{large.cpu:.1f}"),
            ("times the book as it is", f"{large.wall / book.wall:.2f}", "", f"{large.cpu / book.cpu:.2f}"),
            ("a page", f"{page.wall:.2f}", "", f"{page.cpu:.2f}"),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.build", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is built (default: 3)")
    body = report(*measure(parser.parse_args().rounds))
    print(f"\n{body}")
    notes = (
        "The least that several builds took. Pages are those of the chapters; welcome and reference come on top.\n\n"
    )
    results.write("Build of the website", notes + body)


if __name__ == "__main__":
    main()
