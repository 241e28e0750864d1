"""The command of Jupyter Book, made ready to build a book quickly: ``python -m website.book build <folder>``."""

import gc
import sys

# A build takes seconds, and 0.4 GB for 43 pages; collecting garbage would take a quarter of its time.
gc.disable()
# On import, jsonschema compiles the grammar of international addresses in this package, which takes longer than all
# other imports together. It does without where the package is missing, and no schema used here has such addresses.
sys.modules["rfc3987_syntax"] = None

from jupyter_book.cli.main import main  # noqa: E402

if __name__ == "__main__":
    main()
