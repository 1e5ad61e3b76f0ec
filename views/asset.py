"""Our own css and js, and what set-up brought, served under the hash of their content."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.settings import settings

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
    sources = [FOLDER / part for part in JOINED.get(path, (path,))]
    if not all(_inside(source) for source in sources):
        return None
    if settings().is_development:
        return _loaded(path, tuple(source.stat().st_mtime_ns for source in sources))
    return _loaded(path, ())


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


def _inside(source: Path) -> bool:
    return source.resolve().is_relative_to(FOLDER.resolve()) and source.is_file()


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


routes = [Route("/static/{path:path}", serve, name="asset")]
