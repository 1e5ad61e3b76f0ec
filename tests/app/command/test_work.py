from pathlib import Path

from redis.asyncio import Redis

from tests.app.command.shell import started
from tests.network import until


async def test_works_until_told_to_end(redis: Redis, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with started(log, "work") as process:
        while process.poll() is None and not await redis.keys("*health-check*"):
            pass
        process.terminate()
        until(lambda: process.poll() is not None)
        assert process.returncode == 0
    assert b"Traceback" not in log.read_bytes()
