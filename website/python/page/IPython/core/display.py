"""Objects that show themselves in one format."""


class _Text:
    def __init__(self, data: str = "") -> None:
        self.data = data

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__} object>"


class HTML(_Text):
    def _repr_html_(self) -> str:
        return self.data


class Markdown(_Text):
    def _repr_markdown_(self) -> str:
        return self.data


class Latex(_Text):
    def _repr_latex_(self) -> str:
        return self.data


class Math(Latex):
    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.data}$"


class SVG(_Text):
    def _repr_svg_(self) -> str:
        return self.data
