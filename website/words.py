"""The words of the search: Sphinx's own English, with each word looked at once for all pages."""

from functools import lru_cache

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish


class English(SearchEnglish):
    """Remembers the stem of each word: Sphinx finds it anew for each page, which takes most of the index's time."""

    def init(self, options: dict) -> None:
        super().init(options)
        self.stem = lru_cache(maxsize=None)(self.stem)
        self.word_filter = lru_cache(maxsize=None)(self.word_filter)


def setup(app: Sphinx) -> None:
    app.add_search_language(English)
