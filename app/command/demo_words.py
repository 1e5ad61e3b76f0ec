"""What a newcomer is told: the address, who to sign in as, a call to the API."""

from app import database
from app.actor import Actor
from app.errors import AfterloanError
from app.identity import provider
from app.identity.provider.people import PEOPLE
from app.settings import settings

TOKEN_FILE = "demo.token"
TOKEN_DAYS = 30
_QUERY = '{"query": "{ loans(first: 3) { nodes { id number } } }"}'


async def welcome() -> str:
    address = settings().base_url
    loans = await database.value("SELECT count(*) FROM loan")
    people = "\n".join(f"    {person.role.value:<16}{person.name}" for person in PEOPLE)
    if provider.refusal(settings()) is not None:
        people = f"    those of {settings().oidc_issuer or 'the configured issuer'}"
    return f"""
  Afterloan with {loans:,} loans:  {address}

  Sign in as
{people}

  Call the API:
    curl -s {address}/graphql \\
      -H 'Authorization: Bearer {await _token()}' \\
      -H 'Content-Type: application/json' \\
      -d '{_QUERY}'
"""


async def _token() -> str:
    """The one of the last start while it is good: the server keeps only its hash."""
    from app.identity.token import authenticate_bearer

    path = settings().home / TOKEN_FILE
    if path.exists():
        try:
            await authenticate_bearer(path.read_text())
            return path.read_text()
        except AfterloanError:
            path.unlink()
    token = await _issue()
    path.touch(0o600)
    path.write_text(token)
    return token


async def _issue() -> str:
    from app.identity.actions import issue_token
    from app.identity.order import IssueToken
    from app.identity.scope import Scope

    order = IssueToken(client="demo", scopes=list(Scope), days=TOKEN_DAYS)
    return (await issue_token(Actor.system("demo"), order)).result.token
