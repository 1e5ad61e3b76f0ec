import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

import pytest

from app.mail import (
    AddressUnusable,
    MailRefused,
    MailServerAway,
    NoMailServer,
    address_of,
    compose,
    message_id_of,
    send,
)
from app.settings import settings
from tests.mailbox import Mailbox

TO = "lin@example.org"


def letter(to: str = TO, subject: str = "您有一期还款已逾期") -> EmailMessage:
    return compose(
        to=to,
        subject=subject,
        text="尊敬的客户：\n第 1 期\n",
        html="<p>尊敬的客户</p>",
        message_id="<reminder.1.2@lender.example>",
    )


async def go() -> bool:
    return True


async def stop() -> bool:
    return False


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def use(url: str) -> None:
        monkeypatch.setenv("AFTERLOAN_SMTP_URL", url)
        settings.cache_clear()

    yield use
    monkeypatch.undo()
    settings.cache_clear()


async def test_a_mail_arrives_as_it_was_written(smtp: Mailbox) -> None:
    assert await send(letter(), before_last_byte=go)
    (message,) = smtp.messages
    assert smtp.recipients == [TO]
    assert message["To"] == TO
    assert message["Subject"] == "您有一期还款已逾期"
    assert message["Message-ID"] == "<reminder.1.2@lender.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"]
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["尊敬的客户：", "第 1 期"]
    assert html.get_content().splitlines() == ["<p>尊敬的客户</p>"]


async def test_only_seven_bits_go_over_the_line() -> None:
    assert letter().as_bytes().isascii()


async def test_nothing_is_sent_when_it_must_not_go_out_after_all(smtp: Mailbox) -> None:
    assert await send(letter(), before_last_byte=stop) is False
    assert smtp.messages == []


@pytest.mark.parametrize(
    ("answer", "reply"), [("550 no such mailbox", 550), ("554 5.7.1 no thanks", 554)]
)
async def test_a_refusal_carries_the_servers_code_and_not_its_words(
    smtp: Mailbox, answer: str, reply: int
) -> None:
    smtp.answer = answer
    with pytest.raises(MailRefused) as met:
        await send(letter(), before_last_byte=go)
    assert met.value.facts == {"reply": reply}
    assert str(met.value) == f"The mail server refused the mail ({reply})."


async def test_a_busy_server_has_not_taken_it(smtp: Mailbox) -> None:
    smtp.answer = f"451 <{TO}> try later"
    with pytest.raises(MailServerAway) as met:
        await send(letter(), before_last_byte=go)
    assert met.value.facts == {"was_taken": False}
    assert TO not in str(met.value)


async def test_a_server_that_is_not_there_has_not_taken_it(server: Any) -> None:
    async with saying({}) as url:
        pass
    server(url)
    with pytest.raises(MailServerAway) as met:
        await send(letter(), before_last_byte=go)
    assert met.value.facts == {"was_taken": False}


@pytest.mark.parametrize(
    ("falls_silent_at", "was_taken"),
    [("HELO", False), ("RCPT", False), ("DATA", True), (".", True)],
)
async def test_silence_after_the_claim_leaves_it_open(
    server: Any, falls_silent_at: str, was_taken: bool
) -> None:
    """Before the claim nothing can have gone out; after it nobody knows."""
    async with saying({falls_silent_at: ""}) as url:
        server(url)
        with pytest.raises(MailServerAway) as met:
            await send(letter(), before_last_byte=go)
    assert met.value.facts == {"was_taken": was_taken}


async def test_a_server_that_hangs_up_after_it_took_the_mail_has_taken_it(server: Any) -> None:
    async with saying({"QUIT": ""}) as url:
        server(url)
        assert await send(letter(), before_last_byte=go)


async def test_without_a_server_it_says_which_setting_is_missing(server: Any) -> None:
    server("")
    with pytest.raises(NoMailServer) as met:
        await send(letter(), before_last_byte=go)
    assert "AFTERLOAN_SMTP_URL" in met.value.render_mend("en")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" lin@example.org ", "lin@example.org"),
        ("lin+loan@mail.example.org", "lin+loan@mail.example.org"),
        ("o'hara@example.org", "o'hara@example.org"),
        ("lin@例子.中国", "lin@xn--fsqu00a.xn--fiqs8s"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_an_address_as_a_server_takes_it(typed: str, address: str) -> None:
    assert address_of(typed) == address
    assert letter(typed)["To"] == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "lin",
        "@example.org",
        "lin@",
        "lin@example..org",
        "lin@example.org, other@example.org",
        "lin@example.org\nBcc: other@example.org",
        "林 <lin@example.org>",
        "林@example.org",
        "lin@exa mple.org",
        "lin@[10.0.0.1]",
        "lin\0@example.org",
        f"{'x' * 65}@example.org",
        f"lin@{'x' * 64}.org",
    ],
)
def test_what_is_no_single_address_gets_no_mail(typed: str) -> None:
    with pytest.raises(AddressUnusable) as met:
        letter(typed)
    assert met.value.facts == {}


def test_a_subject_cannot_bring_headers_along() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        letter(subject="Hello\nBcc: other@example.org")


def test_the_same_parts_give_the_same_id(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERLOAN_MAIL_FROM", "Northwind <no-reply@lender.example>")
    server("")
    assert message_id_of("reminder", 1, 2) == "<reminder.1.2@lender.example>"
    assert message_id_of("reminder", 1, 3) != message_id_of("reminder", 1, 2)


@asynccontextmanager
async def saying(answers: dict[str, str]) -> AsyncIterator[str]:
    """A server that takes every mail, but hangs up where its answer is empty."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        in_data = False
        while line := await reader.readline():
            word = line.decode().strip().partition(" ")[0].upper()
            if in_data and word != ".":
                continue
            word = "HELO" if word == "EHLO" else word
            in_data = word == "DATA"
            answer = answers.get(word, "354 go on" if in_data else "250 OK")
            if not answer:
                break
            writer.write(f"{answer}\r\n".encode())
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        listening.close()
