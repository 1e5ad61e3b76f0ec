"""A web process is killed between the commit of a payment and its answer."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import orjson
import pytest

from tests.app.command.shell import started
from tests.chaos.ask import ask
from tests.chaos.till import api, loan_ids, new_token, post
from tests.factories import BUSINESS_DATE, make_loan, set_business_date
from tests.network import free_port, is_ready, until

pytestmark = pytest.mark.usefixtures("database", "redis")

SCHEDULE = [(BUSINESS_DATE, 100_000, 1_000)]
ORDER = {"key": "K-1", "amount": "10.00", "value_on": BUSINESS_DATE.isoformat()}


async def test_who_got_no_answer_asks_again_and_there_is_one_payment(tmp_path: Path) -> None:
    await set_business_date()
    await make_loan(SCHEDULE)
    token, port = await new_token(), free_port()
    with dying_server(tmp_path / "dying", port) as dying, api(port, token) as client:
        until(lambda: is_ready(port) or dying.poll() is not None)
        (loan_id,) = loan_ids(port, token)
        with pytest.raises(httpx2.TransportError):
            post(client, loan_id, **ORDER)
        assert dying.wait() == -signal.SIGKILL
    assert await booked() == [("K-1", 1_000)]

    with (
        started(tmp_path / "log", "serve", AFTERLOAN_PORT=str(port)) as server,
        api(port, token) as client,
    ):
        until(lambda: is_ready(port) or server.poll() is not None)
        first, second = (orjson.loads(post(client, loan_id, **ORDER).content) for _ in range(2))
    assert first["data"]["postPayment"]["payment"]["number"]
    assert first["data"] == second["data"]
    assert first["extensions"]["idempotency"] == {"replayed": True}
    assert await booked() == [("K-1", 1_000)]


@contextmanager
def dying_server(log: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as sink:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.dying_server", "serve"],
            env=os.environ | {"AFTERLOAN_PORT": str(port)},
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        yield server
    finally:
        server.kill()
        server.wait()


async def booked() -> list[tuple[object, ...]]:
    return await ask(os.environ["DATABASE_URL"], "SELECT reference, amount_minor FROM payment")
