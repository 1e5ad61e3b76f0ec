"""Rows that were read together answer for their relations together: one statement for a list."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")
Value = TypeVar("Value")


class Batch(Generic[Row]):
    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self._asked: dict[Hashable, asyncio.Future[Any]] = {}

    async def once(self, key: Hashable, ask: Callable[[], Awaitable[Value]]) -> Value:
        """The first row to ask asks for all of them; the others wait for its answer."""
        if key not in self._asked:
            self._asked[key] = asyncio.ensure_future(ask())
        answer: Value = await self._asked[key]
        return answer
