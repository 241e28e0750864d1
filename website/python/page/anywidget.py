"""Stands in for anywidget, which talks to a kernel: a widget here is its traits, and what it shows of itself."""

from typing import Any

import traitlets


class AnyWidget(traitlets.HasTraits):
    """A widget without a front end: the page draws what is displayed."""

    def _repr_mimebundle_(self, **options: Any) -> dict:
        return {}
