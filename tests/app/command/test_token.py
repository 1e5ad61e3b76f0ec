import json

from tortoise.backends.base.client import BaseDBAsyncClient

from app import database as asking
from app.identity.service_token import read_service_token
from tests.app.command.shell import afterloan


async def test_a_token_is_printed_once_and_kept_as_a_hash(database: BaseDBAsyncClient) -> None:
    scopes = "loans:read,payments:write"
    done = afterloan("token", "create", "--client", "Core banking", "--scopes", scopes)
    assert done.returncode == 0, done.stderr
    token = done.stdout.strip()
    written = read_service_token(token)
    assert written is not None
    kept = await asking.row("SELECT * FROM service_token")
    assert kept is not None
    assert (kept["id"], kept["client"]) == (written.id, "Core banking")
    found = kept["scopes"]
    assert (json.loads(found) if isinstance(found, str) else found) == scopes.split(",")
    assert token not in str(kept)


async def test_an_unknown_scope_is_refused_and_nothing_issued(database: BaseDBAsyncClient) -> None:
    done = afterloan("token", "create", "--client", "Core banking", "--scopes", "loans:burn")
    assert done.returncode == 1
    assert "loans:burn" in done.stderr
    assert await asking.value("SELECT count(*) FROM service_token") == 0
