"""The ground the suite stands on."""

from email.message import EmailMessage

import aiosmtplib
import pytest
from redis.asyncio import Redis
from tortoise.backends.base.client import BaseDBAsyncClient

from app import database as asking
from tests import run, statement
from tests.mailbox import Mailbox

INSERTED = "INSERT INTO branch (code, name) VALUES ('LB', 'Left behind')"


@pytest.mark.parametrize("turn", [1, 2])
async def test_the_database_is_empty_again_for_the_next_test(
    database: BaseDBAsyncClient, turn: int
) -> None:
    assert await asking.value("SELECT count(*) FROM branch") == 0
    await asking.execute(INSERTED)
    assert await asking.value("SELECT count(*) FROM branch") == 1


@pytest.mark.parametrize("turn", [1, 2])
async def test_what_migrations_put_there_comes_back(database: BaseDBAsyncClient, turn: int) -> None:
    heads = await asking.value("SELECT count(*) FROM audit_head")
    assert heads > 0
    await asking.execute("UPDATE audit_head SET sequence = sequence + 7")
    assert await asking.value("SELECT sum(sequence) FROM audit_head") == 7 * heads


async def test_every_statement_is_recorded_once(database: BaseDBAsyncClient) -> None:
    statement.newly_sent()
    for _ in range(2):
        await asking.value("SELECT 417 + $1::int", 1)
    assert statement.newly_sent() == ["SELECT 417 + $1::int"]


@pytest.mark.parametrize("turn", [1, 2])
async def test_redis_is_empty_again_for_the_next_test(redis: Redis, turn: int) -> None:
    assert await redis.dbsize() == 0
    await redis.set("left", "behind")


async def test_the_mailbox_keeps_what_it_is_given(smtp: Mailbox) -> None:
    host, port = smtp.url.removeprefix("smtp://").split(":")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@localhost", "b@localhost", "还款提醒"
    message.set_content("您好")
    await aiosmtplib.send(message, hostname=host, port=int(port))
    assert [kept["Subject"] for kept in smtp.messages] == ["还款提醒"]
    assert smtp.recipients == ["b@localhost"]


def test_what_its_caller_set_for_a_product_of_his_own_is_forgotten() -> None:
    kept = {"PATH": "/bin", "AFTERLOAN_TEST_RUN": "folder"}
    foreign = {"AFTERLOAN_PORT": "8201", "AFTERLOAN_SMTP_URL": "smtp://x", "DATABASE_URL": "x"}
    environment = kept | foreign | {"REDIS_URL": "x"}
    run.forget_settings(environment)
    assert environment == kept
