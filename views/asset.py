"""Our own css and js, and what set-up brought, served under the hash of their content."""

import gzip
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from functools import cache, lru_cache
from mimetypes import guess_type
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.settings import settings
from app.web.stated import stated

FOLDER = Path(__file__).parent / "static"
# One request for what every page needs: its parts in the order in which they build on each other.
_KIT = ["tokens", "base", "shell", "control", "choice", "status", "panel", "list", "table"]
_KIT += ["layer", "progress", "print"]
_SCRIPT = ["request", "toast", "layer", "control", "palette"]
JOINED = {
    "kit.css": tuple(f"kit/{part}.css" for part in _KIT),
    "app.js": tuple(f"script/{part}.js" for part in _SCRIPT),
}
_COMPRESSED = ("text/css", "text/javascript", "image/svg+xml", "application/json")
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    packed: bytes | None
    media_type: str
    digest: str


def asset(path: str) -> str:
    """The address of a file, which changes when its content does.

    What set-up has not brought yet has an address too: pages work without it."""
    known = load(path)
    return f"/static/{path}?v={known.digest}" if known else f"/static/{path}"


def load(path: str) -> Asset | None:
    try:
        changed = tuple(_changed(source) for source in _sources(path))
    except OSError:
        return None
    return _loaded(path, changed) if changed else None


async def serve(request: Request) -> Response:
    found = load(request.path_params["path"])
    if found is None:
        raise HTTPException(404)
    fresh = request.query_params.get("v") == found.digest
    headers = {
        "Cache-Control": _FOREVER if fresh else "no-cache",
        "ETag": f'"{found.digest}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    body = found.body
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = found.packed, "gzip"
    return Response(body, headers=headers, media_type=found.media_type)


@lru_cache(512)
def _sources(path: str) -> tuple[Path, ...]:
    """The files of an address; none where it leads out of the folder or to no file."""
    sources = tuple((FOLDER / part).resolve() for part in JOINED.get(path, (path,)))
    inside = FOLDER.resolve()
    return sources if all(source.is_relative_to(inside) for source in sources) else ()


def _changed(source: Path) -> int:
    """While developing, when the file was changed; elsewhere files stay as they are."""
    seen = os.stat(source)
    if not stat.S_ISREG(seen.st_mode):
        raise FileNotFoundError(source)
    return seen.st_mtime_ns if settings().is_development else 0


@cache
def _loaded(path: str, changed: tuple[int, ...]) -> Asset:
    parts = [(FOLDER / part).read_bytes() for part in JOINED.get(path, (path,))]
    body = b"\n".join(parts)
    media_type = guess_type(path)[0] or "application/octet-stream"
    if media_type == "text/css":
        body = _without_comments(body)
    packed = gzip.compress(body, 9, mtime=0) if media_type in _COMPRESSED else None
    return Asset(body, packed, media_type, hashlib.sha256(body).hexdigest()[:12])


def _without_comments(css: bytes) -> bytes:
    return re.sub(rb"/\*.*?\*/|^\s+|\n", b"", css, flags=re.DOTALL | re.MULTILINE)


routes = [stated("/static/{path:path}", serve, access="public", name="asset")]
