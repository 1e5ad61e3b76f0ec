"""The npm packages and the browser that the suite needs. `python -m tests.package` brings both."""

from pathlib import Path

from app.engine.browser import ensure_browser
from app.engine.npm import fetched

_FILES = {
    "axe.min.js": "axe-core/axe.min.js",
    # Runs in the browser, so that no Node is needed to ask for the audits.
    "graphql-http-audits.js": "graphql-http/umd/graphql-http-audits.min.js",
}


def npm_file(name: str) -> Path:
    return fetched(Path(__file__).parent / "assets", _FILES) / name


if __name__ == "__main__":
    ensure_browser()
    for file in _FILES:
        npm_file(file)
