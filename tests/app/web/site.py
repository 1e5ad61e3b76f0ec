"""Pages to stand behind the guard, with and without somebody signed in."""

import httpx2

from app.identity.session import token_hash
from app.permission import Role
from app.web.csrf import csrf_token
from tests.app.identity.people import session_of, somebody

COOKIE = "afterloan-8000-session"


async def signed_in(tab: httpx2.AsyncClient, *roles: Role) -> str:
    """Puts a session's cookie into the tab; returns its word."""
    word = await session_of(await somebody(*roles))
    tab.cookies.set(COOKIE, word, domain="127.0.0.1", path="/")
    return word


__all__ = ["COOKIE", "csrf_token", "signed_in", "token_hash"]
