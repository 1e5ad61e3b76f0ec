from tortoise.backends.base.client import BaseDBAsyncClient

from app import database as asking
from tests.app.command.shell import afterloan


async def test_a_whole_log_is_walked(database: BaseDBAsyncClient) -> None:
    issue = ("token", "create", "--client", "Core banking", "--scopes", "loans:read")
    assert afterloan(*issue).returncode == 0
    done = afterloan("audit", "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("1 entries and ")


async def test_a_changed_entry_is_named(database: BaseDBAsyncClient) -> None:
    issue = ("token", "create", "--client", "Core banking", "--scopes", "loans:read")
    assert afterloan(*issue).returncode == 0
    async with asking.raw_connection() as owner:
        await owner.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        await owner.execute("UPDATE audit_entry SET actor = 'somebody else'")
        await owner.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    entry = await asking.row("SELECT id, chain, sequence FROM audit_entry")
    assert entry is not None
    done = afterloan("audit", "verify")
    assert done.returncode == 1
    named = f"Chain {entry['chain']}: entry {entry['sequence']} (id {entry['id']}, token.issue"
    assert named in done.stdout
