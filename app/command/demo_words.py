"""What a newcomer is told: the address, who to sign in as, a call to the API."""

from app import database
from app.actor import Actor
from app.command.outer import ROLES, load
from app.command.speech import padded
from app.errors import AfterloanError
from app.i18n import gettext as _
from app.i18n import translate
from app.identity import provider
from app.identity.provider.people import PEOPLE
from app.settings import settings

TOKEN_FILE = "demo.token"
TOKEN_DAYS = 30
_QUERY = '{"query": "{ loans(first: 3) { nodes { id number } } }"}'


async def welcome() -> str:
    loans = await database.value("SELECT count(*) FROM loan")
    greeting = _(
        """
  Afterloan with {loans:,} loans:  {address}

  Sign in as
{people}

  Call the API:
{call}
""",
        loans=loans,
        address=settings().base_url,
        people=_people(),
        call=_call(await _token()),
    )
    return greeting


def _people() -> str:
    if provider.refusal(settings()) is None:
        names = load(ROLES)
        return "\n".join(
            f"    {padded(translate(names[person.role]), 20)}{person.name}" for person in PEOPLE
        )
    issuer = settings().oidc_issuer or _("the configured issuer")
    return "    " + _("those of {issuer}", issuer=issuer)


def _call(token: str) -> str:
    return f"""    curl -s {settings().base_url}/graphql \\
      -H 'Authorization: Bearer {token}' \\
      -H 'Content-Type: application/json' \\
      -d '{_QUERY}'"""


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
