"""The built website, and a server for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from published import FORK, SITE
from serving import served

from website.__main__ import build

pytest.register_assert_rewrite("checks")


@pytest.fixture(scope="session")
def html(pytestconfig, tmp_path_factory, worker_id) -> Path:
    """Build the site as a fork would, once for all processes of the run, and return its folder."""
    own = tmp_path_factory.getbasetemp()
    folder = pytestconfig.getoption("site") or (own if worker_id == "master" else own.parent) / "site"
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    built = folder / "built"
    with FileLock(folder.with_suffix(".lock")), pytest.MonkeyPatch.context() as environment:
        if not built.exists():
            environment.setenv("LOSSBOOK_REPOSITORY", FORK)
            environment.setenv("LOSSBOOK_BRANCH", "main")
            environment.setenv("LOSSBOOK_SITE", SITE)
            assert build(folder) == 0, "the build fails or warns; see above"
            built.touch()
    return folder / "_build" / "html"


@pytest.fixture(scope="session")
def address(html) -> Iterator[str]:
    """Serve the site on this machine and return its address."""
    with served(html) as address:
        yield address
