"""Pack what runs Python in a page: modules compiled, grouped by what the pages open, compressed, named by content.

`build` fills a folder that a web server only has to serve:

    index.json             which packs there are, and which modules each has
    <runtime>/             the scripts that start Python, in a folder named by their content
    <pack>.<hash>.zst      files that belong together; start.mjs says how

Third-party modules are compiled and compressed once and kept; our own every time.
"""

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import files as files_of
from pathlib import Path

import zstandard

from tools.repository import ROOT
from website.python import acquire, licenses
from website.python.acquire import Runtime, Unavailable

HERE = acquire.HERE
LIBRARY = "lib/python3.12"
SITE = f"{LIBRARY}/site-packages"
STDLIB = "python_stdlib.zip"
WASM = "pyodide.asm.wasm"
SCRIPTS = ("pyodide.mjs", "pyodide.asm.js")

LEVELS = {False: 3, True: 22}
"""How hard to compress: quickly for a local build, thoroughly for a published one."""

GROUPS = {
    "numpy": ("numpy",),
    "scipy": ("scipy",),
    "dates": ("python-dateutil", "six"),
    "widgets": ("traitlets",),
    "plots": ("matplotlib", "contourpy", "cycler", "fonttools", "kiwisolver", "packaging", "pillow", "pyparsing"),
    "learn": ("scikit-learn", "joblib", "threadpoolctl"),
    "tables": ("pandas", "pytz"),
}
"""The packs of third-party packages; what no page opens is in a second one, with REST after its name."""
APART = {"algebra": f"{SITE}/scipy/(linalg|sparse)/"}
"""Parts of packages with packs of their own, even where exercises open them: few do, and they are heavy."""
START = "start"
REST = "-rest"
STDLIB_REST = "python" + REST
LIBRARIES = {"openblas": "/lib/libopenblas.so"}

OPENED = HERE / "opened"
"""Lists of the files that were opened: by all exercises, and by all cells of all pages. See `trace`."""

DROPPED = re.compile(
    r"""\.(pyi|pxd|pyx|pxi|h|hpp|c|cpp|tp|build|f|f90|a|in|md|toml|typed|afm)$ | \.dist-info/ | (^|/)tests?/ | /include/
    | ^(LICENSE|README) | /(LICENSE|COPYING|README)[^/]*$ | _pytest_plugin\.py$
    | ^matplotlib/backends/(web_backend/|_macosx|_tkagg) | ^matplotlib/mpl-data/(sample_data|images|fonts/pdfcorefonts)/
    | ^matplotlib/mpl-data/fonts/ttf/(DejaVuSerif|DejaVuSansMono-|Humor|STIX.*Bol)
    | ^pytz/zoneinfo/ | ^scipy/misc/ | ^scipy/stats/_sobol_direction_numbers | ^sklearn/datasets/images/
    | ^(idlelib|lib2to3|turtledemo|ensurepip|pydoc_data|tkinter|turtle\.py|site-packages|venv)\b""",
    re.VERBOSE,
)
"""What is of no use in a page: sources for compilers, tests, samples, and fonts that no page asks for."""
# Needed before anything could be listed, and by ways to start that Node does not go.
ALWAYS = re.compile(r"(_pyodide|pyodide|encodings|importlib|collections|re|json|asyncio|zipfile)(/|\.py$)")

# Of our own: what a page has already, or cannot use.
LEFT_OUT = re.compile(r"lossbook/(frameworks|laboratory)/|lossbook/explorable/(js|labextension)/|/__pycache__/")
EMPTY = re.compile(r"lossbook/explorable/static/")
"""The page has this script already, and Python only hands it on."""
OTHERS = {
    "ipython": r"IPython/lib/pretty\.py",
    "tabulate": r"tabulate/",
    "arch": r"arch/data/(__init__|utility)\.py|arch/data/(sp500|nasdaq)/",
}
"""What is taken from packages of this environment, which are pure Python: by their names, with what of them."""

TAG = "cpython-312"  # of the compiled modules

Files = dict[str, bytes]


def build(folder: Path, thorough: bool = False, opened: dict[str, set[str]] | None = None) -> dict:
    """Fill a folder with everything that a page needs to run Python, and return the index.

    Args:
        folder: is emptied first.
        thorough: compress as hard as possible, for a site to be published; takes minutes the first time.
        opened: by the names of the lists, the files to put into the first packs, in place of those listed.

    Raises:
        Unavailable: if the runtime cannot be had; says why in one line.
    """
    runtime = acquire.runtime()
    made = _third_party(runtime, LEVELS[thorough], opened or lists()) | _ours(runtime, LEVELS[thorough])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    packs, modules = {}, {}
    for name, pack in sorted(made.items()):
        file = f"{name}.{hashlib.sha256(pack.data).hexdigest()[:12]}.zst"
        (folder / file).write_bytes(pack.data)
        packs[name] = {"file": file, "bytes": len(pack.data), "size": pack.size}
        if pack.modules:
            modules[name] = " ".join(pack.modules)
    index = {
        "runtime": _scripts(runtime, folder),
        "start": [START, *LIBRARIES, "lossbook"],
        "libraries": [*LIBRARIES.values()],
        "packs": packs,
        "modules": modules,
    }
    licenses.write(runtime, folder / "licenses")
    (folder / "index.json").write_text(json.dumps(index, separators=(",", ":")), encoding="utf-8")
    return index


def first(index: dict) -> list[str]:
    """Return the packs without which Python does not start: enough for the losses and for every exercise."""
    return [WASM, STDLIB, *index["start"]]


def lists() -> dict[str, set[str]]:
    """Return which files were opened, by the names of the lists: "start" and "pages"."""
    return {file.stem: set(file.read_text(encoding="utf-8").split()) for file in sorted(OPENED.glob("*.txt"))}


def everything() -> set[str]:
    """Return the places of all third-party files."""
    source = _tree(acquire.runtime()) / "source"
    return {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Pack:
    """A compressed pack.

    Args:
        data: compressed.
        size: in bytes, before it was compressed.
        modules: those that are in it.
    """

    data: bytes
    size: int
    modules: list[str]


def packed(files: Files) -> bytes:
    """Return files as one pack, not compressed: similar ones side by side, which compresses better."""
    names = sorted(files, key=lambda name: (Path(name).suffix, name))
    head = json.dumps([[f"/{name}", len(files[name])] for name in names], separators=(",", ":")).encode()
    return b"".join([len(head).to_bytes(4, "little"), head, *(files[name] for name in names)])


def compressed(content: bytes, level: int, names: Iterable[str] = ()) -> Pack:
    """Return a content as a pack; the names of its files say which modules it has."""
    settings = zstandard.ZstdCompressionParameters.from_level(level, source_size=len(content), enable_ldm=level > 19)
    data = zstandard.ZstdCompressor(compression_params=settings).compress(content)
    return Pack(data, len(content), sorted(filter(None, map(_module, names))))


def _module(path: str) -> str:
    """Return the name of the module in a file; nothing for other files."""
    inside = path.removeprefix(f"{LIBRARY}/").removeprefix("site-packages/")
    found = re.fullmatch(r"([\w/]+?)(/__init__)?(\.pyc?|\.cpython-[\w-]+\.so|\.so)", inside)
    return found[1].replace("/", ".") if found and "__pycache__" not in inside else ""


# Third-party --------------------------------------------------------------------------------------


def _third_party(runtime: Runtime, level: int, opened: dict[str, set[str]]) -> dict[str, Pack]:
    """Return the packs of everything that is not ours, kept from last time if nothing has changed."""
    tree = _tree(runtime)
    said = json.dumps([tree.name, level, {name: sorted(files) for name, files in sorted(opened.items())}])
    key = _hash(said.encode(), Path(__file__).read_bytes())
    folder = acquire.cache() / f"packs-{key}"
    if not folder.is_dir():
        groups = _grouped(tree, runtime, opened)
        with acquire.made(folder) as made:
            kept = {}
            for name, files in groups.items():
                content = files[STDLIB] if name == STDLIB else packed(files)
                pack = compressed(content, level, () if name in (START, STDLIB) else files)
                (made / name).write_bytes(pack.data)
                kept[name] = [pack.size, pack.modules]
            wasm = compressed((runtime.pyodide / WASM).read_bytes(), level)
            (made / WASM).write_bytes(wasm.data)
            (made / "index.json").write_text(json.dumps(kept | {WASM: [wasm.size, []]}), encoding="utf-8")
    kept = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return {name: Pack((folder / name).read_bytes(), size, modules) for name, (size, modules) in kept.items()}


def _tree(runtime: Runtime) -> Path:
    """Return a folder with all third-party files, by their places in the page, and their modules compiled."""
    script = (HERE / "js" / "compile.mjs").read_bytes()
    lock = (runtime.pyodide / "pyodide-lock.json").read_bytes()
    folder = acquire.cache() / f"tree-{_hash(script, lock, DROPPED.pattern.encode())}"
    if not folder.is_dir():
        with acquire.made(folder) as made:
            source = made / "source"
            _extract(runtime.pyodide / STDLIB, source / LIBRARY)
            for name, wheel in runtime.wheels.items():
                _extract(wheel, source / ("lib" if name in LIBRARIES else SITE))
            _compile(runtime, made)
    return folder


def _extract(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if not name.endswith("/") and not DROPPED.search(name):
                opened.extract(name, folder)


def _compile(runtime: Runtime, folder: Path) -> None:
    command = [acquire.node(), str(HERE / "js" / "compile.mjs"), str(runtime.pyodide), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(f"Python did not start in Node, to compile its modules: {done.stderr.strip()[-300:]}")


def _grouped(tree: Path, runtime: Runtime, opened: dict[str, set[str]]) -> dict[str, Files]:
    """Return the files of each pack, modules compiled."""
    group_of = {}
    for group, packages in GROUPS.items():
        for package in packages:
            with zipfile.ZipFile(runtime.wheels[package]) as wheel:
                group_of |= {f"{SITE}/{name}": group for name in wheel.namelist()}
    for group, pattern in APART.items():
        group_of |= {place: group for place in group_of if re.match(pattern, place)}
    libraries = {library.strip("/"): name for name, library in LIBRARIES.items()}
    first, later = opened["start"], opened["pages"]
    groups: dict[str, Files] = defaultdict(dict)
    source = tree / "source"
    for path in sorted(each for each in source.rglob("*") if each.is_file()):
        place = path.relative_to(source).as_posix()
        is_module = path.suffix in (".py", ".so")
        if place in libraries:
            group = libraries[place]
        elif place not in group_of:  # of the standard library
            is_first = place in first | later or ALWAYS.match(place.removeprefix(f"{LIBRARY}/")) or not is_module
            group = STDLIB if is_first else STDLIB_REST
        elif place in first and group_of[place] not in APART:
            group = START
        else:
            # Only imports fetch a pack. So data comes with the modules that might read it.
            group = group_of[place] + (REST if is_module and place not in first | later else "")
        if path.suffix == ".py":
            groups[group][f"{place}c"] = (tree / "compiled" / f"{place}c").read_bytes()
        else:
            groups[group][place] = _pruned(path)
    groups[STDLIB] = {STDLIB: _zipped(groups[STDLIB])}
    return dict(groups)


def _pruned(path: Path) -> bytes:
    """Return the content of a file; of Matplotlib's list of fonts, those that are here, in the form that it expects."""
    content = path.read_bytes()
    if path.name == "fontlist.json":
        fonts = json.loads(content)
        for kind in ("afmlist", "ttflist"):
            fonts[kind] = [font for font in fonts[kind] if (path.parent / "mpl-data" / font["fname"]).is_file()]
        # It was made by a newer version, whose lists are alike; else every session would look for fonts again.
        manager = (path.parent / "font_manager.py").read_text(encoding="utf-8")
        fonts["_version"] = int(re.search(r"__version__ = (\d+)", manager)[1])
        content = json.dumps(fonts).encode()
    return content


def _zipped(files: Files) -> bytes:
    """Return the standard library as Python imports it, not compressed, as the whole pack is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name.removeprefix(f"{LIBRARY}/")), content)
    return made.getvalue()


# Ours ---------------------------------------------------------------------------------------------


def _ours(runtime: Runtime, level: int) -> dict[str, Pack]:
    """Return the packs of the course: the package, one for each page's part of it, and what stands in for others."""
    files = dict(_sources())
    names = "".join(f"{name}\n{hashlib.sha256(content).hexdigest()}\n" for name, content in sorted(files.items()))
    script = (HERE / "js" / "compile.mjs").read_bytes()
    lock = (runtime.pyodide / "pyodide-lock.json").read_bytes()
    folder = acquire.cache() / f"ours-{_hash(script, lock, names.encode())}"
    if not folder.is_dir():
        with acquire.made(folder) as made:
            for name, content in files.items():
                if name.endswith(".py"):
                    (made / "source" / name).parent.mkdir(parents=True, exist_ok=True)
                    (made / "source" / name).write_bytes(content)
            _compile(runtime, made)
    groups: dict[str, Files] = defaultdict(dict)
    for name, content in files.items():
        group = groups[_group_of_ours(name.removeprefix(f"{SITE}/"))]
        group[name] = content
        if name.endswith(".py"):
            # Beside its source, which tracebacks and solutions show.
            where, _, module = name.rpartition("/")
            compiled = (folder / "compiled" / f"{name}c").read_bytes()
            group[f"{where}/__pycache__/{module.removesuffix('.py')}.{TAG}.pyc"] = compiled
    return {
        name: compressed(packed(group), level, () if name == "lossbook" else group) for name, group in groups.items()
    }


def _sources() -> Iterator[tuple[str, bytes]]:
    for path in sorted((ROOT / "lossbook").rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.is_file() and not LEFT_OUT.search(name):
            yield f"{SITE}/{name}", b"" if EMPTY.search(name) else path.read_bytes()
    for path in sorted((HERE / "page").rglob("*.py")):
        yield f"{SITE}/{path.relative_to(HERE / 'page').as_posix()}", path.read_bytes()
    yield f"{SITE}/inpage/names.py", (ROOT / "tools" / "names.py").read_bytes()
    for package, pattern in OTHERS.items():
        for file in files_of(package) or ():
            if re.match(pattern, file.as_posix()) and file.suffix != ".pyc":
                yield f"{SITE}/{file.as_posix()}", Path(file.locate()).read_bytes()


def _group_of_ours(name: str) -> str:
    page = re.match(r"lossbook/course/(\w+)/(\w+)/", name)
    if page:
        return f"course-{page[1]}-{page[2]}"
    return "prices" if name.startswith("arch/data/") else "lossbook"


def _scripts(runtime: Runtime, folder: Path) -> str:
    """Write the scripts that start Python, and return the name of their folder."""
    scripts = {name: (runtime.pyodide / name).read_bytes() for name in SCRIPTS}
    scripts["zstddec.mjs"] = (runtime.node_modules / "zstddec" / "dist" / "zstddec.mjs").read_bytes()
    scripts["start.mjs"] = (HERE / "js" / "start.mjs").read_bytes()
    scripts |= _bundled(runtime)
    # Pyodide looks up here what it could load by itself: nothing.
    scripts["pyodide-lock.json"] = json.dumps({"info": runtime.lock["info"], "packages": {}}).encode()
    name = f"runtime.{_hash(*scripts.values())}"
    (folder / name).mkdir()
    for script, content in scripts.items():
        (folder / name / script).write_bytes(content)
    return name


def _bundled(runtime: Runtime) -> Files:
    """Return the scripts with which a page uses Python, each in one file, bundled once and kept."""
    script = HERE / "js" / "build.mjs"
    sources = [script, HERE / "js" / "start.mjs", *sorted((HERE / "js" / "page").glob("*.js"))]
    key = _hash(*(path.read_bytes() for path in (*sources, HERE / "package-lock.json")))
    folder = acquire.cache() / f"scripts-{key}"
    if not folder.is_dir():
        with acquire.made(folder) as made:
            command = [acquire.node(), str(script), str(runtime.node_modules), str(made)]
            subprocess.run(command, check=True)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _hash(*contents: bytes) -> str:
    return hashlib.sha256(b"\0".join(hashlib.sha256(content).digest() for content in contents)).hexdigest()[:12]
