"""The picture that stands for a page where a link to it is shown: its title, its first figure, and the book's name."""

import base64
import io
import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps
from sphinx.application import Sphinx

from tools import notebooks
from website import address
from website.notfound import PAGE as NOT_FOUND

SIZE = (1200, 630)
FOLDER = "_static/social"

# The palette of lossbook.plots, whose import takes longer than all cards; a test compares.
BLUE, ORANGE, INK, GRAY = "#0072b2", "#b84a00", "#222222", "#505050"

_FONT = Path(__file__).parent / "static" / "fonts" / "source-sans-3-normal.woff2"
_MARGIN = 60
_FOOT = 84
_COLORS = 128  # of a card, which keeps it small
_TITLES = {"genindex": "Index", "search": "Search", NOT_FOUND: "No such page"}


def title(app: Sphinx, pagename: str) -> str:
    """Return the title of a page."""
    return _TITLES.get(pagename) or app.env.titles[pagename].astext()


def file_name(pagename: str) -> str:
    """Return the name of a page's card."""
    return f"{pagename.replace('/', '-')}.png"


def _figure(app: Sphinx, pagename: str) -> tuple[bytes, str] | None:
    """Return the first picture among the outputs of a page's notebook, and its alternative text."""
    path = Path(app.env.doc2path(pagename)) if pagename in app.env.found_docs else Path()
    if path.suffix == ".ipynb":
        for cell in notebooks.read(path).cells:
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    content = base64.b64decode(output.data["image/png"])
                    return content, output.metadata.get("image/png", {}).get("alt", "")
    return None


def alternative(app: Sphinx, pagename: str) -> str:
    """Return in words what a page's card shows."""
    figure = _figure(app, pagename)
    return figure[1] if figure else f"The words: {title(app, pagename)}."


def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(_FONT, size)
    font.set_variation_by_axes([weight])
    return font


def draw(heading: str, book: str, figure: bytes | None = None) -> bytes:
    """Return a card as a PNG file."""
    card = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(card)
    size, columns = (54, 44) if figure else (84, 26)
    lines = "\n".join(textwrap.wrap(heading, columns))
    font = _font(size, 650)
    bottom = SIZE[1] - _FOOT
    if figure:
        pen.multiline_text((_MARGIN, 32), lines, INK, font, spacing=6)
        top = round(pen.multiline_textbbox((_MARGIN, 32), lines, font, spacing=6)[3]) + 24
        picture = Image.open(io.BytesIO(figure)).convert("RGB")
        picture = ImageOps.contain(picture, (SIZE[0] - 2 * _MARGIN, bottom - top - 16))
        card.paste(picture, ((SIZE[0] - picture.width) // 2, top))
    else:
        pen.multiline_text((_MARGIN, bottom / 2), lines, INK, font, anchor="lm", spacing=16)
    _logo(card, (_MARGIN, bottom + 10), _FOOT - 28)
    pen.text((_MARGIN + _FOOT - 8, bottom + _FOOT / 2 - 4), book, GRAY, _font(34, 500), anchor="lm")
    pen.rectangle((0, SIZE[1] - 8, *SIZE), BLUE)
    file = io.BytesIO()
    card.quantize(_COLORS, Image.Quantize.FASTOCTREE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _logo(card: Image.Image, place: tuple[int, int], size: int) -> None:
    """Draw the two losses the course begins with, squared and absolute error; large first, so that edges are smooth."""
    logo = Image.new("RGB", (8 * size, 8 * size), "white")
    pen = ImageDraw.Draw(logo)
    unit = 8 * size / 32
    steps = [step / 50 for step in range(-50, 51)]
    for points, color in (
        ([(16 + 11 * x, 26 - 20 * x * x) for x in steps], BLUE),
        ([(4, 12), (16, 26), (28, 12)], ORANGE),
    ):
        pen.line([(x * unit, y * unit) for x, y in points], color, round(3 * unit), joint="curve")
    card.paste(logo.resize((size, size), Image.Resampling.LANCZOS), place)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Draw the cards of all pages; without an address of the site nothing could refer to them."""
    if exception is None and address.site():
        folder = Path(app.outdir) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for pagename in [*app.env.found_docs, *_TITLES]:
            figure = _figure(app, pagename)
            card = draw(title(app, pagename), app.config.html_title, figure[0] if figure else None)
            (folder / file_name(pagename)).write_bytes(card)


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write)
