"""Measure a Binder session on this machine: ``python -m benchmarks.binder``.

What repo2docker puts into its image, without the image: an empty environment of the Python in runtime.txt, into which
pip installs requirements.txt and then the package. How large that is, and how long its reader waits: from the start of
JupyterLab to the page, and to the first demo after "Run All Cells".
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import results, sizes
from tools import browser, jupyterlab
from tools.repository import ROOT

PAGE = "chapters/foundations/what-is-a-loss.ipynb"
LARGEST = 10
WAIT = 300_000  # milliseconds, at most


def interpreter() -> str:
    """Return Binder's Python where this machine has it, else the running one, and say which."""
    name = (ROOT / "runtime.txt").read_text(encoding="utf-8").strip().replace("-", "")
    found = shutil.which(name)
    # A name may be there with nothing behind it, as those of pyenv are.
    if found and subprocess.run([found, "--version"], capture_output=True).returncode == 0:
        return found
    print(f"no {name}, which Binder uses, on this machine: measured with {sys.version.split()[0]}")
    return sys.executable


def clone(folder: Path) -> None:
    """Copy what the repository holds, changes that are not committed included."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def install(course: Path, environment: Path) -> Path:
    """Install the course as repo2docker does, into an empty environment, and return its Python."""
    subprocess.run([interpreter(), "-m", "venv", environment], check=True)
    python = next(path for path in environment.glob("*/python*") if path.stem == "python")
    for what in (["-r", "requirements.txt"], ["."]):
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-cache-dir", *what], cwd=course, check=True)
    return python


def site(python: Path) -> Path:
    """Return where an environment's packages are."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip())


def waits(course: Path, settings: Path, python: Path) -> list[float]:
    """Return the seconds from the start of JupyterLab to its answer, to the open page, and to the first demo."""
    with browser.launch() as chromium:
        page = chromium.new_page(viewport={"width": 1300, "height": 1200})
        start = time.perf_counter()
        with jupyterlab.server(course, settings, [python, *jupyterlab.COMMAND[1:]]) as address:
            times = [time.perf_counter() - start]
            page.goto(f"{address}/lab/tree/{PAGE}")
            jupyterlab.wait_for_kernel(page)
            times.append(time.perf_counter() - start)
            jupyterlab.run_all(page)
            page.locator(".lb-demo svg").first.wait_for(timeout=WAIT)
            times.append(time.perf_counter() - start)
            page.close()
    return times


def rows() -> list[results.Row]:
    """Measure, and return each figure beside its budget."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        course, environment = folder / "course", folder / "environment"
        clone(course)
        start = time.perf_counter()
        python = install(course, environment)
        took = time.perf_counter() - start
        packages = sizes.packages(site(python))
        total = sizes.folder(environment)
        served, opened, drawn = waits(course, folder / "settings", python)
    largest = sorted(packages, key=packages.get, reverse=True)[:LARGEST]
    other = f"at most {sizes.LARGE} MB"
    return [
        (f"environment of {len(packages)} packages", f"{total:,.0f} MB", ""),
        *((each, f"{packages[each]:,.0f} MB", "" if each.startswith("tensorflow") else other) for each in largest),
        ("installing them, download included", f"{took:.0f} s", ""),
        ("JupyterLab answers", f"{served:.1f} s", ""),
        ("the page is open, with its kernel", f"{opened:.1f} s", ""),
        ("its first demo is drawn", f"{drawn:.1f} s", ""),
    ]


def main() -> None:
    measured = rows()
    for what, figure, budget in measured:
        print(f"  {what:44}{figure:>12}  {budget}")
    results.write_rows("A Binder session", measured)


if __name__ == "__main__":
    main()
