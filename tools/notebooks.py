"""The one form in which a notebook is stored, so that running it again changes nothing but its outputs."""

import copy
import hashlib
from pathlib import Path

import nbformat
from nbformat import NotebookNode

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}


def tags(cell: NotebookNode) -> list[str]:
    """Return a cell's tags."""
    return cell.metadata.get("tags", [])


def normalize(nb: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook in the form in which it is stored.

    Ids follow from the cells' sources. What depends on the run is dropped: counts, times, the state of widgets, and the
    pieces in which output arrived.
    """
    cells = []
    seen: dict[str, int] = {}
    for cell in nb.cells:
        source = cell.source.strip("\n")
        cell_id = hashlib.sha256(f"{cell.cell_type}\n{source}".encode()).hexdigest()[:12]
        seen[cell_id] = seen.get(cell_id, 0) + 1
        if seen[cell_id] > 1:
            cell_id = f"{cell_id}-{seen[cell_id]}"
        new = NotebookNode(cell_type=cell.cell_type, id=cell_id, metadata=_cell_metadata(cell), source=source)
        if cell.cell_type == "code":
            new.execution_count = None
            new.outputs = _outputs(cell.outputs)
        cells.append(new)
    return NotebookNode(
        cells=cells,
        metadata=nbformat.from_dict(copy.deepcopy(_METADATA)),
        nbformat=4,
        nbformat_minor=5,
    )


def _cell_metadata(cell: NotebookNode) -> NotebookNode:
    kept = NotebookNode()
    if tags(cell):
        kept.tags = list(dict.fromkeys(tags(cell)))
    if "hide-input" in tags(cell):  # the website reads the tag, JupyterLab the other
        kept.jupyter = NotebookNode(source_hidden=True)
    return kept


def _outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    kept: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type == "stream":
            if output.name in streams:
                streams[output.name].text += output.text
            else:
                streams[output.name] = NotebookNode(output_type="stream", name=output.name, text=output.text)
                kept.append(streams[output.name])
        elif output.output_type == "error":
            kept.append(copy.deepcopy(output))
        else:
            data = NotebookNode(
                {mime: _content(mime, content) for mime, content in output.data.items() if mime != _WIDGET_VIEW}
            )
            if not data:
                continue
            # The metadata of a format are kept, such as an image's alternative text and size.
            metadata = NotebookNode({mime: output.metadata[mime] for mime in data if mime in output.metadata})
            new = NotebookNode(output_type=output.output_type, data=data, metadata=metadata)
            if output.output_type == "execute_result":
                new.execution_count = None
            kept.append(new)
    return kept


def _content(mime: str, content):
    if mime.startswith("image/") and mime != "image/svg+xml":
        return "".join(content.split())  # base64 without the line breaks some writers add
    return content


def read(path: Path) -> NotebookNode:
    """Read a notebook in the current format."""
    return nbformat.read(path, as_version=4)


def dumps(nb: NotebookNode) -> str:
    """Return a notebook's file content: sorted keys, indented by one, a newline at the end."""
    return nbformat.writes(nb, version=4) + "\n"


def write(nb: NotebookNode, path: Path) -> None:
    """Write a notebook with the same bytes on every system."""
    path.write_text(dumps(nb), encoding="utf-8", newline="\n")
