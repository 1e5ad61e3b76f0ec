"""The whole life of a demo: first start, a second one beside it, a kill, another start, the end."""

import json
import re
import signal
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from app.engine.place import Place
from app.engine.postgres import Postgres
from app.engine.process import server_pid
from app.engine.redis import Redis
from app.identity.provider.people import PEOPLE
from tests.app.command.shell import afterloan, started
from tests.network import free_port, get, is_ready, until

LOANS = 100


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    home = tmp_path / "home"
    named = {"DATABASE_URL": "", "REDIS_URL": "", "AFTERLOAN_HOME": str(home)}
    yield named | {"AFTERLOAN_PORT": str(free_port())}
    place = Place(home)
    Postgres(place).stop()
    Redis(place).stop()
    place.remove()


def call_api(port: int, said: str) -> int:
    """The call that was printed, as it was printed; how many loans it answers with."""
    token = re.search(r"Bearer (\S+)'", said)
    body = re.search(r"-d '(.*)'", said)
    assert token
    assert body
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Authorization": f"Bearer {token[1]}", "Content-Type": "application/json"}
    connection.request("POST", "/graphql", body[1], headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    assert "errors" not in answer, answer
    return len(answer["data"]["loans"]["nodes"])


def test_the_whole_life_of_a_demo(environment: dict[str, str], tmp_path: Path) -> None:
    port, place = int(environment["AFTERLOAN_PORT"]), Place(tmp_path / "home")
    log = tmp_path / "first"
    with started(log, "demo", "--loans", str(LOANS), **environment) as first:
        until(lambda: "Ready in" in log.read_text() or first.poll() is not None, "not ready")
        said = log.read_text()
        assert f"Afterloan with {LOANS} loans" in said
        for person in PEOPLE:
            assert person.name in said
        assert call_api(port, said) == 3

        other = afterloan("demo", **environment | {"AFTERLOAN_PORT": str(free_port())})
        assert other.returncode == 1
        assert f"http://127.0.0.1:{port}, PID {first.pid}) is already running" in other.stderr

        engines = server_pid(Postgres(place).socket), server_pid(Redis(place).socket)
        first.kill()
        first.wait()
    until(lambda: not is_ready(port), "the web process went on without its parent")
    assert (server_pid(Postgres(place).socket), server_pid(Redis(place).socket)) == engines

    log = tmp_path / "second"
    with started(log, "demo", **environment, LANG="zh_CN.UTF-8") as second:
        until(lambda: "已就绪" in log.read_text() or second.poll() is not None, "not ready")
        said = log.read_text()
        assert "正在生成" not in said
        assert f"「贷后」已启动，账簿中共有 {LOANS} 笔贷款：" in said
        assert call_api(port, said) == 3
        assert server_pid(Postgres(place).socket) == engines[0]
        assert get(port, "/").status == 303
        second.send_signal(signal.SIGINT)
        assert second.wait(60) == 0
    assert not is_ready(port)
    assert server_pid(Postgres(place).socket) is None
    assert server_pid(Redis(place).socket) is None
