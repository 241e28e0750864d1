"""The command of Jupyter Book, made ready to build a book quickly: ``python -m website.book build <folder>``."""

import gc
import sys

# A build is over in seconds and takes 0.4 GB for 43 pages; to look for garbage in it would take a quarter of its time.
gc.disable()
# On import, jsonschema compiles a grammar of international addresses if there is one, which takes longer than all other
# imports together. It has to be able to do without, and nothing here is checked for being such an address.
sys.modules["rfc3987_syntax"] = None

from jupyter_book.cli.main import main  # noqa: E402

if __name__ == "__main__":
    main()
