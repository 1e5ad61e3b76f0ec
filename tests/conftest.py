"""What every test may ask for: an empty migrated database, an empty Redis, a mail server."""

import os
from collections.abc import AsyncIterator, Iterator

import hypothesis
import pytest
from redis.asyncio import Redis
from tortoise.backends.base.client import BaseDBAsyncClient
from xdist.remote import Producer

from tests import run, statement
from tests.mailbox import Mailbox
from tests.sharing import ByFolder


def pytest_configure(config: pytest.Config) -> None:
    """Before any module of ours is imported: settings are read once."""
    folder = run.run_folder()
    run.forget_settings(os.environ)
    os.environ["AFTERLOAN_HOME"] = str(folder / f"home-{run.worker_name()}")
    os.environ["AFTERLOAN_ENVIRONMENT"] = "development"
    run.stay_alive(folder)
    statement.record_statements()
    # A busy machine is no failure.
    hypothesis.settings.register_profile("suite", deadline=None)
    hypothesis.settings.load_profile(config.getoption("--hypothesis-profile") or "suite")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    return ByFolder(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    statement.write_down()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        run.remove(run.run_folder())


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """Started by the first test that wants them: a test of pure functions waits for nothing."""
    from app.settings import settings

    with run.servers() as (database_url, redis_url):
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = database_url, redis_url
        settings.cache_clear()
        yield


@pytest.fixture
async def database(servers: None) -> AsyncIterator[BaseDBAsyncClient]:
    """Empty but for what the migrations put there, whatever the test before left."""
    from app.database import close_database, connection, init_database

    await init_database(application="afterloan-tests")
    await connection().execute_query("SELECT suite.clean()")
    yield connection()
    await close_database()
    await _close_carrier()


@pytest.fixture(autouse=True)
def shapes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every statement a test is the first to send is judged when it ends, so that the failure
    names it."""
    yield
    sent = statement.newly_sent()
    wrong = {} if request.node.get_closest_marker("tampers") else statement.misshapen(sent)
    assert wrong == {}, "see tests/shape.py for the rules"


@pytest.fixture
async def redis(servers: None) -> AsyncIterator[Redis]:
    from app import redis

    redis.redis.cache_clear()
    client = Redis.from_url(os.environ["REDIS_URL"])
    await client.flushall()
    yield client
    await client.aclose()
    await _close_carrier()


async def _close_carrier() -> None:
    """The product's client belongs to one event loop, and each test has its own."""
    from app import redis

    if redis.redis.cache_info().currsize:
        await redis.redis().aclose()
        redis.redis.cache_clear()


@pytest.fixture
def smtp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A real mail server on loopback; the settings point to it."""
    from app.settings import settings

    with Mailbox() as mailbox:
        monkeypatch.setenv("AFTERLOAN_SMTP_URL", mailbox.url)
        settings.cache_clear()
        yield mailbox
    settings.cache_clear()
