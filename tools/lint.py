"""The rules for pages: every function takes a page and returns what it does against one rule.

``python -m tools.lint [PAGE ...]`` checks pages, all without an argument.
"""

import argparse
import ast
import posixpath
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from pathlib import Path

from nbformat import NotebookNode

from lossbook import course
from tools import length, markdown, notebooks, pages, written
from tools.notebooks import tags
from tools.repository import ROOT

TAGS = written.TAGS | {"aside", "hide-input", "own-loss", "keras", "pytorch", "nbval-ignore-output"}
EXCUSE = "# Output not compared: "
EXCUSED_SHARE = 0.02
FILE_SIZE = 500_000
ALT_LENGTH = 40
DESCRIPTION = 70, 160


@dataclass(frozen=True)
class Page:
    """A notebook and where it lies."""

    path: Path
    nb: NotebookNode

    @classmethod
    def read(cls, path: Path) -> "Page":
        return cls(path, notebooks.read(path))

    @property
    def name(self) -> str:
        return pages.name(self.path)

    def cells(self, kind: str) -> list[tuple[str, NotebookNode]]:
        """Return the cells of a kind, each with the name that messages give it."""
        return [
            (f"cell {number}{self._origin(cell)}", cell)
            for number, cell in enumerate(self.nb.cells, start=1)
            if cell.cell_type == kind
        ]

    def _origin(self, cell: NotebookNode) -> str:
        """Say of a cell that is written from the page's package where its text is to be changed."""
        from_package = set(tags(cell)) & {*written.OPENING, *written.AROUND}
        return f" (written from {course.module(self.name)})" if from_package else ""

    def markdown(self) -> list[str]:
        return [cell.source for _, cell in self.cells("markdown")]


def check_tags(page: Page) -> list[str]:
    """Only known tags; a PyTorch cell directly follows a Keras cell."""
    messages = []
    before: list[str] = []
    for number, cell in enumerate(page.nb.cells, start=1):
        for unknown in sorted(set(tags(cell)) - TAGS):
            messages.append(f"cell {number}: unknown tag {unknown!r}; known are {', '.join(sorted(TAGS))}")
        if "pytorch" in tags(cell) and "keras" not in before:
            messages.append(f"cell {number}: a cell tagged pytorch has to follow a cell tagged keras")
        before = tags(cell)
    return messages


def check_written(page: Page) -> list[str]:
    """The cells that are written from the package are up to date and in their places."""
    try:
        expected = written.cells(page.nb, page.name)
    except (LookupError, ValueError) as error:
        return [str(error)]
    for number, (cell, right) in enumerate(zip_longest(page.nb.cells, expected), start=1):
        if cell is None or right is None or (cell.source, tags(cell)) != (right.source, tags(right)):
            return [f"cell {number}: not what is written here from {course.module(page.name)}; run make refresh"]
    return []


def check_questions(page: Page) -> list[str]:
    """A page to practice on shows what it declares, in that order: a bug, three exercises or more, and a quiz."""
    try:
        practice = course.about(page.name).practice
    except LookupError:  # check_written says so
        return []
    declared = list(course.exercises(page.name))
    if not practice:
        return [f"{len(declared)} exercises, and no minutes to practice them"] if declared else []
    shown = [written.named(cell) for _, cell in page.cells("code") if "exercise" in tags(cell)]
    quizzes = sum("quiz" in tags(cell) for _, cell in page.cells("code"))
    messages = [f"exercises.{name} is in no cell tagged exercise" for name in declared if name not in shown]
    if not messages and shown != declared:
        messages.append(f"shows {', '.join(map(str, shown))}; declared are, in this order, {', '.join(declared)}")
    if "bug" not in declared:
        messages.append(f"no bug in {course.module(page.name)}.exercises")
    if len(set(declared) - {"bug"}) < 3:
        messages.append(f"{len(set(declared) - {'bug'})} exercises besides the bug; a page has 3 or more")
    if quizzes != 1:
        messages.append(f"{quizzes} cells tagged quiz; a page has one")
    return messages


def check_about(page: Page) -> list[str]:
    """The page has three to five goals, and says what it requires and, for search engines, what it is about."""
    try:
        about = course.about(page.name)
    except LookupError:  # check_written says so
        return []
    messages = description_problems(about.description)
    if not 3 <= len(about.goals) <= 5:
        messages.append(f"{len(about.goals)} goals; a page has 3 to 5")
    if not about.needs:
        messages.append("needs is empty; say what the reader needs first, or that it is nothing")
    return messages


def check_length(page: Page) -> list[str]:
    """Not too much to read, and the times that the page promises."""
    messages = []
    if (count := length.words(page.nb)) > length.WORDS:
        messages.append(f"{count:,} words to read; at most {length.WORDS:,}")
    try:
        about = course.about(page.name)
    except LookupError:  # check_written says so
        return messages
    for what, promised, taken in (
        ("reading", about.reading, length.minutes(page.nb)),
        ("practice", about.practice, length.practice(page.name)),
    ):
        if promised != taken:
            messages.append(f"{what} is {promised} minutes; tools/length.py counts {taken}")
    return messages


def description_problems(description: str) -> list[str]:
    """Say what is wrong with a page's description, which search engines cut off when it is long."""
    shortest, longest = DESCRIPTION
    if not shortest <= len(description) <= longest:
        return [f"description of {len(description)} characters; it takes {shortest} to {longest}"]
    return []


def check_headings(page: Page) -> list[str]:
    """One title, and no level skipped on the way down."""
    messages = []
    level = 0
    for number, heading in enumerate(markdown.headings(page.markdown())):
        if number == 0 and heading.level != 1:
            messages.append(f"the first heading, {heading.text!r}, is not the title")
        if number > 0 and heading.level == 1:
            messages.append(f"a second title: {heading.text!r}")
        if heading.level > level + 1 and number > 0:
            messages.append(f"heading {heading.text!r} skips from level {level} to {heading.level}")
        level = heading.level
    return messages


def check_alternative_text(page: Page) -> list[str]:
    """Every figure says in words what it shows."""
    messages = []
    for where, cell in page.cells("code"):
        for output in cell.outputs:
            if "image/png" not in output.get("data", {}):
                continue
            alt = output.metadata.get("image/png", {}).get("alt", "").strip()
            if len(alt) < ALT_LENGTH:
                messages.append(f"{where}: figure with alternative text {alt!r}, too short")
            if re.match(r"(an?\s+|the\s+)?(image|plot)\s+of\b", alt, re.I):
                messages.append(f"{where}: alternative text begins with {alt[:12]!r}; say what it shows")
    return messages


def check_paths(page: Page) -> list[str]:
    """No path of one person's machine."""
    messages = []
    pattern = re.compile(r"(?<![\w.~/-])(/(?:home|Users|root|tmp)\b[^\s\"']*|[A-Za-z]:\\\w[^\s\"']*)")
    for number, cell in enumerate(page.nb.cells, start=1):
        texts = [cell.source]
        if cell.cell_type == "code":
            texts += [text for output in cell.outputs for text in _texts(output)]
        for text in texts:
            for path in pattern.findall(text):
                messages.append(f"cell {number}: absolute path {path!r}")
    return messages


def check_raw_directives(page: Page) -> list[str]:
    """No MyST syntax, which a notebook reader would see as it is."""
    messages = []
    block = re.compile(r":::|^\s*(?:```+|~~~+)\{|^\([^()\n]+\)=\s*$", re.M)
    role = re.compile(r"\{[A-Za-z][\w:+.-]*\}" + markdown.GAP)
    for where, cell in page.cells("markdown"):
        found = [*block.findall(cell.source)]
        found += [match for text in markdown.prose(cell.source) for match in role.findall(text)]
        messages += [f"{where}: MyST syntax {match.strip(markdown.GAP).strip()!r}" for match in found]
    return messages


_BANNED = re.compile(
    r"\b(simply|just|crucial|powerful|delv(?:e|es|ed|ing)|important to note|in this section)\b",
    re.IGNORECASE,
)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u26ff\u2705\u2728\u274c\u2753-\u2757\ufe0f]")


def check_voice(page: Page) -> list[str]:
    """The words and signs that the book does without."""
    messages = []
    for where, cell in page.cells("markdown"):
        for text in markdown.prose(cell.source):
            for match in [*_BANNED.finditer(text), *_EMOJI.finditer(text), *re.finditer("!", text)]:
                messages.append(f"{where}: {match.group()!r} in {_context(text, match)!r}")
    return messages


_PROSE_NUMBER = re.compile(
    r"(?<![\w.,])(?P<number>\d{1,3}(?:[,\u2009\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w])"
    r"(?P<unit>[ \u00a0\u202f-]?(?:%|per\s?cent\b|times\b|fold\b|\u00d7))?"
)
_OUTPUT_NUMBER = re.compile(r"\d+(?:,\d{3}(?!\d))*(?:\.\d+)?(?:[eE][+-]?\d+)?")


def check_numbers(page: Page) -> list[str]:
    """Every measured number in the prose occurs in an output of the page, rounded to as many digits."""
    printed = {
        number
        for _, cell in page.cells("code")
        for output in cell.outputs
        for text in _texts(output)
        for number in _printed_numbers(text)
    }
    messages = []
    for where, cell in page.cells("markdown"):
        if "front-block" in tags(cell):
            continue
        for text in markdown.prose(cell.source, with_headings=False, with_citations=False):
            for match in _PROSE_NUMBER.finditer(text):
                if _is_measured(match) and not _occurs(match["number"], printed):
                    messages.append(
                        f"{where}: {match.group()!r} is in no output of the page: {_context(text, match)!r}"
                        " (a setting of the code goes into a code span or a formula)"
                    )
    return messages


def _is_measured(match: re.Match) -> bool:
    digits = re.sub(r"[,\u2009\u202f]", "", match["number"])
    return "." in digits or match["unit"] is not None or Decimal(digits) >= 13


def _occurs(number: str, printed: set[Decimal]) -> bool:
    wanted = Decimal(re.sub(r"[,\u2009\u202f]", "", number))
    half_a_unit = Decimal(5).scaleb(wanted.as_tuple().exponent - 1)
    return any(abs(found - wanted) <= half_a_unit for found in printed)


def _printed_numbers(text: str) -> set[Decimal]:
    found = set()
    for number in _OUTPUT_NUMBER.findall(text):
        # 1,234 may be one number or two neighbors in a list.
        found.add(Decimal(number.replace(",", "")))
        found.update(Decimal(part) for part in number.split(","))
    return found


def _texts(output: NotebookNode) -> list[str]:
    if output.output_type == "stream":
        return [output.text]
    if output.output_type == "error":
        return ["\n".join(output.traceback)]
    texts = [output.data["text/plain"]] if "text/plain" in output.data else []
    if "text/markdown" in output.data:  # a picture inside it is no text; elsewhere a `<` may be a sign of mathematics
        texts.append(re.sub(r"<img[^>]*>", " ", output.data["text/markdown"]))
    if "text/html" in output.data:
        texts.append(re.sub(r"<[^>]*>", " ", output.data["text/html"]))
    return texts


def _context(text: str, match: re.Match) -> str:
    around = text[max(0, match.start() - 30) : match.end() + 30]
    return around.replace(markdown.GAP, "…").replace("\n", " ")


def check_outputs(page: Page) -> list[str]:
    """The page has been run, and nothing went wrong."""
    messages = []
    for where, cell in page.cells("code"):
        for output in cell.outputs:
            if output.output_type == "error":
                messages.append(f"{where}: the error {output.ename}")
            if output.output_type == "stream" and output.name == "stderr":
                messages.append(f"{where}: output on stderr: {output.text[:80]!r}")
            for text in _texts(output):
                for address in re.findall(r" at 0x[0-9a-fA-F]+", text):
                    messages.append(f"{where}: a memory address,{address}, which differs in every run")
        if not cell.outputs and _shows_something(cell.source):
            messages.append(f"{where}: shows something, but has no output stored; run tools.refresh")
    return messages


def _shows_something(source: str) -> bool:
    code = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    try:
        statements = ast.parse(code).body
    except SyntaxError:  # a magic line was the only one of its block, as in the setup cell
        return False
    calls = [s.value for s in statements if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    names = {getattr(call.func, "id", getattr(call.func, "attr", "")) for call in calls}
    return bool(names & {"print", "show", "display"})


def check_excuses(page: Page) -> list[str]:
    """A cell whose output is not compared says why."""
    messages = []
    for where, cell in page.cells("code"):
        if "nbval-ignore-output" in tags(cell) and not re.match(EXCUSE + r"\S", cell.source):
            messages.append(f"{where}: has to start with '{EXCUSE}<reason>'")
        for marker in re.findall(r"#\s*(?:NBVAL|PYTEST)_\w+", cell.source):
            messages.append(f"{where}: {marker!r}; use the tag nbval-ignore-output, which is counted")
    return messages


def check_stored_form(page: Page) -> list[str]:
    """The file is small, and byte for byte what tools.refresh writes."""
    messages = []
    size = page.path.stat().st_size
    if size > FILE_SIZE:
        messages.append(f"{size} bytes; at most {FILE_SIZE}")
    if page.path.read_bytes() != notebooks.dumps(notebooks.normalize(page.nb)).encode():
        messages.append("not in the stored form; run tools.refresh")
    return messages


def check_links(page: Page) -> list[str]:
    """Every link to a page or to an anchor on it leads there."""
    messages = []
    own = frozenset(heading.slug for heading in markdown.headings(page.markdown()))
    for where, cell in page.cells("markdown"):
        for link in markdown.links(cell.source):
            problem = link_problem(page.path, own, link.target)
            if problem:
                messages.append(f"{where}: link {link.text!r} to {link.target}: {problem}")
    return messages


def link_problem(source: Path, own: frozenset[str], target: str) -> str | None:
    """Say what is wrong with a link on the page `source`, which has the anchors `own`, or return None."""
    if re.match(r"(https|mailto):", target):
        return None
    if re.match(r"\w+:|/", target):
        return "neither https nor relative"
    file, _, anchor = target.partition("#")
    if not file:
        return None if anchor in own else "no such heading on this page"
    path = Path(posixpath.normpath(posixpath.join(source.parent.as_posix(), file)))
    if path not in pages.documents():
        return "not a page of _toc.yml"
    if not path.is_file():
        return "no such file"
    if anchor and anchor not in anchors(path):
        return "no such heading on that page"
    return None


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the anchors of a page's headings."""
    is_notebook = path.suffix == ".ipynb"
    sources = Page.read(path).markdown() if is_notebook else [path.read_text(encoding="utf-8")]
    return frozenset(heading.slug for heading in markdown.headings(sources))


RULES = [
    check_tags,
    check_written,
    check_questions,
    check_about,
    check_length,
    check_headings,
    check_alternative_text,
    check_paths,
    check_raw_directives,
    check_voice,
    check_numbers,
    check_outputs,
    check_excuses,
    check_stored_form,
    check_links,
]


def check_excused_share(book: list[Page]) -> list[str]:
    """Few cells of the whole book go without comparison."""
    cells = [cell for page in book for _, cell in page.cells("code")]
    excused = sum("nbval-ignore-output" in tags(cell) for cell in cells)
    if excused > EXCUSED_SHARE * len(cells):
        return [f"{excused} of {len(cells)} code cells are not compared; at most {EXCUSED_SHARE:.0%} may be"]
    return []


def check(page: Page) -> list[str]:
    """Return what a page does against any rule."""
    return [message for rule in RULES for message in rule(page)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.lint", description="Check pages against the rules.")
    parser.add_argument("page", nargs="*", help="a notebook, or chapter/page; all pages when none is given")
    arguments = parser.parse_args()
    try:
        chosen = [pages.find(page) for page in arguments.page] or pages.notebooks()
    except FileNotFoundError as error:
        parser.error(str(error))
    found = 0
    for path in chosen:
        for message in check(Page.read(path)):
            found += 1
            print(f"{path.relative_to(ROOT)}: {message}")
    print(f"{found} found")
    return int(found > 0)


if __name__ == "__main__":
    raise SystemExit(main())
