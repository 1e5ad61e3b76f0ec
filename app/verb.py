"""Every change is a verb: permission → texts → idempotency → one transaction → lock, check, write →
audit → outbox.

A verb is a function in some `actions.py`, wrapped by `@verb`. Pages, GraphQL, workers, imports
and the command line call the same one, so none of these steps can be forgotten."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar, get_type_hints

import msgspec

from app import clock, idempotency, outbox
from app.actor import Actor
from app.errors import AfterloanError, Forbidden
from app.operation import audit
from app.operation.business_day import NoBusinessDay, current_business_date
from app.permission import Permission
from app.text import bounds_of, refusal_of_texts
from app.unit_of_work import unit_of_work

Order = TypeVar("Order", bound=msgspec.Struct)
Subject = TypeVar("Subject")
Result = TypeVar("Result", bound=msgspec.Struct)
LockOrder = TypeVar("LockOrder", contravariant=True)
Locked = TypeVar("Locked", covariant=True)


class Work:
    """What a verb has at hand while its transaction is open."""

    def __init__(self, actor: Actor, business_date: date, audit_id: int) -> None:
        self.actor = actor
        self.now: datetime = clock.now()
        self.business_date = business_date
        # Known before the verb writes, so that every event it leaves can name its audit entry.
        self.audit_id = audit_id
        self.events: list[outbox.Message] = []
        self.facts: dict[str, Any] = {}

    def emit(self, topic: str, **payload: Any) -> None:
        """Asks for a job after the commit. Ids only: the payload passes through Redis in clear."""
        self.events.append(outbox.Message(topic, payload))

    def note(self, **facts: Any) -> None:
        """Adds to the audit entry what the order does not say (before and after, amounts)."""
        self.facts.update(facts)


class Lock(Protocol[LockOrder, Locked]):
    """Finds what the order is about, within the actor's rows; locks it when `for_update`."""

    def __call__(
        self, actor: Actor, order: LockOrder, *, for_update: bool
    ) -> Awaitable[Locked]: ...


Check = Callable[[Actor, Subject, Order], AfterloanError | None]


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Result]):
    """The verb did it, or (`replayed`) had done it already for the same key and input."""

    result: Result
    replayed: bool = False


async def nothing_to_lock(actor: Actor, order: Any, *, for_update: bool) -> None:
    """For verbs that only add."""


def nothing_to_check(actor: Actor, subject: Any, order: Any) -> AfterloanError | None:
    return None


class Verb(Generic[Subject, Order, Result]):
    """A function wrapped by `@verb`. Calling it does the change; `may` only answers whether it
    would."""

    def __init__(
        self,
        name: str,
        body: Callable[[Work, Subject, Order], Coroutine[Any, Any, Result]],
        *,
        permission: Permission,
        lock: Lock[Order, Subject],
        check: Check[Subject, Order],
        keyed: bool,
    ) -> None:
        hints = get_type_hints(body)
        self.name, self.permission, self.keyed = name, permission, keyed
        self.body, self.lock, self.check = body, lock, check
        self.order_type: type[Order] = hints["order"]
        self.result_type: type[Result] = hints["return"]
        self.bounds = bounds_of(self.order_type)
        self.__doc__ = body.__doc__

    async def __call__(
        self, actor: Actor, order: Order, *, key: str | None = None
    ) -> Outcome[Result]:
        """Raises an `AfterloanError` when it refuses; then nothing was written."""
        self._require(actor, order)
        assert key or not self.keyed, f"{self.name} moves money: it needs an idempotency key"
        async with unit_of_work():
            if key:
                done = await idempotency.claim(actor, self.name, key, order)
                if done is not None:
                    return Outcome(msgspec.convert(done, self.result_type, strict=False), True)
            result = await self._do(actor, order)
            if key:
                await idempotency.keep(actor, self.name, key, msgspec.to_builtins(result))
        outbox.wake()
        return Outcome(result)

    async def may(self, actor: Actor, order: Order) -> AfterloanError | None:
        """What the call would refuse with just now; None when it would be done."""
        try:
            self._require(actor, order)
            await current_business_date()
            subject = await self.lock(actor, order, for_update=False)
        except AfterloanError as refusal:
            return refusal
        return self.check(actor, subject, order)

    def allows(self, actor: Actor, subject: Subject, order: Order) -> AfterloanError | None:
        """As `may`, for a subject already at hand: forty cards need no forty queries."""
        if not actor.may(self.permission):
            return Forbidden(permission=self.permission.value)
        return refusal_of_texts(order, self.bounds) or self.check(actor, subject, order)

    def _require(self, actor: Actor, order: Order) -> None:
        """What can be judged without the database."""
        actor.require(self.permission)
        refusal = refusal_of_texts(order, self.bounds)
        if refusal is not None:
            raise refusal

    async def _do(self, actor: Actor, order: Order) -> Result:
        audit_id, business_date = await audit.begin()
        if business_date is None:
            raise NoBusinessDay
        work = Work(actor, business_date, audit_id)
        subject = await self.lock(actor, order, for_update=True)
        refusal = self.check(actor, subject, order)
        if refusal is not None:
            raise refusal
        result = await self.body(work, subject, order)
        await audit.record(
            work.audit_id,
            verb=self.name,
            actor=actor,
            at=work.now,
            business_date=work.business_date,
            customer_id=getattr(order, "customer_id", None) or work.facts.get("customer_id"),
            order=msgspec.to_builtins(order),
            facts=msgspec.to_builtins(work.facts),
        )
        await outbox.put(work.events, work.now)
        return result


VERBS: dict[str, Verb[Any, Any, Any]] = {}


def verb(
    name: str,
    *,
    permission: Permission,
    lock: Lock[Any, Any] = nothing_to_lock,
    check: Check[Any, Any] = nothing_to_check,
    keyed: bool = False,
) -> Callable[
    [Callable[[Work, Subject, Order], Coroutine[Any, Any, Result]]], Verb[Subject, Order, Result]
]:
    """Makes a verb of `async def body(work, subject, order) -> result`; `keyed` demands an
    idempotency key."""

    def wrap(
        body: Callable[[Work, Subject, Order], Coroutine[Any, Any, Result]],
    ) -> Verb[Subject, Order, Result]:
        assert name not in VERBS, f"two verbs are called {name}"
        made = Verb(name, body, permission=permission, lock=lock, check=check, keyed=keyed)
        VERBS[name] = made
        return made

    return wrap
