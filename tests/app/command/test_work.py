import os
from pathlib import Path

from redis import Redis as Client
from redis.asyncio import Redis

from tests.app.command.shell import started
from tests.network import until


async def test_works_until_told_to_end(redis: Redis, tmp_path: Path) -> None:
    log, client = tmp_path / "log", Client.from_url(os.environ["REDIS_URL"])
    with started(log, "work") as process:
        until(lambda: process.poll() is not None or bool(client.keys("*health-check*")))
        process.terminate()
        assert process.wait(30) == 0
    client.close()
    assert b"Traceback" not in log.read_bytes()
