"""That checking a few places of each look finds every fault of contrast; and a guess, unanswered and answered."""

from accessibility import COLORS, violations
from figures import make_live
from playwright.sync_api import Browser, expect

STYLE = """
  body { background: white; color: black }
  .pale { color: #ccc }
  .veil { opacity: 0.2 }
  .box { position: relative; height: 2em }
  .box > * { position: absolute; left: 0; top: 0 }
  .box > i { width: 99%; height: 2em; background: #eee }
  tr:nth-child(30) { color: #ddd }
"""
BOXES = "<div class=box><i></i><span>Words above a box.</span></div>" * 5
ROWS = "<tr><td>A row.</td></tr>" * 29
FAULTS = {
    "class": "<p class=pale id=class>Pale words.</p>",
    "style": "<p style='color: #bbb' id=style>Pale words.</p>",
    "ground": "<div style='background: #555'><p id=ground>Black words.</p></div>",
    "veil": "<div class=veil><p id=veil>Words behind a veil.</p></div>",
    "box": f"{BOXES}<div class=box><i style='background: #222'></i><span id=box>Words above a box.</span></div>{BOXES}",
    "size": "<p style='color: #888; font-size: 2em'>Large words.</p><p style='color: #888' id=size>Small words.</p>",
    "enabled": "<button class=pale disabled>Send</button><button class=pale id=enabled>Send</button>",
    "row": f"<table>{ROWS}<tr><td id=row>A row.</td>{ROWS}</table>",
}


def test_every_fault_is_found(chromium: Browser):
    words = "<p>Words in between.</p>" * 20
    page = chromium.new_page()
    page.set_content(
        f"<!doctype html><html lang=en data-stops><title>Words</title><style>{STYLE}</style>"
        f"<main><h1>Words</h1>{words}{words.join(FAULTS.values())}{words}</main>"
    )
    ((rule, places),) = violations(page, rules=COLORS)
    assert rule == "color-contrast"
    assert sorted(place.partition(' id="')[2].partition('"')[0] for place in places) == sorted(FAULTS)
    page.close()


def test_axe_finds_nothing_in_a_guess(chromium: Browser, address: str):
    """Before and after every answer is given; where whole pages are checked, guesses are skipped."""
    page = chromium.new_page(reduced_motion="reduce")
    page.goto(f"{address}/chapters/welcome.html")
    make_live(page.locator("figure.explorable"))
    guess = page.locator(".lb-guess").first
    skip = guess.locator(".lb-skip")
    expect(skip).to_be_visible()
    for answers in ([], guess.locator(".lb-button:not(.lb-skip)").all()):
        for answer in answers:
            answer.click()
        assert skip.is_hidden() == bool(answers)
        for theme in ("dark", "light"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            assert violations(page, ".lb-guess") == [], theme
    page.close()
