"""The customer's verbs. None changes a borrower; all leave a trace of who looked at whom."""

from app import rate
from app.actor import Actor
from app.customer.errors import NothingToReveal, TooManyLookUps, TooManyReveals
from app.customer.locks import find_sealed
from app.customer.order import (
    LookedUp,
    LookUp,
    ReadInClear,
    Reveal,
    Revealed,
    WasReadInClear,
)
from app.customer.subject import RevealSubject
from app.errors import AfterloanError
from app.permission import Permission
from app.verb import Work, verb

# Search runs as one types; a quick typist with many callers stays below this.
LOOK_UPS_PER_MINUTE_MAX = 120
REVEALS_PER_HOUR_MAX = 60


@verb("customer.look_up", permission=Permission.CUSTOMER_READ)
async def look_up(work: Work, subject: None, order: LookUp) -> LookedUp:
    """Keeps who searched by what and whom it showed. Called before the answer leaves: what is not
    on the record is not shown."""
    return LookedUp()


def may_reveal(actor: Actor, subject: RevealSubject, order: Reveal) -> AfterloanError | None:
    return None if subject.sealed else NothingToReveal()


@verb(
    "customer.reveal",
    permission=Permission.CUSTOMER_REVEAL,
    lock=find_sealed,
    check=may_reveal,
)
async def reveal(work: Work, subject: RevealSubject, order: Reveal) -> Revealed:
    """One value in clear, for a reason that is kept. Never called with an idempotency key, which
    would store the answer."""
    return Revealed(value=subject.open())


@verb("customer.read_in_clear", permission=Permission.CUSTOMER_REVEAL)
async def read_in_clear(work: Work, subject: None, order: ReadInClear) -> WasReadInClear:
    """Keeps what the API showed unmasked to a program that may see it. Called before the answer
    leaves; the reason is the program's own, agreed on when it was given the scope."""
    return WasReadInClear()


async def refuse_too_many_look_ups(actor: Actor) -> None:
    seconds = await rate.seconds_until_allowed(
        actor, "look_up", most=LOOK_UPS_PER_MINUTE_MAX, per_seconds=60
    )
    if seconds:
        raise TooManyLookUps(seconds=seconds)


async def refuse_too_many_reveals(actor: Actor, *, times: int = 1) -> None:
    """Before the verb's transaction: nothing waits for Redis with a connection in hand."""
    seconds = await rate.seconds_until_allowed(
        actor, "reveal", most=REVEALS_PER_HOUR_MAX, per_seconds=3600, times=times
    )
    if seconds:
        raise TooManyReveals(seconds=seconds)
