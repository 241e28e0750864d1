"""A Keras cell and the PyTorch cell after it become two tabs."""

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx_design.shared import create_component

FRAMEWORKS = {"tag_keras": "Keras", "tag_pytorch": "PyTorch"}


def _framework(node: nodes.Node | None) -> str | None:
    if isinstance(node, nodes.container):
        for name in node["classes"]:
            if name in FRAMEWORKS:
                return FRAMEWORKS[name]
    return None


def _tab(cell: nodes.container, label: str) -> nodes.container:
    title = nodes.rubric(label, label, classes=["sd-tab-label"], sync_group="framework", sync_id=label.lower())
    content = create_component("tab-content", classes=["sd-tab-content"], children=[cell])
    return create_component("tab-item", classes=["sd-tab-item"], selected=False, children=[title, content])


class FrameworkTabs(SphinxTransform):
    """Put neighboring cells tagged ``keras`` and ``pytorch`` into one tab set."""

    default_priority = 500

    def apply(self, **kwargs) -> None:
        for cell in list(self.document.findall(nodes.container)):
            following = cell.next_node(descend=False, siblings=True)
            if (_framework(cell), _framework(following)) != ("Keras", "PyTorch"):
                continue
            tabs = create_component("tab-set", classes=["sd-tab-set"])
            cell.parent.insert(cell.parent.index(cell), tabs)
            for one, label in ((cell, "Keras"), (following, "PyTorch")):
                one.parent.remove(one)
                tabs += _tab(one, label)
