"""How pages are weighed; that none is too heavy is checked in `test_every_page.py`."""

import random
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser
from serving import served

from benchmarks.gates import PAGES
from benchmarks.page_weight import after, kilobytes, problems, visits


def test_what_a_page_before_has_loaded_is_not_loaded_again(chromium: Browser, address: str):
    """Every page is weighed by what `after` expects; here it is compared with what a browser does."""
    first, further = visits(chromium, f"{address}/{PAGES[0]}", f"{address}/{PAGES[1]}")
    (alone,) = visits(chromium, f"{address}/{PAGES[1]}")
    expected = after(first, alone)
    assert kilobytes(expected.page) < kilobytes(alone.page) / 2
    assert {transfer.address for transfer in expected.transfers} <= {transfer.address for transfer in further.transfers}
    assert kilobytes(further.transfers) == pytest.approx(kilobytes(expected.transfers), abs=3)  # headers


@pytest.fixture
def small_site(tmp_path) -> Iterator[str]:
    """Serve a page that breaks every rule, and one that breaks none."""
    noise = random.Random(0)
    for name, size in {"a.js": 150_000, "b.css": 100_000, "c.js": 50_000, "d.js": 1000}.items():
        (tmp_path / name).write_bytes(noise.randbytes(size))  # which gzip cannot make smaller
    for name, side in {"e.png": 500, "f.png": 400}.items():
        Image.frombytes("L", (side, side), noise.randbytes(side**2)).save(tmp_path / name)
    (tmp_path / "heavy.html").write_text(
        '<!doctype html><link rel="stylesheet" href="b.css"><script src="a.js"></script><script src="c.js"></script>'
        '<script src="d.js"></script><details><img src="e.png" loading="lazy"></details>'
        '<p style="height: 9000px"><img src="f.png" loading="lazy">'
        '<script>fetch("http://127.0.0.2:9/asked").catch(() => 0)</script>'
    )
    (tmp_path / "light.html").write_text("<!doctype html><title>Light</title><p>" + "again and again " * 20_000)
    with served(tmp_path) as address:
        yield address


def test_a_heavy_page_is_found_out(chromium: Browser, small_site: str):
    first, again = visits(chromium, f"{small_site}/heavy.html", f"{small_site}/heavy.html")
    assert kilobytes(again.transfers) < 3, "only headers: nothing has changed"
    weight, pictures, hosts = problems(first, again)
    assert weight.startswith("first visit, without pictures: 303 KB, at most 200; heaviest: ")
    assert weight.endswith("a.js (script, 150.3 KB), b.css (style, 100.3 KB), c.js (script, 50.3 KB)")
    assert re.fullmatch(r"pictures: 41\d KB, at most 300; heaviest: e.png \(picture, 25.*\), f.png \(.*\)", pictures)
    assert hosts == "other hosts: http://127.0.0.2:9/asked, http://127.0.0.2:9/asked"


def test_text_is_compressed(chromium: Browser, small_site: str):
    (light,) = visits(chromium, f"{small_site}/light.html")
    assert kilobytes(light.transfers) < 5, "320 KB that say the same again and again"
    assert problems(light, light) == []
