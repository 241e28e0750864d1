"""Bring pages into the form in which they are stored, without running them: ``python -m tools.normalize``.

For edits that change no output, such as formatting: the ids of cells follow from their sources.
"""

from tools import notebooks, pages, written


def main() -> None:
    for path in pages.notebooks():
        notebooks.write(written.stored(notebooks.read(path), pages.name(path)), path)


if __name__ == "__main__":
    main()
