"""Links on paper: a number after each, and the addresses at the end of the page."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator


class LinkNumber(nodes.Element):
    """The number after a link: an attribute, which only the print style shows, so that no search finds it as text."""


class LinkList(nodes.Element):
    """The addresses behind the numbers."""


class LinksAsFootnotes(SphinxPostTransform):
    """Number the links that lead out of the book; the same address has one number.

    A link that shows its own address needs none, and neither does one in a solution, which stays closed on paper.
    """

    # After MyST-NB has put the outputs of the cells in their places.
    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs) -> None:
        numbers: dict[str, int] = {}
        inside = 0  # how many <details> are open
        for node in list(self.document.findall(lambda node: isinstance(node, nodes.raw | nodes.reference))):
            if isinstance(node, nodes.raw):
                inside += node.astext().count("<details") - node.astext().count("</details")
                continue
            address = node.get("refuri", "")
            if inside or not address.startswith(("http://", "https://")) or node.astext() == address:
                continue
            number = numbers.setdefault(address, len(numbers) + 1)
            node.parent.insert(node.parent.index(node) + 1, LinkNumber(number=number))
        if numbers:
            self.document += LinkList(addresses=list(numbers))


def _show_number(translator: HTML5Translator, node: LinkNumber) -> None:
    translator.body.append(f'<sup class="link-number" data-number="{node["number"]}" aria-hidden="true" hidden></sup>')
    raise nodes.SkipNode


def _show_list(translator: HTML5Translator, node: LinkList) -> None:
    items = "".join(f"<li>{translator.encode(address)}</li>" for address in node["addresses"])
    translator.body.append(f'<div class="link-list" aria-hidden="true" hidden><p>Links</p><ol>{items}</ol></div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_node(LinkNumber, html=(_show_number, None))
    app.add_node(LinkList, html=(_show_list, None))
    app.add_post_transform(LinksAsFootnotes)
