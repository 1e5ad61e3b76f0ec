"""What open boards must hear: rows written with the change that made them news.

No stage before: the case is new. No stage after: it was closed. Both alike: something else about
it changed. Ids are handed out before the commit, so a row may show up after rows with higher
ids: readers ask from a frontier below which nothing is missing any more
(`app.collection.frontier`)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from app import database
from app.collection.models import Stage

CLIENT_ID_LENGTH_MAX = 64

_client_id: ContextVar[str] = ContextVar("client_id", default="")


@dataclass(frozen=True, slots=True)
class News:
    id: int
    customer_id: int
    case_id: int
    stages: frozenset[Stage]
    client_id: str

    @property
    def case(self) -> tuple[int, int]:
        return self.customer_id, self.case_id


@contextmanager
def caused_by(client_id: str) -> Iterator[None]:
    """The browser tab whose request this is; its own board knows the outcome from the answer."""
    token = _client_id.set(client_id[:CLIENT_ID_LENGTH_MAX])
    try:
        yield
    finally:
        _client_id.reset(token)


def client_id() -> str:
    return _client_id.get()


async def newest_id() -> int:
    found: int = await database.value("SELECT coalesce(max(id), 0) FROM live_event")
    return found


async def after(id: int, *, limit: int, but: Sequence[int] = ()) -> list[News]:
    found = await database.rows(
        "SELECT id, customer_id, case_id, from_stage, to_stage, client_id FROM live_event"
        " WHERE id > $1 AND id <> ALL($3::bigint[]) ORDER BY id LIMIT $2",
        id, limit, list(but),
    )  # fmt: skip
    return [
        News(
            row["id"],
            row["customer_id"],
            row["case_id"],
            frozenset(Stage(row[name]) for name in ("from_stage", "to_stage") if row[name]),
            row["client_id"],
        )
        for row in found
    ]


async def is_kept(id: int) -> bool:
    """Whether everything after this id can still be told."""
    oldest = await database.value("SELECT min(id) FROM live_event")
    return oldest is None or id >= oldest - 1
