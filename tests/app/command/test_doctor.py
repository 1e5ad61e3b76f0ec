import os
import socket
from pathlib import Path

import pytest

from tests.app.command.shell import afterloan

SECRET = "hunter2"


def failed(**environment: str) -> list[tuple[str, str]]:
    """What it found wrong, each with its mend."""
    named = {"DATABASE_URL": "", "REDIS_URL": "", "AFTERLOAN_PORT": "0", **environment}
    done = afterloan("doctor", **named)
    assert SECRET not in done.stdout + done.stderr
    lines = done.stdout.splitlines()
    found = [
        (line[7:29].strip() + ": " + line[29:], lines[at + 1].strip())
        for at, line in enumerate(lines)
        if line.startswith("FAILED")
    ]
    assert done.returncode == (1 if found else 0), done.stderr
    assert lines[-1].endswith(f", {len(found)} failed")
    return found


def test_finds_our_own_engines(tmp_path: Path) -> None:
    done = afterloan("doctor", AFTERLOAN_HOME=str(tmp_path / "home"), DATABASE_URL="", REDIS_URL="")
    said = done.stdout
    assert "PostgreSQL" in said
    assert "our own" in said
    assert "our own identity provider, for development" in said
    assert not (tmp_path / "home").exists(), "it only looks"


def test_all_is_well_on_a_fresh_machine(tmp_path: Path) -> None:
    assert failed(AFTERLOAN_HOME=str(tmp_path / "home")) == []


# A service nobody runs any more.
NOBODY = 1


@pytest.mark.parametrize(
    ("setting", "value", "words", "mend"),
    [
        (
            "DATABASE_URL",
            f"postgres://u:{SECRET}@127.0.0.1:{NOBODY}/x",
            f"Database: DATABASE_URL: nobody listens at 127.0.0.1:{NOBODY}",
            "→ Start that server, or mend DATABASE_URL.",
        ),
        (
            "DATABASE_URL",
            f"localhost/{SECRET}",
            "Database: DATABASE_URL: it does not begin with postgresql://",
            "→ Write it like postgresql://user:password@host:5432/database",
        ),
        (
            "DATABASE_URL",
            f"postgres://u:{SECRET}@127.0.0.1:http/x",
            "Database: DATABASE_URL: it cannot be read as an address",
            "→ Write it like postgresql://user:password@host:5432/database",
        ),
        (
            "REDIS_URL",
            f"redis://:{SECRET}@127.0.0.1:{NOBODY}",
            f"Redis: REDIS_URL: nobody listens at 127.0.0.1:{NOBODY}",
            "→ Start that server, or mend REDIS_URL.",
        ),
        (
            "AFTERLOAN_SMTP_URL",
            f"smtp://u:{SECRET}@127.0.0.1:{NOBODY}",
            f"Mail server: AFTERLOAN_SMTP_URL: nobody listens at 127.0.0.1:{NOBODY}",
            "→ Start that server, or mend AFTERLOAN_SMTP_URL.",
        ),
        (
            "AFTERLOAN_OIDC_ISSUER",
            f"http://127.0.0.1:{NOBODY}/realm",
            f"Sign-in: AFTERLOAN_OIDC_ISSUER: http://127.0.0.1:{NOBODY}/realm does not answer",
            "→ Start the provider, or let this machine reach it.",
        ),
        (
            "AFTERLOAN_OIDC_ISSUER",
            "http://sso.example.org",
            "Sign-in: AFTERLOAN_OIDC_ISSUER: it is no address that begins with https://",
            "→ Give the provider's issuer letter for letter, as its openid-configuration says it.",
        ),
        (
            "AFTERLOAN_HOST",
            "192.0.2.1",
            "Port: AFTERLOAN_PORT: 192.0.2.1 is no address of this machine",
            "→ Mend AFTERLOAN_HOST.",
        ),
        (
            "AFTERLOAN_HOME",
            "/etc/passwd/home",
            "State folder: /etc/passwd/home: /etc/passwd is no folder",
            "→ Give it to the user who runs Afterloan, or name another one in AFTERLOAN_HOME.",
        ),
    ],
)
def test_each_fault_is_named_with_its_mend(setting: str, value: str, words: str, mend: str) -> None:
    assert failed(**{setting: value}) == [(words, mend)]


def test_a_folder_that_cannot_be_written_to_is_tried(tmp_path: Path) -> None:
    """Root may write everywhere by the mode; /proc takes nothing all the same."""
    (found,) = failed(AFTERLOAN_HOME="/proc/afterloan")
    assert found[0].startswith("State folder: /proc/afterloan: nothing can be written to /proc")


def test_a_taken_port_is_named() -> None:
    # Whoever listens there says nothing at all.
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        found = failed(AFTERLOAN_PORT=str(port))
    assert found == [
        (
            f"Port: AFTERLOAN_PORT: 127.0.0.1:{port} is taken by another program",
            "→ End that program, or choose another port in AFTERLOAN_PORT.",
        )
    ]


def test_a_setting_that_cannot_be_read_is_named_without_its_value() -> None:
    done = afterloan("doctor", AFTERLOAN_PORT=SECRET)
    assert done.returncode == 1
    assert done.stderr == "Error: AFTERLOAN_PORT cannot be used: Input should be a valid integer.\n"


@pytest.mark.usefixtures("servers")
def test_a_database_that_is_not_there_is_named() -> None:
    url = os.environ["DATABASE_URL"]
    name = url.partition("?")[0].rpartition("/")[2]
    (found,) = failed(DATABASE_URL=url.replace(f"/{name}", "/not_there", 1))
    assert found[0].endswith("has no such database")
    assert found[1] == "→ Create it, or name another one."
    assert failed(DATABASE_URL=url) == []


def test_production_lacks_its_keys() -> None:
    done = afterloan("doctor", AFTERLOAN_ENVIRONMENT="production")
    assert done.returncode == 1
    assert "FAILED AFTERLOAN_PERSONAL_KEYS" in done.stdout
