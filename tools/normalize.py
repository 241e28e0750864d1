"""Bring pages into the form in which they are stored, without running them: ``python -m tools.normalize``.

For edits that change no output, such as formatting: the ids of cells follow from their sources.
"""

from tools import notebooks, pages


def main() -> None:
    for path in pages.notebooks():
        notebooks.write(notebooks.normalize(notebooks.read(path)), path)


if __name__ == "__main__":
    main()
