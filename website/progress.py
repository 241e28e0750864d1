"""Quizzes and the reader's progress: what the page's script looks for."""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

from website.mathematics import in_text

_SUMMARY = re.compile(r"<summary>.*?</summary>", re.S)


class MathInSummaries(SphinxTransform):
    """Typeset the formulas in what unfolds: there, MyST leaves them alone, while notebooks show them."""

    default_priority = 500

    def apply(self, **kwargs) -> None:
        for raw in self.document.findall(nodes.raw):
            if "<summary>" in raw.astext():
                text = _SUMMARY.sub(lambda summary: in_text(summary[0]), raw.astext())
                raw.children = [nodes.Text(text)]


class PlaceForProgress(SphinxTransform):
    """Leave a place on the welcome page, which the script fills."""

    default_priority = 500

    def apply(self, **kwargs) -> None:
        if self.env.docname == self.config.root_doc:
            section = next(self.document.findall(nodes.section), None)
            if section is not None:
                section += nodes.raw("", '<div id="lossbook-progress"></div>', format="html")
