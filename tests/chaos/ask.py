"""Questions past the product's own code, so that it cannot answer for itself."""

from typing import Any

import asyncpg

from app.database import connect_arguments


async def ask(url: str, sql: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        return [tuple(row.values()) for row in await connection.fetch(sql)]
    finally:
        await connection.close()
