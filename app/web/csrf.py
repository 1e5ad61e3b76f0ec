"""A page of somebody else must not act in the name of whoever is signed in here.

Two locks: the browser says where a request comes from (`Sec-Fetch-Site`, `Origin`), and a request
with a session
brings a token that only our own pages know. The token comes from the session's secret, so there is
nothing to
store, and it looks different on each page, so that compression tells nothing about it."""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.identity.errors import CrossSite
from app.web.cookie import session_token

HEADER = "x-csrf-token"
FIELD = "csrf_token"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FORM_BYTES_MAX = 1024 * 1024
# In a form with files the token must come first; nobody waits for gigabytes to find it.
PEEKED_BYTES_MAX = 64 * 1024
_DIGEST_BYTES = 32


def csrf_token(session: str) -> str:
    """For the pages of this session; empty without one."""
    if not session:
        return ""
    mask = secrets.token_bytes(_DIGEST_BYTES)
    return base64.urlsafe_b64encode(mask + _crossed(mask, _digest(session))).decode()


def is_csrf_token(given: str, session: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(given)
    except ValueError:
        return False
    if len(raw) != 2 * _DIGEST_BYTES:
        return False
    mask, crossed = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
    return hmac.compare_digest(_crossed(mask, crossed), _digest(session))


class CsrfGuard:
    """`exempt` are the beginnings of paths that prove by other means who asks."""

    def __init__(self, app: ASGIApp, *, origin: str, exempt: tuple[str, ...]) -> None:
        self.app, self.origin, self.exempt = app, origin, exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] in SAFE_METHODS
            or scope["path"].startswith(self.exempt)
        ):
            await self.app(scope, receive, send)
            return
        headers, token = Headers(scope=scope), session_token(scope)
        if not token and "authorization" in headers:
            # A program with its own credentials: no browser adds those by itself.
            await self.app(scope, receive, send)
            return
        if not self._comes_from_us(headers):
            raise CrossSite
        if token:
            body = _Replayed(receive)
            given = headers.get(HEADER) or await _field(headers, body)
            if not is_csrf_token(given, token):
                raise CrossSite
            receive = body.receive
        await self.app(scope, receive, send)

    def _comes_from_us(self, headers: Headers) -> bool:
        """By what the browser says; one that says nothing is left to the token."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site not in ("same-origin", "none"):
            return False
        if origin is None or origin == self.origin:
            return True
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and parts.netloc == headers.get("host")


class _Replayed:
    """A body that was looked into, given to the page from its beginning."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._came = receive, list[Message]()
        self.bytes = b""
        self.is_whole = False

    async def more(self) -> None:
        message = await self._receive()
        self._came.append(message)
        self.bytes += message.get("body", b"")
        self.is_whole = not message.get("more_body", False)

    async def receive(self) -> Message:
        return self._came.pop(0) if self._came else await self._receive()


async def _field(headers: Headers, body: _Replayed) -> str:
    kind, _, options = headers.get("content-type", "").partition(";")
    if kind == "application/x-www-form-urlencoded":
        while not body.is_whole:
            if len(body.bytes) > FORM_BYTES_MAX:
                return ""
            await body.more()
        fields = parse_qs(body.bytes.decode("latin-1"), max_num_fields=1000)
        return next(iter(fields.get(FIELD, ())), "")
    if kind == "multipart/form-data":
        return await _first_part(options, body)
    return ""


async def _first_part(options: str, body: _Replayed) -> str:
    boundary = re.search(r'boundary="?([^";]{1,70})"?', options)
    if boundary is None:
        return ""
    edge = re.escape(f"--{boundary[1]}".encode("latin-1"))
    part = re.compile(
        edge + rb'\r\ncontent-disposition: *form-data; *name="' + FIELD.encode()
        + rb'"\r\n\r\n([\w=-]{0,200})\r\n' + edge,
        re.IGNORECASE,
    )  # fmt: skip
    while (found := part.match(body.bytes)) is None:
        if body.is_whole or len(body.bytes) > PEEKED_BYTES_MAX:
            return ""
        await body.more()
    return found[1].decode()


def _digest(session: str) -> bytes:
    return hashlib.sha256(f"csrf:{session}".encode()).digest()


def _crossed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
