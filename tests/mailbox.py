"""A mail server on loopback that keeps what it is given."""

import asyncio
import email
import email.policy
import threading
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope


class Mailbox:
    """Runs in a thread, so that it also answers a test that blocks its own loop."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        # What the server says to a message; a test may let it refuse.
        self.answer = "250 OK"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"smtp://{host}:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._call(
            self._loop.create_server(lambda: SMTP(self, loop=self._loop), "127.0.0.1", 0)
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            message = email.message_from_bytes(content, policy=email.policy.default)
            self.messages.append(message)
            self.recipients.extend(str(recipient) for recipient in envelope.rcpt_tos)
        return self.answer

    async def _close(self) -> None:
        self._server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
