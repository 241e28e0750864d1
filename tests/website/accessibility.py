"""What axe finds on a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

COLORS = ["color-contrast", "link-in-text-block"]
"""The rules whose outcome depends on the theme."""

# Contrast takes axe longer than everything else: a page has thousands of words and symbols, and for each it puts
# together what lies behind. Text that looks alike, on grounds that look alike, has the same contrast, so of each look
# the first, the last and one between are enough. What is positioned may lie on anything, and counts as another look.
MARK_LOOKS = """() => {
  const numbers = new Map();
  const number = (...parts) => {
    const look = parts.join("|");
    if (!numbers.has(look)) numbers.set(look, numbers.size);
    return numbers.get(look);
  };
  const grounds = new Map();
  const ground = (element) => {
    if (element === null) return 0;
    if (!grounds.has(element)) {
      const style = getComputedStyle(element);
      const place = ["static", "relative"].includes(style.position) ? "" : grounds.size;
      const { backgroundColor, backgroundImage, opacity, mixBlendMode, filter } = style;
      const own = [element.tagName, element.getAttribute("class"), place];
      grounds.set(element, number(
        ground(element.parentElement), ...own, backgroundColor, backgroundImage, opacity, mixBlendMode, filter));
    }
    return grounds.get(element);
  };
  const looks = new Map();
  for (const element of document.querySelectorAll("body *")) {
    element.removeAttribute("data-contrast");
    const words = [...element.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE)
      .map((child) => child.data).join("").trim();
    if (!words && !element.matches("input, select, textarea")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const look = number(
      ground(element), style.color, style.webkitTextFillColor, style.webkitTextStroke, style.textShadow, style.fontSize,
      style.fontWeight, words.length === 1, /[\\p{L}\\p{N}]/u.test(words), // punctuation alone is not looked at
      element.closest(":disabled, [aria-disabled]") !== null);
    if (!looks.has(look)) looks.set(look, []);
    looks.get(look).push(element);
  }
  for (const all of looks.values()) {
    for (const place of [0, all.length >> 1, all.length - 1]) all[place].setAttribute("data-contrast", "");
  }
}"""
ONLY_MARKED = "axe.configure({ rules: [{ id: 'color-contrast', selector: '[data-contrast]' }] })"


def violations(page: Page, *selectors: str, rules: list[str] | None = None) -> list[tuple[str, list[str]]]:
    """Return the rules that a page breaks, and where; with selectors, only in what they select.

    The contrast of text that looks alike is checked in a few places.
    """
    # Axe asks that the keyboard can reach what scrolls. The page sees to that some seconds after loading, but at once
    # when the window is resized.
    page.evaluate("dispatchEvent(new Event('resize'))")
    page.wait_for_function("() => 'stops' in document.documentElement.dataset")
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
        page.evaluate(ONLY_MARKED)
    page.evaluate(MARK_LOOKS)
    context = {"include": [[selector] for selector in selectors]} if selectors else "document"
    # To describe all that passes would take axe longer than to check it.
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate(
        "([context, options]) => axe.run(context === 'document' ? document : context, options)", [context, options]
    )
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found["violations"]]
