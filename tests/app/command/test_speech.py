"""Both languages of the command line: which one is chosen, and that no line has only one."""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from app import command as commands
from app import database as asking
from app.command import speech
from app.command.main import COMMANDS
from app.command.main import afterloan as group
from app.i18n import speaking
from tests.app.command.shell import afterloan

HAN = re.compile(r"[一-鿿]")
CHINESE = "zh_CN.UTF-8"
SOURCES = sorted(Path(commands.__file__).parent.glob("*.py"))
# What marks a text as translated, and what shows one to a person.
TRANSLATING = {"_", "N_", "ngettext", "translate"}
SHOWING = {"echo", "Finding", "Wrong", "ClickException"}
WORD = re.compile(r"[A-Za-z]{2}")
SENTENCE = re.compile(r"[A-Za-z]{2} [a-z]{2}")
# Names, and what only a machine reads.
SAME_IN_BOTH = re.compile(r'Python$|AFTERLOAN_|SELECT |SHOW |\{"query"')


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"LANG": CHINESE}, "错误：没有命令「repossess」。"),
        ({"LANG": "zh_TW.UTF-8"}, "错误：没有命令「repossess」。"),
        ({"LANG": "C", "LC_MESSAGES": CHINESE}, "错误：没有命令「repossess」。"),
        ({"LANG": "C", "LC_ALL": CHINESE}, "错误：没有命令「repossess」。"),
        ({"LANG": CHINESE, "LC_ALL": "en_GB.UTF-8"}, "Error: No such command 'repossess'."),
        ({"LANG": "fr_FR.UTF-8"}, "Error: No such command 'repossess'."),
        ({"LANG": "C"}, "Error: No such command 'repossess'."),
        ({"LANG": ""}, "Error: No such command 'repossess'."),
    ],
)
def test_the_terminal_names_the_language(named: dict[str, str], said: str) -> None:
    done = afterloan("repossess", **named)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == said


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("language", ["C", CHINESE])
def test_a_terminal_without_chinese_letters_gets_english(language: str, encoding: str) -> None:
    done = afterloan("--help", LANG=language, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert "Post-loan management on a real loan book." in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_name_that_a_terminal_cannot_print_ends_no_command(encoding: str, tmp_path: Path) -> None:
    wanted = ("generate", "--loans", "1", "--out", str(tmp_path / "账簿"))
    done = afterloan(*wanted, LANG="C", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "账簿" / "loans.csv").exists()


@pytest.mark.parametrize("arguments", [(), *((name,) for name in COMMANDS)], ids=" ".join)
def test_every_help_is_in_both_languages(arguments: tuple[str, ...]) -> None:
    for language, is_chinese in (("zh-CN", True), ("en", False)):
        with speaking(language):
            found = help_of(*arguments)
        assert found
        for text in found:
            assert bool(HAN.search(text)) is is_chinese, text


def help_of(*names: str) -> list[str]:
    command: click.Command = speech.translated(group)
    for name in names:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    options = [part for part in command.params if isinstance(part, click.Option)]
    below = list(command.commands.values()) if isinstance(command, click.Group) else []
    shown = [command, *below]
    return [*(part.help or "" for part in shown), *(part.help or "" for part in options)]


def test_a_help_stands_in_columns(tmp_path: Path) -> None:
    done = afterloan("generate", "--help", LANG=CHINESE)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    at = {line: line.index(word) for line in lines for word in ("贷款笔数", "存放") if word in line}
    assert len({speech.columns(line[:place]) for line, place in at.items()}) == 1
    assert len(at) == 2


async def test_a_refused_import_is_told_in_chinese(
    database: BaseDBAsyncClient, tmp_path: Path
) -> None:
    wanted = ("--loans", "2", "--as-of", "2026-09-30", "--out", str(tmp_path))
    assert afterloan("generate", *wanted).returncode == 0
    payments = tmp_path / "payments.csv"
    head, first, *rest = payments.read_text().splitlines()
    cells = first.split(",")
    cells[head.split(",").index("amount")] = "NaN"
    payments.write_text("\n".join([head, ",".join(cells), *rest]) + "\n")
    done = afterloan("import", str(tmp_path), LANG=CHINESE)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1] == "共 1 处错误。未写入任何数据。"
    assert await asking.value("SELECT count(*) FROM loan") == 0


async def test_a_book_is_brought_in_and_closed_in_chinese(
    database: BaseDBAsyncClient, tmp_path: Path
) -> None:
    wanted = ("--loans", "2", "--as-of", "2026-09-30", "--out", str(tmp_path))
    assert afterloan("generate", *wanted).returncode == 0
    done = afterloan("import", str(tmp_path), LANG=CHINESE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("已导入：")
    assert "贷款 2 笔" in done.stdout
    closed = afterloan("close", LANG=CHINESE)
    assert closed.returncode == 0, closed.stderr
    day, last = closed.stdout.splitlines()
    assert day.startswith("2026-10-01  变动贷款 ")
    assert last == "当前营业日为 2026-10-01。"
    checked = afterloan("check", LANG=CHINESE)
    assert checked.returncode == 0, checked.stdout
    *lines, last = checked.stdout.splitlines()
    assert {line.split()[0] for line in lines} <= {"正常", "未知"}
    assert re.fullmatch(r"共核对 \d+ 项：\d+ 项相符，0 项不符，\d+ 项无数据可核对。", last)


def test_a_machine_is_examined_in_chinese(tmp_path: Path) -> None:
    named = {"DATABASE_URL": "", "REDIS_URL": "redis://127.0.0.1:1", "AFTERLOAN_PORT": "0"}
    done = afterloan("doctor", LANG=CHINESE, AFTERLOAN_HOME=str(tmp_path / "home"), **named)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    failed = next(at for at, line in enumerate(lines) if line.startswith("异常"))
    assert lines[failed].split() == ["异常", "Redis", "REDIS_URL：127.0.0.1:1", "上没有服务"]
    assert lines[failed + 1].strip() == "→ 请启动该服务，或更正 REDIS_URL。"
    assert lines[-1].endswith("项通过，1 项未通过")


def test_a_chinese_letter_takes_two_columns() -> None:
    assert speech.padded("正常", 6) == "正常  "
    assert speech.padded("ok", 6) == "ok    "
    assert speech.padded("FAILED", 2) == "FAILED"


def test_what_a_stream_can_print_is_asked_of_its_encoding() -> None:
    assert speech.can_print(io.TextIOWrapper(io.BytesIO(), "gbk"), "贷后")
    assert not speech.can_print(io.TextIOWrapper(io.BytesIO(), "latin-1"), "贷后")
    assert not speech.can_print(io.TextIOWrapper(io.BytesIO(), "ascii"), "贷后")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_line_is_in_english_alone(source: Path) -> None:
    """A text that a person reads goes through app.i18n: then test_i18n.py asks for its Chinese.
    Exceptions: docstrings and `help=`, which are translated where they are shown, and
    names."""
    alone = list(untranslated(ast.parse(source.read_text())))
    assert not alone, "say it through app.i18n:\n" + "\n".join(alone)


@pytest.mark.parametrize(
    "line",
    [
        'click.echo("Done")',
        'click.echo(f"{n} loans")',
        'yield Finding(subject="Disk", words=words)',
        'words = f"{n} of them running"',
        'click.echo(_("Done") if well else "Failed")',
        """click.echo(f"{_('Done')}")""",
    ],
)
def test_a_line_in_english_alone_is_found(line: str) -> None:
    assert list(untranslated(ast.parse(line)))


def untranslated(node: ast.AST, *, shown: bool = False) -> Iterator[str]:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name in TRANSLATING:
            return
        shown = shown or name in SHOWING
    if isinstance(node, ast.JoinedStr) and any(map(_translates, ast.walk(node))):
        # Whoever collects the texts does not look into those.
        yield f"{node.lineno}: a text is translated within an f-string"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        pattern = WORD if shown else SENTENCE
        if pattern.search(node.value) and not SAME_IN_BOTH.match(node.value):
            yield f"{node.lineno}: {node.value}"
    for below in _spoken(node):
        yield from untranslated(below, shown=shown)


def _translates(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func) in TRANSLATING
        and isinstance(node.args[0], ast.Constant)
    )


def _spoken(node: ast.AST) -> Iterator[ast.AST]:
    """Without docstrings, help, keys and formats."""
    for below in ast.iter_child_nodes(node):
        is_docstring = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        is_help = isinstance(below, ast.keyword) and below.arg == "help"
        is_key = isinstance(node, ast.Subscript) and below is node.slice
        is_format = isinstance(node, ast.FormattedValue) and below is node.format_spec
        if not (is_docstring or is_help or is_key or is_format):
            yield below
