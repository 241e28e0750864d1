"""The built website with Python for its pages, and a server for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from published import FORK, SITE
from serving import served

from website.__main__ import build
from website.python import acquire, packs

pytest.register_assert_rewrite("checks")


@pytest.fixture(scope="session")
def shared_folder(pytestconfig, tmp_path_factory, worker_id) -> Path:
    """Return the folder that all processes of the run build the site in, once."""
    own = tmp_path_factory.getbasetemp()
    folder = pytestconfig.getoption("site") or (own if worker_id == "master" else own.parent) / "site"
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lacking(shared_folder) -> str:
    """Pack Python for the page where the site is built, and return why it cannot be had, if so."""
    folder, reason = shared_folder / "_build" / "python", shared_folder / "no-python.txt"
    with FileLock(shared_folder.with_suffix(".packs.lock")):
        if not (folder / "index.json").exists() and not reason.exists():
            try:
                packs.build(folder)
            except acquire.Unavailable as error:
                reason.write_text(str(error), encoding="utf-8")
        return reason.read_text(encoding="utf-8") if reason.exists() else ""


@pytest.fixture(scope="session")
def packed(shared_folder, lacking) -> Path:
    """Return the folder with the packs; without the runtime, skip the test, or fail in CI."""
    if lacking:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Python in the page: {lacking}")
    return shared_folder / "_build" / "python"


@pytest.fixture(scope="session")
def html(shared_folder, lacking) -> Path:
    """Build the site as a fork would, once for all processes of the run, and return its folder."""
    built = shared_folder / "built"
    with FileLock(shared_folder.with_suffix(".lock")), pytest.MonkeyPatch.context() as environment:
        if not built.exists():
            environment.setenv("LOSSBOOK_REPOSITORY", FORK)
            environment.setenv("LOSSBOOK_BRANCH", "main")
            environment.setenv("LOSSBOOK_SITE", SITE)
            assert build(shared_folder) == 0, "the build fails or warns; see above"
            built.touch()
    return shared_folder / "_build" / "html"


@pytest.fixture(scope="session")
def address(html) -> Iterator[str]:
    """Serve the site on this machine and return its address."""
    with served(html) as address:
        yield address
