"""E-mail over SMTP, with a word just before the server has all of it.

Addresses and texts are personal data: nothing of them is logged, and an error carries the
server's code only."""

import re
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.errors import Conflict, Unavailable
from app.i18n import N_
from app.settings import settings

ANSWER_SECONDS = 20.0
# What a server without SMTPUTF8 takes.
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", re.ASCII)
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*", re.ASCII)


class MailServerAway(Unavailable):
    code = "MAIL_SERVER_AWAY"
    text = N_("The mail server cannot be reached.")
    mend = N_("Check AFTERLOAN_SMTP_URL; the mail is tried again by itself.")


class MailRefused(Conflict):
    """For good: trying again would be refused again."""

    code = "MAIL_REFUSED"
    text = N_("The mail server refused the mail ({reply}).")
    mend = N_("Check the borrower's e-mail address.")


class AddressUnusable(Conflict):
    """Known before the server is spoken to. Says nothing of the address itself."""

    code = "MAIL_ADDRESS_UNUSABLE"
    text = N_("This is no address that a mail can be sent to.")
    mend = N_("Check the borrower's e-mail address.")


class NoMailServer(Conflict):
    code = "NO_MAIL_SERVER"
    text = N_("No mail server is set up.")
    mend = N_("Set AFTERLOAN_SMTP_URL, such as smtp://user:password@mail.example.org:587.")


def address_of(text: str) -> str:
    """One plain address, its domain as servers write it. Two in one field, a name around it or a
    line break would send the mail elsewhere."""
    name, at, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError as error:
        raise AddressUnusable from error
    if not (at and _NAME.fullmatch(name) and _DOMAIN.fullmatch(domain)):
        raise AddressUnusable
    return f"{name}@{domain}"


def compose(*, to: str, subject: str, text: str, html: str, message_id: str) -> EmailMessage:
    # Seven bits: the oldest relay takes it, and Chinese arrives unharmed.
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = settings().mail_from
    message["To"] = address_of(to)
    message["Subject"] = subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def message_id_of(*parts: object) -> str:
    """The same parts give the same id: a mail that comes twice all the same can be told by it."""
    domain = parseaddr(settings().mail_from)[1].partition("@")[2] or "localhost"
    return f"<{'.'.join(str(part) for part in parts)}@{domain}>"


async def send(message: EmailMessage, *, before_last_byte: Callable[[], Awaitable[bool]]) -> bool:
    """Gives the mail to the server. False when `before_last_byte` says it must not go out after
    all.

    The envelope is agreed first, so that a refused address is known before the row is marked.
    `MailServerAway` carries `was_taken`: whether the server may have the mail all the same."""
    client, claimed = _client(), False
    try:
        async with client:
            await client.mail(parseaddr(message["From"])[1])
            await client.rcpt(parseaddr(message["To"])[1])
            if claimed := await before_last_byte():
                await client.data(message.as_bytes())
            return claimed
    except aiosmtplib.SMTPResponseException as error:
        if 400 <= error.code < 500:
            raise MailServerAway(was_taken=False) from error
        raise MailRefused(reply=error.code) from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        # Silence after the last byte: the server may well have the mail.
        raise MailServerAway(was_taken=claimed) from error


def _client() -> aiosmtplib.SMTP:
    url = settings().smtp_url.get_secret_value()
    if not url:
        raise NoMailServer
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    return aiosmtplib.SMTP(
        hostname=parts.hostname or "localhost",
        port=parts.port or (465 if secure else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=secure,
        # A server that offers encryption gets it.
        start_tls=None if not secure else False,
        timeout=ANSWER_SECONDS,
    )
