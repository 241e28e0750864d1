"""What a page of the website costs its reader: every transfer of a visit, as the browser counts it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from benchmarks.gates import BUDGETS

KINDS = {"Document": "document", "Script": "script", "Stylesheet": "style", "Font": "font", "Image": "picture"}
KILOBYTE = 1000

# Pictures are loaded late: some when they come near the window, some when what hides them is opened. All are counted.
SEE_EVERYTHING = """async () => {
    for (const hidden of document.querySelectorAll("details")) hidden.open = true;
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
        scrollTo({ top: y, behavior: "instant" });
        // A page with nothing to draw may never get a frame.
        await Promise.race([new Promise(requestAnimationFrame), new Promise((done) => setTimeout(done, 200))]);
    }
    for (const image of document.images) image.loading = "eager";
}"""


@dataclass(frozen=True)
class Transfer:
    """One answer to one request, with its headers; an answer from the cache has no size."""

    address: str
    kind: str
    size: int  # bytes

    def __str__(self) -> str:
        return f"{_name(self.address)} ({self.kind}, {self.size / KILOBYTE:.1f} KB)"


def _name(address: str) -> str:
    return urlsplit(address).path.removeprefix("/")


@dataclass(frozen=True)
class Visit:
    """What one visit to a page transferred."""

    address: str
    transfers: list[Transfer]
    other_hosts: list[str]
    has_demos: bool

    def of(self, *kinds: str) -> list[Transfer]:
        return [transfer for transfer in self.transfers if transfer.kind in kinds]

    @property
    def pictures(self) -> list[Transfer]:
        return self.of("picture")

    @property
    def page(self) -> list[Transfer]:
        """Everything but pictures, which have a budget of their own."""
        return [transfer for transfer in self.transfers if transfer.kind != "picture"]


def kilobytes(transfers: Iterable[Transfer]) -> float:
    return sum(transfer.size for transfer in transfers) / KILOBYTE


def heaviest(transfers: Iterable[Transfer]) -> list[Transfer]:
    """Return the three that weigh most."""
    return sorted(transfers, key=lambda transfer: transfer.size, reverse=True)[:3]


def visits(browser: Browser, *addresses: str) -> list[Visit]:
    """Visit pages one after another, in a browser that starts with an empty cache."""
    context = browser.new_context()
    page = context.new_page()
    try:
        return [visit(page, address) for address in addresses]
    finally:
        context.close()


def after(first: Visit, other: Visit) -> Visit:
    """Return the visit to another page after a first one, which leaves all that it loaded in the browser's cache."""
    kept = {transfer.address for transfer in first.transfers}
    return replace(other, transfers=[transfer for transfer in other.transfers if transfer.address not in kept])


def visit(page: Page, address: str) -> Visit:
    """Visit a page, and leave it with everything unfolded."""
    host = urlsplit(address).netloc
    requests: dict[str, tuple[str, str]] = {}
    sizes: dict[str, int] = {}
    others: list[str] = []

    def requested(event: dict) -> None:
        requests[event["requestId"]] = (event["request"]["url"], KINDS.get(event.get("type"), "other"))

    def check_host(request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != host:
            others.append(request.url)

    session = page.context.new_cdp_session(page)
    session.on("Network.requestWillBeSent", requested)
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    session.on("Network.loadingFailed", lambda event: sizes.update({event["requestId"]: 0}))
    session.send("Network.enable")
    page.on("request", check_host)
    page.goto(address, wait_until="networkidle")
    page.evaluate(SEE_EVERYTHING)
    for _ in range(100):
        page.wait_for_timeout(300)
        if requests.keys() <= sizes.keys():
            break
    else:
        unanswered = sorted(requests[key][0] for key in requests.keys() - sizes.keys())
        raise TimeoutError(f"{address}: no answer within 30 s to {', '.join(unanswered)}")
    has_demos = page.locator("[data-explorable]").count() > 0
    page.remove_listener("request", check_host)
    session.detach()
    transfers = [Transfer(*requests[key], round(size)) for key, size in sizes.items() if key in requests]
    transfers = [transfer for transfer in transfers if not transfer.address.startswith("data:")]
    return Visit(address, transfers, others, has_demos)


def problems(first: Visit, further: Visit) -> list[str]:
    """Return a line for each budget that a first visit breaks, or the visit to a further page after it."""
    kind = "demo_page" if first.has_demos else "text_page"
    checks = [
        ("first visit, without pictures", first.page, BUDGETS[kind]),
        (f"{_name(further.address)} after it", further.page, BUDGETS["further_page"]),
        ("pictures", first.pictures, BUDGETS["pictures"]),
    ]
    found = [
        f"{what}: {kilobytes(transfers):.0f} KB, at most {limit}; heaviest: {', '.join(map(str, heaviest(transfers)))}"
        for what, transfers, limit in checks
        if kilobytes(transfers) > limit
    ]
    hosts = [*first.other_hosts, *further.other_hosts]
    if len(hosts) > BUDGETS["other_hosts"]:
        found.append(f"other hosts: {', '.join(hosts)}")
    return found
