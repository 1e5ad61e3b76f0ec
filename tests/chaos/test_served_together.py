"""Two web processes at once, and the end of one with a page that listens."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import orjson
import pytest

from app.permission import Role
from tests.app.command.shell import started
from tests.app.identity.people import session_of, somebody
from tests.chaos.ask import ask
from tests.chaos.till import api, loan_ids, new_token, post
from tests.factories import BUSINESS_DATE, make_loan, set_business_date
from tests.network import free_port, is_ready, until

pytestmark = pytest.mark.usefixtures("database", "redis")

CALLS = 50
ON = BUSINESS_DATE.isoformat()
SCHEDULE = [(BUSINESS_DATE, 100_000, 1_000)]
ENDS_WITHIN_SECONDS = 3


async def test_the_same_order_fifty_times_over_two_servers_is_one_payment(tmp_path: Path) -> None:
    await set_business_date()
    await make_loan(SCHEDULE)
    token = await new_token()
    ports = [free_port(), free_port()]
    with (
        started(tmp_path / "one", "serve", AFTERLOAN_PORT=str(ports[0])),
        started(tmp_path / "two", "serve", AFTERLOAN_PORT=str(ports[1])),
        api(ports[0], token) as one,
        api(ports[1], token) as other,
        ThreadPoolExecutor(CALLS) as callers,
    ):
        until(lambda: is_ready(ports[0]) and is_ready(ports[1]))
        (loan_id,) = loan_ids(ports[0], token)
        order = {"key": "K-1", "value_on": ON}
        called = [
            callers.submit(post, (one, other)[number % 2], loan_id, amount="10.00", **order)
            for number in range(CALLS)
        ]
        answers = {data_of(call.result().content) for call in called}
        another = orjson.loads(post(other, loan_id, amount="11.00", **order).content)

    (answer,) = answers
    assert orjson.loads(answer)["postPayment"]["payment"]["number"]
    refusal = another["data"]["postPayment"]
    assert refusal["payment"] is None
    assert [error["code"] for error in refusal["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    booked = await ask(os.environ["DATABASE_URL"], "SELECT reference, amount_minor FROM payment")
    assert booked == [("K-1", 1_000)]


async def test_an_open_stream_does_not_keep_a_server_from_ending(tmp_path: Path) -> None:
    await set_business_date()
    word = await session_of(await somebody(Role.lead))
    port = free_port()
    with started(tmp_path / "log", "serve", AFTERLOAN_PORT=str(port)) as server:
        until(lambda: is_ready(port) or server.poll() is not None)
        with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as browser:
            cookie = {"Cookie": f"afterloan-{port}-session={word}"}
            browser.request("GET", "/collection/board/events", headers=cookie)
            with browser.getresponse() as stream:
                assert stream.getheader("Content-Type", "").startswith("text/event-stream")
                assert stream.readline().startswith(b"id: ")
                server.terminate()
                assert server.wait(ENDS_WITHIN_SECONDS) == 0
                # Ended in order, as the browser sees it, and not cut off.
                assert stream.read().endswith(b"\n\n")


def data_of(answer: bytes) -> bytes:
    return orjson.dumps(orjson.loads(answer)["data"])
