"""How much a request may bring. Announced or not: what comes is counted."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.identity.errors import BodyTooLarge

MEGABYTE = 1024 * 1024
BODY_BYTES_MAX = MEGABYTE
UPLOAD_BYTES_MAX = 2048 * MEGABYTE


class BodyLimit:
    """`larger` maps the beginnings of paths that take files to their own limit."""

    def __init__(self, app: ASGIApp, *, larger: Mapping[str, int]) -> None:
        self.app, self.larger = app, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        bytes_max = self._bytes_max(scope["path"])
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or int(announced[:20]) > bytes_max:
            raise BodyTooLarge(megabytes=bytes_max // MEGABYTE)
        came = 0

        async def receive_counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > bytes_max:
                raise BodyTooLarge(megabytes=bytes_max // MEGABYTE)
            return message

        await self.app(scope, receive_counted, send)

    def _bytes_max(self, path: str) -> int:
        for beginning, bytes_max in self.larger.items():
            if path.startswith(beginning):
                return bytes_max
        return BODY_BYTES_MAX
