import os
from pathlib import Path

from tests.app.command.shell import afterloan, started
from tests.network import free_port, get, is_ready, until
from tests.run import named


def test_serves_until_told_to_end(servers: None, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    with started(log, "serve", AFTERLOAN_PORT=str(port)) as process:
        until(lambda: is_ready(port) or process.poll() is not None)
        answer = get(port, "/health")
        assert answer.status == 200
        assert answer.getheader("Server") is None
        process.terminate()
        assert process.wait(30) == 0
    assert b"Traceback" not in log.read_bytes()


def test_nobody_can_pretend_to_be_a_proxy(servers: None, tmp_path: Path) -> None:
    """Without a trusted one, the headers of a proxy are the words of a stranger."""
    port, log = free_port(), tmp_path / "log"
    with started(log, "serve", AFTERLOAN_PORT=str(port)) as process:
        until(lambda: is_ready(port) or process.poll() is not None)
        forged = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6"}
        assert get(port, "/signin", **forged).getheader("Strict-Transport-Security") is None
    assert b"6.6.6.6" not in log.read_bytes()


def test_another_database_is_not_changed_unasked(servers: None) -> None:
    done = afterloan("close", DATABASE_URL=named(os.environ["DATABASE_URL"], "postgres"))
    assert done.returncode == 1
    assert "The database lacks" in done.stderr
    assert "afterloan migrate" in done.stderr


def test_a_database_that_is_away_is_a_sentence(tmp_path: Path) -> None:
    away = f"postgres://x:y@/afterloan?host={tmp_path}"
    done = afterloan("close", DATABASE_URL=away, REDIS_URL="redis://127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database cannot be reached at the moment.\n")
