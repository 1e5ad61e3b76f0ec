"""A till: posts payments over the API as an integrator does, again and again until each is
acknowledged."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import orjson

from app.identity.actions import issue_token
from app.identity.order import IssueToken
from app.identity.scope import Scope
from app.permission import Role
from tests.chaos.crowd import ANSWERED_WITHIN_SECONDS, Log
from tests.factories import actor_of

POST = Path("graphql/operations/post_payment.graphql").read_text()
PAUSE_SECONDS = 0.05


async def new_token() -> str:
    scopes = [Scope.loans_read, Scope.payments_read, Scope.payments_write]
    order = IssueToken(client="core banking", scopes=[*scopes], days=1)
    return (await issue_token(actor_of(Role.administrator), order)).result.token


def api(port: int, token: str) -> httpx2.Client:
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=ANSWERED_WITHIN_SECONDS,
        trust_env=False,
    )


def loan_ids(port: int, token: str) -> list[str]:
    with api(port, token) as client:
        answer = client.post("/graphql", json={"query": "{ loans { nodes { id sourceNumber } } }"})
    return [node["id"] for node in orjson.loads(answer.content)["data"]["loans"]["nodes"]]


def post(
    client: httpx2.Client, loan_id: str, *, key: str, amount: str, value_on: str
) -> httpx2.Response:
    order = {
        "idempotencyKey": key,
        "loanId": loan_id,
        "amount": {"amount": amount, "currency": "CNY"},
        "valueOn": value_on,
        "reference": key,
    }
    return client.post("/graphql", json={"query": POST, "variables": {"input": order}})


class Till:
    """What was acknowledged is in `receipts`: by reference, the payment's number."""

    def __init__(self, client: httpx2.Client, loan_id: str, *, name: str, value_on: str) -> None:
        self.receipts: dict[str, str] = {}
        self.log = Log(name)
        self.retries = 0
        self.closing = threading.Event()
        self.client, self._loan_id = client, loan_id
        self._name, self._value_on = name, value_on

    def run(self) -> None:
        """Until told to close; then the last one is still brought to its end."""
        while not self.closing.is_set():
            reference = f"{self._name}-{len(self.receipts)}"
            while (number := self._try(reference)) is None:
                self.retries += 1
                time.sleep(PAUSE_SECONDS)
            self.receipts[reference] = number
            time.sleep(PAUSE_SECONDS)

    def _try(self, reference: str) -> str | None:
        with self.log.asking() as asked:
            asked.answer = post(
                self.client, self._loan_id, key=reference, amount="1.00", value_on=self._value_on
            )
        answer = asked.answer
        if answer is None or answer.status_code != 200:
            return None
        told = orjson.loads(answer.content)["data"]
        payment = told and told["postPayment"] and told["postPayment"]["payment"]
        return str(payment["number"]) if payment else None


@contextmanager
def open_tills(tills: list[Till]) -> Iterator[None]:
    threads = [threading.Thread(target=till.run, daemon=True) for till in tills]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for till in tills:
            till.closing.set()
        for till, thread in zip(tills, threads, strict=True):
            thread.join(60)
            till.client.close()
    assert not any(thread.is_alive() for thread in threads)
