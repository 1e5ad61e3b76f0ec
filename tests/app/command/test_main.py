import socket

import pytest

from app.command.main import COMMANDS
from app.command.main import afterloan as group
from tests.app.command.shell import afterloan


def test_every_command_has_its_file_and_its_sentence() -> None:
    assert set(COMMANDS) >= {
        *("demo", "serve", "work", "migrate", "import", "generate", "close", "check"),
        *("audit", "token", "routes", "schema", "doctor"),
    }
    for name in COMMANDS:
        found = group.get_command(None, name)  # type: ignore[arg-type]
        assert found is not None
        assert found.name == name
        assert found.help


def test_an_unknown_command_is_told() -> None:
    done = afterloan("repossess")
    assert done.returncode == 2
    assert "No such command 'repossess'" in done.stderr


@pytest.mark.parametrize(
    ("language", "said"),
    [("C", "is taken by another program."), ("zh_CN.UTF-8", "已被其他程序占用。")],
)
def test_a_refusal_is_a_sentence_and_its_mend(language: str, said: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = afterloan("serve", AFTERLOAN_PORT=str(port), LANG=language)
    assert done.returncode == 1
    assert done.stdout == ""
    first, second = done.stderr.splitlines()
    assert said in first
    assert str(port) in first
    assert "AFTERLOAN_PORT" in second


def test_an_address_of_another_machine_is_told() -> None:
    done = afterloan("serve", AFTERLOAN_HOST="192.0.2.1", AFTERLOAN_PORT="18199")
    assert done.returncode == 1
    assert "192.0.2.1:18199 cannot be used" in done.stderr
