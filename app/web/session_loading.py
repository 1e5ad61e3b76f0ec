"""Who asks: the session of the cookie, as `request.state.actor` and `request.state.session`."""

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
                session = await _loaded(token)
                if session is not None:
                    state["session"], state["actor"] = session, session.actor
        await self.app(scope, receive, send)


async def _loaded(token: str) -> SignedIn | None:
    try:
        session = await live_session(token_hash(token))
        if session is not None:
            await see(session)
    except AWAY as error:
        raise Unavailable from error
    return session
