"""What is in the packs, and that the same files give the same packs."""

import hashlib
import json
import re
import zipfile
from io import BytesIO

import pytest
import zstandard

from lossbook import course
from tools.repository import ROOT
from website.python import acquire, licenses, packs

MOST_FIRST, MOST_PLOTS = 11.5e6, 16.5e6
"""Bytes of a local build for a first check, and with what draws. At the highest level, which takes minutes, the same
files take 9 and 13 MB at most."""


@pytest.fixture(scope="module")
def index(packed) -> dict:
    return json.loads((packed / "index.json").read_text(encoding="utf-8"))


def files(packed, index, name) -> dict[str, bytes]:
    """Unpack a pack, as start.mjs says."""
    entry = index["packs"][name]
    content = zstandard.ZstdDecompressor().decompress((packed / entry["file"]).read_bytes())
    assert len(content) == entry["size"]
    if name == packs.STDLIB:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return {each: archive.read(each) for each in archive.namelist()}
    length = int.from_bytes(content[:4], "little")
    at, found = 4 + length, {}
    for path, size in json.loads(content[4 : 4 + length]):
        found[path], at = content[at : at + size], at + size
    assert at == len(content)
    return found


def test_files_are_named_by_their_content(packed, index):
    for name, entry in index["packs"].items():
        content = (packed / entry["file"]).read_bytes()
        assert entry["file"] == f"{name}.{hashlib.sha256(content).hexdigest()[:12]}.zst"
        assert entry["bytes"] == len(content)
    kept = {path.name for path in packed.iterdir()}
    assert kept == {each["file"] for each in index["packs"].values()} | {"index.json", "licenses", index["runtime"]}


def test_the_same_files_give_the_same_packs(packed, tmp_path):
    packs.build(tmp_path / "again")
    assert (tmp_path / "again" / "index.json").read_bytes() == (packed / "index.json").read_bytes()


def test_nothing_is_in_two_packs(packed, index):
    names = [path for name in index["packs"] if name != packs.WASM for path in files(packed, index, name)]
    assert len(names) == len(set(names))


def test_modules_are_compiled_and_listed(packed, index):
    known = set(index["modules"]["scipy"].split())
    assert {"scipy.stats", "scipy.optimize"} <= known
    assert {"scipy.linalg", "scipy.sparse"} <= set(index["modules"]["algebra"].split())
    third_party = files(packed, index, "scipy")
    assert not [name for name in third_party if name.endswith(".py")]
    own = files(packed, index, "lossbook")
    assert own[f"/{packs.SITE}/lossbook/core.py"] == (ROOT / "lossbook" / "core.py").read_bytes()
    assert f"/{packs.SITE}/lossbook/__pycache__/core.cpython-312.pyc" in own


def test_each_page_has_a_pack_of_its_own(packed, index):
    for page in course.pages():
        name = course.module(page)
        if "/" in page:
            pack = f"course-{page.replace('-', '_').replace('/', '-')}"
            assert f"{name}.exercises" in index["modules"][pack].split() or not course.exercises(page)


def test_what_a_page_cannot_use_is_left_out(packed, index):
    names = [path for name in index["packs"] if name != packs.WASM for path in files(packed, index, name)]
    unused = re.compile(r"lossbook/(frameworks|laboratory)/|/tests?/|\.dist-info|/js/")
    assert [name for name in names if unused.search(name)] == []


def test_a_first_visit_stays_within_its_weight(index):
    size = {name: entry["bytes"] for name, entry in index["packs"].items()}
    first = sum(size[name] for name in packs.first(index))
    assert first <= MOST_FIRST
    assert first + size["plots"] + size["dates"] <= MOST_PLOTS


def test_everything_that_is_shipped_has_its_license(packed):
    folder = packed / "licenses"
    listed = licenses.read(folder)
    runtime = acquire.runtime()
    lock = json.loads((acquire.HERE / "package-lock.json").read_text(encoding="utf-8"))
    scripts = {place.rpartition("node_modules/")[2] for place, each in lock["packages"].items() if not each.get("dev")}
    wanted = {*runtime.wheels, "python", *packs.OTHERS, *scripts, "libraries in compiled modules"} - {"", "ws"}
    assert {each.name.lower() for each in listed} == {name.lower() for name in wanted}
    assert {path.name for path in folder.iterdir()} == {"index.json", *(each.file for each in listed)}
    for package in listed:
        text = (folder / package.file).read_text(encoding="utf-8")
        assert re.search(r"licen[cs]e|permission is hereby granted|redistribution", text, re.I), package
        assert len(text) > 400, package
        if package.name.startswith("Libraries"):
            assert all(
                name in text for name in ("bzip2", "FreeType", "libffi", "libjpeg", "libtiff", "libwebp", "zlib")
            )
            continue
        assert re.search(r"BSD|MIT|PSF|MPL|NCSA|HPND|Python Software Foundation", package.license), package
        assert re.match(r"\d", package.version), package


def test_scripts_come_with_their_licenses_too(tmp_path):
    """From npm whatever is installed to be shipped, in folders inside of others as well; not what only builds it."""
    entries = {
        "": {},
        "node_modules/@a/editor": "MIT",
        "node_modules/b/node_modules/c": "ISC",
        "node_modules/builder": "dev",
    }
    lock = {place: {"version": "1.2", "license": called} for place, called in entries.items()}
    lock["node_modules/builder"]["dev"] = True
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": lock}), encoding="utf-8")
    for place in entries:
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / place / "LICENSE.md").write_text(f"the license of {place}", encoding="utf-8")
    runtime = acquire.Runtime(tmp_path / "node_modules", {})
    assert list(licenses.of_npm(runtime)) == [
        (licenses.Package("@a/editor", "1.2", "MIT", "a-editor-1.2.txt"), "the license of node_modules/@a/editor\n"),
        (licenses.Package("c", "1.2", "ISC", "c-1.2.txt"), "the license of node_modules/b/node_modules/c\n"),
    ]


def test_a_script_without_a_license_is_refused(tmp_path):
    lock = {"node_modules/bare": {"version": "1", "license": "MIT"}}
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": lock}), encoding="utf-8")
    (tmp_path / "node_modules" / "bare").mkdir(parents=True)
    with pytest.raises(LookupError, match="bare comes without its license"):
        list(licenses.of_npm(acquire.Runtime(tmp_path / "node_modules", {})))


def test_a_local_build_can_be_unpacked_and_a_thorough_one_is_smaller(packed, index):
    content = files(packed, index, "lossbook")
    data = packs.packed({name.lstrip("/"): each for name, each in content.items()})
    quick, thorough = (packs.compressed(data, packs.LEVELS[how]).data for how in (False, True))
    assert zstandard.ZstdDecompressor().decompress(thorough) == data
    assert len(thorough) < 0.95 * len(quick)
