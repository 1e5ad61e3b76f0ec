import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.identity.provider import secret


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    made = secret.provider_secrets(tmp_path)
    file = tmp_path / secret.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [secret.FILE]
    secret.provider_secrets.cache_clear()
    again = secret.provider_secrets(tmp_path)
    assert again == made
    assert again.signing_key.kid == made.signing_key.kid


def test_of_two_processes_one_makes_them(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: secret._make(tmp_path / secret.FILE), range(4)))
    assert [path.name for path in tmp_path.iterdir()] == [secret.FILE]
    assert len(secret.provider_secrets(tmp_path).client_secret) == 64
