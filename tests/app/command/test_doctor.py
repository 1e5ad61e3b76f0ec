from pathlib import Path

from tests.app.command.shell import afterloan


def test_finds_our_own_engines(tmp_path: Path) -> None:
    done = afterloan("doctor", AFTERLOAN_HOME=str(tmp_path / "home"), DATABASE_URL="", REDIS_URL="")
    said = done.stdout
    assert "PostgreSQL" in said
    assert "our own" in said
    assert not (tmp_path / "home").exists(), "it only looks"


def test_a_database_that_is_away_is_named_with_its_mend(tmp_path: Path) -> None:
    away = f"postgres://x:y@/afterloan?host={tmp_path}"
    done = afterloan("doctor", DATABASE_URL=away)
    assert done.returncode == 1
    assert "MISSING Database" in done.stdout
    assert "Start that server or mend DATABASE_URL." in done.stdout


def test_production_lacks_its_keys() -> None:
    done = afterloan("doctor", AFTERLOAN_ENVIRONMENT="production")
    assert done.returncode == 1
    assert "MISSING AFTERLOAN_PERSONAL_KEYS" in done.stdout
