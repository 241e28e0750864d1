"""The words of the search: Sphinx's own English, with each word looked at once for all pages."""

from functools import lru_cache

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish


class English(SearchEnglish):
    """Sphinx forgets with each page what became of a word, and to find that out takes most of the index's time."""

    def init(self, options: dict) -> None:
        super().init(options)
        self.stem = lru_cache(maxsize=None)(self.stem)
        self.word_filter = lru_cache(maxsize=None)(self.word_filter)


def setup(app: Sphinx) -> None:
    app.add_search_language(English)
