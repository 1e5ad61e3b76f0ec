"""What is logged can be read by whoever keeps the machines: it says what happened, never to
whom."""

import asyncio
import gc
import io
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

import asyncpg
import msgspec
import pytest
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app import clock, log, outbox
from app import database as db
from app.customer.errors import CustomerNotFound
from app.errors import (
    AfterloanError,
    Conflict,
    Forbidden,
    IdempotencyKeyReused,
    Invalid,
    NotFound,
    Stale,
    TooMany,
    Unavailable,
)
from app.identity.actions import issue_token
from app.identity.order import IssueToken
from app.loan.actions import post_payment
from app.loan.order import PostPayment
from app.outbox import Message
from app.permission import Role
from app.unit_of_work import unit_of_work
from app.web.csrf import csrf_token
from tests.app.identity.browser import application, browser
from tests.app.web.site import signed_in
from tests.factories import make_customer, make_loan, set_business_date
from tests.mailbox import Mailbox
from tests.scenario.scene import SCHEDULE, SYSTEM
from views import customer, customer_reveal, operation_setting
from views.page import page
from workers import job as jobs
from workers.job import JOBS, Queue
from workers.monitoring import send_reminder

NAME = "林思远"
PHONE = "15400000001"
EMAIL = "lin.siyuan@example.org"
ID_NUMBER = "990000199001010011"
PERSONAL = (NAME, PHONE, EMAIL, ID_NUMBER, "%E6%9E%97", "\\u6797")


def configure(sink: io.StringIO, level: str, *, human: bool = False) -> None:
    with redirect_stderr(sink):
        log.configure(level, human=human)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything: ours down to the last detail, and what libraries say."""
    sink = io.StringIO()
    configure(sink, "DEBUG")
    handler = logging.StreamHandler(sink)
    handler.setFormatter(log.Formatter("%(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    # A server that another test started in this process may have kept its words to itself.
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    yield sink
    root.removeHandler(handler)
    structlog.reset_defaults()


def events(sink: io.StringIO) -> list[dict[str, Any]]:
    lines = [line for line in sink.getvalue().splitlines() if line.startswith("{")]
    return [msgspec.json.decode(line) for line in lines]


def assert_nothing_personal(sink: io.StringIO, *said: str) -> None:
    """Not empty either: `said` are the events that must be there."""
    assert set(said) <= {line["event"] for line in events(sink)}
    for value in PERSONAL:
        assert value not in sink.getvalue()


async def a_borrower() -> int:
    await set_business_date()
    return await make_customer(NAME, phone=PHONE, email=EMAIL, id_number=ID_NUMBER)


async def breaks(request: Request) -> Response:
    """As a driver's error does, which quotes the row."""
    try:
        raise asyncpg.UniqueViolationError(f"Key (name)=({NAME}) already exists.")
    except asyncpg.UniqueViolationError as error:
        raise RuntimeError(f"{PHONE} cannot be kept") from error


@pytest.mark.usefixtures("database", "redis")
async def test_pages_their_refusals_and_their_faults_name_nobody(logged: io.StringIO) -> None:
    id = await a_borrower()
    pages = [*customer.routes, *customer_reveal.routes, *operation_setting.routes]
    app = application(*pages, page("/breaks", breaks, permission=None))
    async with browser(app) as tab:
        token = csrf_token(await signed_in(tab, Role.service, Role.administrator))
        tab.headers["X-CSRF-Token"] = token
        for typed in (NAME, PHONE, EMAIL, ID_NUMBER):
            assert NAME[:1] in (await tab.post("/customer", data={"q": typed})).text
            await tab.post("/search", data={"q": typed})
            await tab.get(f"/customer?q={typed}")
            assert (await tab.get(f"/{typed}")).status_code == 404
            assert (await tab.get(f"/customer/{id}/field/{typed}/reveal")).status_code == 404
            await tab.post(f"/operation/setting/{typed}", data={"value": typed, "version": "0"})
        shown = await tab.post(
            f"/customer/{id}/field/phone/reveal", data={"reason": "calling_back"}
        )
        assert PHONE in shown.text
        assert (await tab.get("/breaks")).status_code == 500
        assert (await tab.get("/customer/99999")).status_code == 404
    assert_nothing_personal(logged, "request", "refused", "fault")
    fault = next(line for line in events(logged) if line["event"] == "fault")
    assert fault["raised"] == "RuntimeError from UniqueViolationError"
    assert "test_log.py" in fault["frames"][-1]
    assert fault["request_id"]


@pytest.mark.usefixtures("database")
async def test_the_audit_log_names_nobody_either(logged: io.StringIO) -> None:
    """It is read by officers who may not see who a borrower is."""
    loan = await make_loan(SCHEDULE, customer_id=await a_borrower())
    order = PostPayment(
        customer_id=loan.customer_id,
        loan_id=loan.loan_id,
        amount_minor=100,
        currency="CNY",
        value_on=SCHEDULE[0][0],
    )
    await post_payment(SYSTEM, order, key="one")
    issued = await issue_token(SYSTEM, IssueToken(client="core", scopes=["loans:read"]))
    bodies = " ".join(row["body"] for row in await db.rows("SELECT body FROM audit_entry"))
    assert "100" in bodies
    assert issued.result.token not in bodies
    assert_nothing_personal(logged)
    for value in PERSONAL:
        assert value not in bodies


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("answer", ["250 OK", f"550 <{EMAIL}> no such mailbox", f"451 {EMAIL}"])
async def test_mails_name_nobody(logged: io.StringIO, smtp: Mailbox, answer: str) -> None:
    smtp.answer = answer
    loan = await make_loan(SCHEDULE, customer_id=await a_borrower())
    reminder_id = await db.value(
        "INSERT INTO reminder (customer_id, loan_id, instalment_number, days, reason, state,"
        " state_reason, planned_on, language, message_id)"
        " VALUES ($1, $2, 1, 1, 'overdue', 'planned', '', '2026-03-15', '', '') RETURNING id",
        *loan,
    )
    async with unit_of_work():
        payload = {"customer_id": loan.customer_id, "reminder_id": reminder_id}
        await outbox.put([Message("monitoring.send_reminder", payload)], clock.now())
    (taken,) = await outbox.take_due()
    assert JOBS["monitoring.send_reminder"].handler is send_reminder
    await jobs.run(taken.topic, taken.id, taken.payload)
    assert_nothing_personal(logged)
    kept = await db.row("SELECT state, state_reason, message_id FROM reminder")
    failure = await db.value("SELECT failure FROM outbox")
    for value in PERSONAL:
        assert value not in f"{kept} {failure}"


@pytest.mark.usefixtures("database")
async def test_a_failing_job_keeps_its_kind_only(
    logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handler() -> None:
        raise RuntimeError(f"{NAME} cannot be reached at {PHONE}")

    monkeypatch.setitem(JOBS, "test.fails", jobs.Job("test.fails", Queue.short, handler))
    async with unit_of_work():
        await outbox.put([Message("test.fails", {})], clock.now())
    (taken,) = await outbox.take_due()
    await jobs.run(taken.topic, taken.id, taken.payload)
    assert_nothing_personal(logged, "job.failed", "job.failed.detail")
    assert await db.value("SELECT failure FROM outbox") == "RuntimeError"


def test_what_libraries_log_says_where_and_not_what(logged: io.StringIO) -> None:
    try:
        raise ValueError(NAME)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert_nothing_personal(logged)
    assert "ERROR uvicorn.error Exception in ASGI application\nValueError\n" in logged.getvalue()
    assert "test_log.py" in logged.getvalue()


async def test_a_task_that_nobody_waits_for_says_where_and_not_what(logged: io.StringIO) -> None:
    async def breaks_alone() -> None:
        raise ValueError(NAME)

    log.watch(asyncio.get_running_loop())
    task = asyncio.create_task(breaks_alone())
    await asyncio.wait([task])
    del task
    gc.collect()
    assert_nothing_personal(logged, "fault.unawaited")
    (line,) = events(logged)
    assert line["raised"] == "ValueError"


@pytest.mark.parametrize(
    ("refusal", "level"),
    [
        (Invalid(), "info"),
        (NotFound(), "info"),
        (CustomerNotFound(), "info"),
        (Conflict(), "info"),
        (Stale(), "info"),
        (Forbidden(permission="day.close"), "warning"),
        (IdempotencyKeyReused(), "warning"),
        (TooMany(seconds=3), "warning"),
        (Unavailable(), "error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, AfterloanError) else value,
)
async def test_a_refusal_is_logged_at_its_own_level(
    refusal: AfterloanError, level: str, logged: io.StringIO
) -> None:
    """Somebody who mistypes is no alert; a database that is away is one."""

    async def refuses(request: Request) -> Response:
        raise refusal

    async with browser(application(Route("/refuses/{what}", refuses))) as tab:
        response = await tab.get(f"/refuses/{NAME}")
    assert response.status_code == refusal.status_code
    (line,) = [line for line in events(logged) if line["event"] == "refused"]
    assert (line["level"], line["code"]) == (level, refusal.code)
    assert line["route"] == "/refuses/{what}"
    assert_nothing_personal(logged)


def test_every_refusal_has_a_level_below_an_alert_unless_something_is_down() -> None:
    kinds = list(_below(AfterloanError))
    assert len(kinds) > 80
    for kind in kinds:
        if kind.status_code < 500:
            assert kind.log_level <= logging.WARNING, kind.__name__


def test_lines_below_the_level_are_not_written(logged: io.StringIO) -> None:
    configure(logged, "WARNING")
    log.get_logger("x").info("unheard")
    log.get_logger("x").warning("heard")
    assert [line["event"] for line in events(logged)] == ["heard"]


def test_a_terminal_gets_lines_for_people(logged: io.StringIO) -> None:
    configure(logged, "INFO", human=True)
    log.get_logger("x").info("heard", number=7)
    assert "heard" in logged.getvalue()
    assert events(logged) == []


def _below(kind: type[AfterloanError]) -> Iterator[type[AfterloanError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)
