"""Who asks: the session of the cookie, as `request.state.actor` and `request.state.session`."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Unavailable
from app.identity.actions import see
from app.identity.queries import live_session
from app.identity.session import SignedIn, token_hash
from app.unit_of_work import AWAY
from app.web.cookie import session_token
from app.web.csrf import csrf_token


class SessionLoading:
    """`anonymous` are the beginnings of paths that ask nobody who he is."""

    def __init__(self, app: ASGIApp, *, anonymous: tuple[str, ...]) -> None:
        self.app, self.anonymous = app, anonymous

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            state = scope.setdefault("state", {})
            state["actor"] = state["session"] = None
            token = session_token(scope)
            state["csrf_token"] = csrf_token(token)
            if token and not scope["path"].startswith(self.anonymous):
                session = await _loaded(token, is_at_work=not _only_listens(scope))
                if session is not None:
                    state["session"], state["actor"] = session, session.actor
        await self.app(scope, receive, send)


async def is_unchanged(session: SignedIn) -> bool:
    """For an answer that goes on for minutes: does what it began with still hold, rights and all?

    While the database is away nobody knows, and there is nothing to tell either."""
    try:
        now = await live_session(session.id_hash)
    except Unavailable:
        return True
    return now is not None and now.actor == session.actor


def _only_listens(scope: Scope) -> bool:
    """An open page comes again by itself: that is no sign of somebody who works."""
    return Headers(scope=scope).get("accept", "").startswith("text/event-stream")


async def _loaded(token: str, *, is_at_work: bool) -> SignedIn | None:
    try:
        session = await live_session(token_hash(token))
        if session is not None and is_at_work:
            await see(session)
    except AWAY as error:
        raise Unavailable from error
    return session
