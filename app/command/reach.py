"""Looks at what the operator named by address: does it answer, and is it what it should be?

What a driver says of a failure is put into words here; its own text may hold a password."""

import asyncio
import errno
import smtplib
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

import asyncpg
import httpx2
import msgspec
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError

from app.command.finding import Finding
from app.command.ground import named
from app.engine.errors import EngineError
from app.engine.wheel import locate_postgres, locate_redis
from app.errors import AfterloanError
from app.i18n import N_
from app.i18n import gettext as _
from app.identity.configured import configured_issuer
from app.identity.errors import ProviderMisconfigured, ProviderUnavailable
from app.settings import settings

SECONDS = 5
_POSTGRES = ("postgresql", "postgres")
_REDIS = ("redis", "rediss", "unix")
_SMTP = ("smtp", "smtps")
_SMTP_EXAMPLE = "smtp://user:password@mail.example.org:587"


class Wrong(Exception):
    """What is wrong with what was found, and what mends it."""

    def __init__(self, words: str, mend: str) -> None:
        super().__init__(words)
        self.words, self.mend = words, mend


def database() -> Iterator[Finding]:
    if url := named(settings().database_url):
        yield _looked_at(_("Database"), "DATABASE_URL", lambda: _ask_postgres(url))
    else:
        yield _located("PostgreSQL", lambda: _("our own, {path}", path=locate_postgres()))


def redis() -> Iterator[Finding]:
    if url := named(settings().redis_url):
        yield _looked_at("Redis", "REDIS_URL", lambda: _ask_redis(url))
    else:
        yield _located("Redis", lambda: _("our own, {path}", path=locate_redis()))


def port() -> Iterator[Finding]:
    yield _looked_at(_("Port"), "AFTERLOAN_PORT", _try_port)


def sign_in() -> Iterator[Finding]:
    if settings().oidc_issuer:
        yield _looked_at(_("Sign-in"), "AFTERLOAN_OIDC_ISSUER", _ask_issuer)
    elif settings().is_development:
        yield Finding(subject=_("Sign-in"), words=_("our own identity provider, for development"))


def mail() -> Iterator[Finding]:
    if url := settings().smtp_url.get_secret_value():
        yield _looked_at(_("Mail server"), "AFTERLOAN_SMTP_URL", lambda: _ask_smtp(url))
    else:
        yield Finding(
            subject=_("Mail server"),
            words=_("none; reminders wait"),
            advice=_("Set AFTERLOAN_SMTP_URL, such as {example}.", example=_SMTP_EXAMPLE),
        )


def _located(subject: str, locate: Callable[[], str]) -> Finding:
    try:
        return Finding(subject=subject, words=locate())
    except EngineError as error:
        return Finding(
            subject=subject, words=error.render(), is_well=False, mend=error.render_mend()
        )


def _looked_at(subject: str, setting: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject=subject, words=look())
    except Wrong as wrong:
        return Finding(
            subject=subject,
            words=_("{setting}: {fault}", setting=setting, fault=wrong.words),
            is_well=False,
            mend=wrong.mend,
        )


def _ask_postgres(url: str) -> str:
    from app.database import raw_connection
    from app.migration import pending

    place = _place(url, _POSTGRES, "postgresql://user:password@host:5432/database", port=5432)

    async def ask() -> str:
        async with asyncio.timeout(SECONDS), raw_connection(url) as connection:
            version = await connection.fetchval("SHOW server_version")
        missing = await pending(url)
        if missing:
            raise Wrong(
                _(
                    "PostgreSQL {version} lacks {count} migrations of this version",
                    version=version,
                    count=len(missing),
                ),
                _("Run “afterloan migrate”."),
            )
        return _("PostgreSQL {version}, schema current", version=version)

    try:
        return asyncio.run(ask())
    except asyncpg.InvalidAuthorizationSpecificationError:
        raise Wrong(
            _("{place} refuses this user or password", place=place),
            _("Mend both in DATABASE_URL."),
        ) from None
    except asyncpg.InvalidCatalogNameError:
        raise Wrong(
            _("{place} has no such database", place=place), _("Create it, or name another one.")
        ) from None
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        raise _away(error, place, "DATABASE_URL") from None


def _ask_redis(url: str) -> str:
    place = _place(url, _REDIS, "redis://host:6379/0", port=6379)
    try:
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as client:
            policy = client.config_get("maxmemory-policy")["maxmemory-policy"]
            version = client.info("server")["redis_version"]
    except AuthenticationError:
        raise Wrong(
            _("{place} refuses this password", place=place), _("Mend it in REDIS_URL.")
        ) from None
    except (OSError, RedisError, ValueError) as error:
        raise _away(_cause(error), place, "REDIS_URL") from None
    if policy != "noeviction":
        raise Wrong(
            _(
                "Redis {version} forgets keys when it is full ({policy})",
                version=version,
                policy=policy,
            ),
            _("Set its maxmemory-policy to noeviction: jobs on their way would be lost."),
        )
    return f"{version}, {policy}"


def _ask_issuer() -> str:
    url = settings().oidc_issuer
    try:
        asyncio.run(configured_issuer().metadata())
    except ProviderMisconfigured as error:
        raise Wrong(_misdescribed(url, str(error.facts["reason"])), _(_ISSUER_MEND)) from None
    except ProviderUnavailable as error:
        why = error.__cause__
        if isinstance(why, httpx2.HTTPStatusError):
            raise Wrong(
                _(
                    "{url} has no openid-configuration (it answers {status})",
                    url=url,
                    status=why.response.status_code,
                ),
                _(_ISSUER_MEND),
            ) from None
        raise Wrong(
            _("{url} does not answer", url=url),
            _("Start the provider, or let this machine reach it."),
        ) from None
    return url


_ISSUER_MEND = N_(
    "Give the provider's issuer letter for letter, as its openid-configuration says it."
)


def _misdescribed(url: str, reason: str) -> str:
    if reason == "AFTERLOAN_OIDC_ISSUER":
        return _("it is no address that begins with https://")
    if reason == "issuer":
        return _("the provider at {url} calls itself by another name", url=url)
    return _("the provider at {url} is not set up as agreed ({reason})", url=url, reason=reason)


def _ask_smtp(url: str) -> str:
    place = _place(url, _SMTP, _SMTP_EXAMPLE, port=25)
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "", parts.port or 0, timeout=SECONDS) as server:
            server.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        raise _away(error, place, "AFTERLOAN_SMTP_URL") from None
    return _("{place} answers", place=place)


def _try_port() -> str:
    host, number = settings().host, settings().port
    place = f"{host}:{number}"
    try:
        with socket.create_server((host, number), family=_family(host)):
            return _("{place} is free", place=place)
    except OSError as error:
        code = error.errno
    if code == errno.EADDRINUSE and _is_ours(place):
        return _("{place}, where an Afterloan answers", place=place)
    if code == errno.EADDRINUSE:
        raise Wrong(
            _("{place} is taken by another program", place=place),
            _("End that program, or choose another port in AFTERLOAN_PORT."),
        )
    if code == errno.EACCES:
        raise Wrong(
            _("this user may not listen on {place}", place=place), _("Choose a port above 1023.")
        )
    raise Wrong(_("{host} is no address of this machine", host=host), _("Mend AFTERLOAN_HOST."))


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _is_ours(place: str) -> bool:
    try:
        answer = httpx2.get(f"http://{place}/health", timeout=SECONDS, trust_env=False)
        return bool(msgspec.json.decode(answer.content) == {"status": "alive"})
    except (httpx2.HTTPError, msgspec.DecodeError):
        return False


def _place(url: str, schemes: tuple[str, ...], example: str, *, port: int) -> str:
    """Host and port alone: what is printed never holds the password."""
    mend = _("Write it like {example}", example=example)
    try:
        parts: SplitResult = urlsplit(url)
        number = parts.port or port
    except ValueError:
        raise Wrong(_("it cannot be read as an address"), mend) from None
    if parts.scheme not in schemes:
        raise Wrong(_("it does not begin with {scheme}://", scheme=schemes[0]), mend)
    return f"{parts.hostname}:{number}" if parts.hostname else _("its socket")


def _away(error: Any, place: str, setting: str) -> Wrong:
    mend = _("Start that server, or mend {setting}.", setting=setting)
    if isinstance(error, socket.gaierror):
        return Wrong(
            _("there is no host of that name ({place})", place=place),
            _("Mend the host in {setting}.", setting=setting),
        )
    if isinstance(error, ConnectionRefusedError | FileNotFoundError):
        return Wrong(_("nobody listens at {place}", place=place), mend)
    if isinstance(error, TimeoutError):
        said = _("{place} does not answer within {seconds} seconds", place=place, seconds=SECONDS)
        return Wrong(said, mend)
    if isinstance(error, AfterloanError):
        return Wrong(error.render(), error.render_mend() or mend)
    reason = type(error).__name__
    return Wrong(_("{place} cannot be used ({reason})", place=place, reason=reason), mend)


def _cause(error: BaseException) -> BaseException:
    """What Redis' client wraps."""
    inner = error.__cause__ or error.__context__
    return _cause(inner) if isinstance(inner, OSError | RedisError) else error
