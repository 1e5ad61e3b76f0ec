"""A door before a server's Unix socket that can be shut: who is inside waits, as if the server
froze."""

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Self
from urllib.parse import quote


class Freezer:
    def __init__(self, socket: Path) -> None:
        self._behind = socket
        # Short: a socket's path may have 107 bytes.
        self._folder = tempfile.TemporaryDirectory(prefix="afl-")
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def freeze(self) -> None:
        self._open.clear()

    def thaw(self) -> None:
        self._open.set()

    def url_of(self, url: str) -> str:
        """The same database through the door."""
        return f"{url.partition('?')[0]}?host={quote(self._folder.name)}"

    async def __aenter__(self) -> Self:
        door = Path(self._folder.name) / self._behind.name
        self._server = await asyncio.start_unix_server(self._enter, door)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._folder.cleanup()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        behind = await asyncio.open_unix_connection(self._behind)
        both = self._carry(reader, behind[1]), self._carry(behind[0], writer)
        with contextlib.suppress(OSError):
            await asyncio.gather(*both)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()
