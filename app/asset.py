"""What browsers load from us and others wrote: fetched at set-up, never committed.

Lands in `views/static/vendor`, with the digests by which `afterloan doctor` knows that it is
whole, and the licences of those who wrote it."""

import hashlib
import json
import re
from pathlib import Path

from app.engine.npm import fetched

_ROOT = Path(__file__).parents[1]
PACKAGES = _ROOT / "views/assets"
VENDOR = _ROOT / "views/static/vendor"
_SPRITE = "sprite.svg"
_LICENCES = (
    "@tabler/icons-sprite",
    "echarts",
    "graphiql",
    "htmx.org",
    "react",
    "react-dom",
    "sortablejs",
)
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "Sortable.min.js": "sortablejs/Sortable.min.js",
    "echarts.common.min.js": "echarts/dist/echarts.common.min.js",
    "langZH.js": "echarts/i18n/langZH.js",
    "react.production.min.js": "react/umd/react.production.min.js",
    "react-dom.production.min.js": "react-dom/umd/react-dom.production.min.js",
    "graphiql.min.js": "graphiql/graphiql.min.js",
    "graphiql.min.css": "graphiql/graphiql.min.css",
}
_SYMBOL = re.compile(r'<symbol id="tabler-([a-z0-9-]+)"[^>]*>(.*?)</symbol>', re.DOTALL)
# The invisible square that each drawing of the set begins with.
_FRAME = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')
_QUOTED = re.compile(r"""["']([a-z][a-z0-9-]*)["']""")
_FONT = re.compile(r"@font-face\s*\{[^}]*\}")


def bring_assets() -> list[str]:
    """Writes what differs from what is there; their names."""
    licences = {f"licence-{at}": f"{name}/LICENSE" for at, name in enumerate(_LICENCES)}
    sprite = {_SPRITE: "@tabler/icons-sprite/dist/tabler-sprite.svg"}
    kept = fetched(PACKAGES, FILES | sprite | licences)
    made = {name: (kept / name).read_bytes() for name in FILES}
    # Its fonts are inside as data; our content policy loads no such thing, and Chinese has none.
    made["graphiql.min.css"] = _FONT.sub("", made["graphiql.min.css"].decode()).encode()
    made["icons.svg"] = _cut((kept / _SPRITE).read_text(), _words()).encode()
    made["THIRD_PARTY.txt"] = _third_party([kept / name for name in licences]).encode()
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in sorted(made.items())}
    made["manifest.json"] = (json.dumps(digests, indent=2) + "\n").encode()
    return [name for name, body in made.items() if _write(VENDOR / name, body)]


def broken_assets() -> list[str]:
    """Those that are missing or not what was brought."""
    manifest = VENDOR / "manifest.json"
    if not manifest.exists():
        return ["manifest.json"]
    return [
        name
        for name, digest in json.loads(manifest.read_text()).items()
        if not (VENDOR / name).exists()
        or hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() != digest
    ]


def _words() -> set[str]:
    """Every quoted word of our pages. Some are icons; a few too many cost some bytes, and a name
    put together at run time would be missed: write it whole."""
    sources = [*(_ROOT / "templates").rglob("*.html"), *(_ROOT / "views").rglob("*.py")]
    sources += [*(_ROOT / "views/static").glob("*.js"), *(_ROOT / "views/static/page").glob("*.js")]
    return {word for path in sources for word in _QUOTED.findall(path.read_text())}


def _cut(sprite: str, wanted: set[str]) -> str:
    found = {
        name: _FRAME.sub("", drawing).strip()
        for name, drawing in _SYMBOL.findall(sprite)
        if name in wanted
    }
    symbols = "".join(
        f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>'
        for name, drawing in sorted(found.items())
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def _third_party(licences: list[Path]) -> str:
    versions = json.loads((PACKAGES / "package.json").read_text())["dependencies"]
    parts = [
        f"{name} {versions[name]}\n\n{path.read_text().strip()}\n"
        for name, path in zip(_LICENCES, licences, strict=True)
    ]
    return f"\n{'=' * 78}\n\n".join(parts)


def _write(path: Path, body: bytes) -> bool:
    if path.exists() and path.read_bytes() == body:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return True
