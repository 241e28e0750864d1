"""The card of a page: the picture shown with a shared link, with its title, its first figure and the book's name."""

import io
import runpy
import textwrap
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps
from sphinx.application import Sphinx

from tools.repository import ROOT
from website import address, generated, images, layout

SIZE = (1200, 630)
FOLDER = "_static/social"

# The palette of the figures. Its file is run alone: importing it imports lossbook, which takes longer than all cards.
_PALETTE = runpy.run_path(str(ROOT / "lossbook" / "plots.py"))
BLUE, INK, GRAY = (_PALETTE[name] for name in ("BLUE", "INK", "GRAY"))

_FONT = layout.STATIC / "fonts" / "source-sans-3-normal.woff2"
_MARGIN = 60
_FOOT = 84
_COLORS = 128  # of a card, which keeps it small


def title(app: Sphinx, pagename: str) -> str:
    """Return the title of a page."""
    return generated.PAGES[pagename].title if pagename in generated.PAGES else app.env.titles[pagename].astext()


def file_name(pagename: str) -> str:
    """Return the name of a page's card."""
    return f"{pagename.replace('/', '-')}.png"


def alternative(app: Sphinx, pagename: str) -> str:
    """Return in words what a page's card shows."""
    figure = app.env.metadata[pagename].get("figure")
    return figure["alt"] if figure else f"The words: {title(app, pagename)}."


@lru_cache
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(_FONT, size)
    font.set_variation_by_axes([weight])
    return font


def draw(heading: str, book: str, figure: Path | None = None) -> bytes:
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
        picture = Image.open(figure).convert("RGB")
        picture = ImageOps.contain(picture, (SIZE[0] - 2 * _MARGIN, bottom - top - 16))
        card.paste(picture, ((SIZE[0] - picture.width) // 2, top))
    else:
        pen.multiline_text((_MARGIN, bottom / 2), lines, INK, font, anchor="lm", spacing=16)
    card.paste(_logo(_FOOT - 28), (_MARGIN, bottom + 10))
    pen.text((_MARGIN + _FOOT - 8, bottom + _FOOT / 2 - 4), book, GRAY, _font(34, 500), anchor="lm")
    pen.rectangle((0, SIZE[1] - 8, *SIZE), BLUE)
    file = io.BytesIO()
    # With optimize=True it would be 7 % smaller and take seven times as long.
    card.quantize(_COLORS, Image.Quantize.FASTOCTREE).save(file, "PNG")
    return file.getvalue()


@lru_cache
def _logo(size: int) -> Image.Image:
    """Return the logo of the website, which is drawn large and made smaller, for smooth edges."""
    logo = Image.new("RGB", (8 * size, 8 * size), "white")
    pen = ImageDraw.Draw(logo)
    unit = 8 * size / 32
    for path in layout.logo():
        points = [(x * unit, y * unit) for x, y in _points(path.getAttribute("d"))]
        pen.line(points, path.getAttribute("stroke"), round(3 * unit), joint="curve")
    return logo.resize((size, size), Image.Resampling.LANCZOS)


def _points(path: str) -> list[tuple[float, float]]:
    """Return the points of a path in SVG that is straight lines (M L L...) or one quadratic curve (M Q)."""
    numbers = [float(word.lstrip("MQL")) for word in path.split()]
    corners = list(zip(numbers[::2], numbers[1::2], strict=True))
    if "Q" not in path:
        return corners
    steps = [step / 100 for step in range(101)]
    xs, ys = (
        [(1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for t in steps] for a, b, c in zip(*corners, strict=True)
    )
    return list(zip(xs, ys, strict=True))


def write(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Draw a page's card; a page refers to it by its whole address, so only where the site has one."""
    if address.site() and pagename in app.env.found_docs | generated.PAGES.keys():
        path = Path(app.outdir, FOLDER, file_name(pagename))
        path.parent.mkdir(exist_ok=True)
        figure = app.env.metadata[pagename].get("figure")
        picture = images.sources(app)[figure["name"]] if figure else None
        path.write_bytes(draw(title(app, pagename), app.config.html_title, picture))


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", write)
