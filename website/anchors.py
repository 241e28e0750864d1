"""Headings answer to the anchors that GitHub gives them, so that one link works everywhere."""

from docutils import nodes
from sphinx.transforms import SphinxTransform


class HeadingAnchors(SphinxTransform):
    """Add a heading's GitHub anchor (``y_true``) where docutils' own differs (``y-true``)."""

    default_priority = 500

    def apply(self, **kwargs) -> None:
        for section in self.document.findall(nodes.section):
            slug = section.get("slug")
            if slug and slug not in section["ids"]:
                section["ids"].append(slug)
