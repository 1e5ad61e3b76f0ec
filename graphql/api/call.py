"""One request on its way: who asks, and what the answer must say beside the data."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from starlette.responses import Response
from strawberry.types import Info as StrawberryInfo

from app.actor import Actor
from app.customer.masking import PersonalColumn
from app.identity.scope import Scope
from app.operation.business_day import current_business_date
from app.permission import Permission


class Keyed(NamedTuple):
    """An order with an idempotency key that this operation gave, or repeated."""

    verb: str
    key: str
    replayed: bool


@dataclass(slots=True)
class Call:
    actor: Actor
    request_id: str = ""
    method: str = "POST"
    # Told in `extensions`: cost, idempotency.
    extensions: dict[str, Any] = field(default_factory=dict)
    keyed: list[Keyed] = field(default_factory=list)
    # Of which borrowers what was shown in clear.
    shown_in_clear: set[tuple[int, PersonalColumn]] = field(default_factory=set)
    # Where the status and headers are set; none for a call in process.
    response: Response | None = None
    _business_date: asyncio.Future[date] | None = None

    def may_introspect(self) -> bool:
        return bool(self.actor.scopes)

    def may_reveal(self) -> bool:
        """Whether personal data is shown in clear."""
        return Scope.personal_read in self.actor.scopes and self.actor.may(
            Permission.CUSTOMER_REVEAL
        )

    async def business_date(self) -> date:
        """Asked once for the whole operation: all of it is told as of the same day."""
        if self._business_date is None:
            self._business_date = asyncio.ensure_future(current_business_date())
        return await self._business_date


Info = StrawberryInfo[Call, None]
