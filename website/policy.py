"""The Content-Security-Policy of the site's pages, in the pages themselves: a static host sets no header."""

import base64
import hashlib

RULES = {
    "default-src": "'self'",
    # Python is WebAssembly, which a browser compiles only where the policy allows it.
    "script-src": "'self' 'wasm-unsafe-eval'",
    # Plots and formulas have styles of their own in their markup.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    # Started from the page's own text, Python's worker is under this policy as well.
    "worker-src": "'self' blob:",
    "form-action": "'self'",
    "object-src": "'none'",
    "frame-src": "'none'",
    "base-uri": "'none'",
}


def policy(*scripts: str) -> str:
    """Return the policy of a page, which allows these scripts in its own text, and no others."""
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
    rules = RULES | {"script-src": " ".join([RULES["script-src"], *hashes])}
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())
