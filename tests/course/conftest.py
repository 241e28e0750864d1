"""The cost of the tests in a page's folder counts as the cost of that page."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_itemcollected(item: pytest.Item) -> None:
    folder = item.path.parent
    if folder != HERE:
        page = folder.relative_to(HERE).as_posix().replace("_", "-")
        item.add_marker(pytest.mark.per("page", name=page))
