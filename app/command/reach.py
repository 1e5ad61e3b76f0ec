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
from app.identity.configured import configured_issuer
from app.identity.errors import ProviderMisconfigured, ProviderUnavailable
from app.settings import settings

SECONDS = 5
_POSTGRES = ("postgresql", "postgres")
_REDIS = ("redis", "rediss", "unix")
_SMTP = ("smtp", "smtps")


class Wrong(Exception):
    """What is wrong with what was found, and what mends it."""

    def __init__(self, words: str, mend: str) -> None:
        super().__init__(words)
        self.words, self.mend = words, mend


def database() -> Iterator[Finding]:
    if url := named(settings().database_url):
        yield _looked_at("Database", "DATABASE_URL", lambda: _ask_postgres(url))
    else:
        yield _located("PostgreSQL", lambda: f"our own, {locate_postgres()}")


def redis() -> Iterator[Finding]:
    if url := named(settings().redis_url):
        yield _looked_at("Redis", "REDIS_URL", lambda: _ask_redis(url))
    else:
        yield _located("Redis", lambda: f"our own, {locate_redis()}")


def port() -> Iterator[Finding]:
    yield _looked_at("Port", "AFTERLOAN_PORT", _try_port)


def sign_in() -> Iterator[Finding]:
    if settings().oidc_issuer:
        yield _looked_at("Sign-in", "AFTERLOAN_OIDC_ISSUER", _ask_issuer)
    elif settings().is_development:
        yield Finding(subject="Sign-in", words="our own identity provider, for development")


def mail() -> Iterator[Finding]:
    if url := settings().smtp_url.get_secret_value():
        yield _looked_at("Mail server", "AFTERLOAN_SMTP_URL", lambda: _ask_smtp(url))
    else:
        yield Finding(
            subject="Mail server",
            words="none; reminders wait",
            advice="Set AFTERLOAN_SMTP_URL, such as smtp://user:password@mail.example.org:587.",
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
            subject=subject, words=f"{setting}: {wrong.words}", is_well=False, mend=wrong.mend
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
                f"PostgreSQL {version} lacks {len(missing)} migrations of this version",
                "Run “afterloan migrate”.",
            )
        return f"PostgreSQL {version}, schema current"

    try:
        return asyncio.run(ask())
    except asyncpg.InvalidAuthorizationSpecificationError:
        raise Wrong(
            f"{place} refuses this user or password", "Mend both in DATABASE_URL."
        ) from None
    except asyncpg.InvalidCatalogNameError:
        raise Wrong(f"{place} has no such database", "Create it, or name another one.") from None
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        raise _away(error, place, "DATABASE_URL") from None


def _ask_redis(url: str) -> str:
    place = _place(url, _REDIS, "redis://host:6379/0", port=6379)
    try:
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as client:
            policy = client.config_get("maxmemory-policy")["maxmemory-policy"]
            version = client.info("server")["redis_version"]
    except AuthenticationError:
        raise Wrong(f"{place} refuses this password", "Mend it in REDIS_URL.") from None
    except (OSError, RedisError, ValueError) as error:
        raise _away(_cause(error), place, "REDIS_URL") from None
    if policy != "noeviction":
        raise Wrong(
            f"{version} forgets keys when it is full ({policy})",
            "Set its maxmemory-policy to noeviction: jobs on their way would be lost.",
        )
    return f"{version}, {policy}"


def _ask_issuer() -> str:
    url = settings().oidc_issuer
    try:
        asyncio.run(configured_issuer().metadata())
    except ProviderMisconfigured as error:
        raise Wrong(_misdescribed(url, str(error.facts["reason"])), _ISSUER_MEND) from None
    except ProviderUnavailable as error:
        why = error.__cause__
        if isinstance(why, httpx2.HTTPStatusError):
            raise Wrong(
                f"{url} has no openid-configuration (it answers {why.response.status_code})",
                _ISSUER_MEND,
            ) from None
        raise Wrong(
            f"{url} does not answer", "Start the provider, or let this machine reach it."
        ) from None
    return url


_ISSUER_MEND = "Give the provider's issuer letter for letter, as its openid-configuration says it."


def _misdescribed(url: str, reason: str) -> str:
    if reason == "AFTERLOAN_OIDC_ISSUER":
        return "it is no address that begins with https://"
    if reason == "issuer":
        return f"the provider at {url} calls itself by another name"
    return f"the provider at {url} is not set up as agreed ({reason})"


def _ask_smtp(url: str) -> str:
    place = _place(url, _SMTP, "smtp://user:password@mail.example.org:587", port=25)
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "", parts.port or 0, timeout=SECONDS) as server:
            server.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        raise _away(error, place, "AFTERLOAN_SMTP_URL") from None
    return f"{place} answers"


def _try_port() -> str:
    host, number = settings().host, settings().port
    place = f"{host}:{number}"
    try:
        with socket.create_server((host, number), family=_family(host)):
            return f"{place} is free"
    except OSError as error:
        code = error.errno
    if code == errno.EADDRINUSE and _is_ours(place):
        return f"{place}, where an Afterloan answers"
    if code == errno.EADDRINUSE:
        raise Wrong(
            f"{place} is taken by another program",
            "End that program, or choose another port in AFTERLOAN_PORT.",
        )
    if code == errno.EACCES:
        raise Wrong(f"this user may not listen on {place}", "Choose a port above 1023.")
    raise Wrong(f"{host} is no address of this machine", "Mend AFTERLOAN_HOST.")


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
    mend = f"Write it like {example}"
    try:
        parts: SplitResult = urlsplit(url)
        number = parts.port or port
    except ValueError:
        raise Wrong("it cannot be read as an address", mend) from None
    if parts.scheme not in schemes:
        raise Wrong(f"it does not begin with {schemes[0]}://", mend)
    return f"{parts.hostname}:{number}" if parts.hostname else "its socket"


def _away(error: Any, place: str, setting: str) -> Wrong:
    mend = f"Start that server, or mend {setting}."
    if isinstance(error, socket.gaierror):
        return Wrong(f"there is no host of that name ({place})", f"Mend the host in {setting}.")
    if isinstance(error, ConnectionRefusedError | FileNotFoundError):
        return Wrong(f"nobody listens at {place}", mend)
    if isinstance(error, TimeoutError):
        return Wrong(f"{place} does not answer within {SECONDS} seconds", mend)
    if isinstance(error, AfterloanError):
        return Wrong(error.render(), error.render_mend() or mend)
    return Wrong(f"{place} cannot be used ({type(error).__name__})", mend)


def _cause(error: BaseException) -> BaseException:
    """What Redis' client wraps."""
    inner = error.__cause__ or error.__context__
    return _cause(inner) if isinstance(inner, OSError | RedisError) else error
