"""House rules that no linter knows. Each names the rule, the reason and the allowed exception.

It imports nothing of ours, so that it can speak when nothing else can. Exceptions only ever
shrink."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("app", "graphql", "views", "workers")
FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 400
PARAMETERS_MAX = 5
OUTER_PACKAGES = {"api", "views", "workers", "tests"}
# The ORM's questions, and SQL by hand.
ASKING = {"filter", "select_for_update", "get_or_none", "bulk_create", "get_or_create"}


def sources(*folders: str) -> list[object]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert paths, f"nothing found in {folders}: a check must not pass empty"
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


def nodes(source: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(source.read_text()))


def functions(source: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(source: Path) -> Iterator[str]:
    for node in nodes(source):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_graphql_is_not_a_package() -> None:
    """graphql/ has no __init__.py: it would hide graphql-core, and everything would fail with an
    error about `specified_rules`. No exception."""
    assert not (ROOT / "graphql/__init__.py").exists()


def test_the_source_root_of_the_api_holds_only_what_hides_nothing() -> None:
    """graphql/ is on the path: a folder named like a module of Python's own would hide it."""
    folders = {path.name for path in (ROOT / "graphql").iterdir() if path.is_dir()}
    assert folders - {"__pycache__"} == {"api", "operations"}


def test_the_top_level_is_as_given() -> None:
    """A folder is a room of the house; a new one is a decision. Only dot-folders and what git
    ignores may stand beside these."""
    allowed = {"app", "graphql", "views", "templates", "workers", "migrations", "tests"}
    allowed |= {"docs", "deploy", "bench", "var", "dist"}
    found = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    assert found - allowed - {"node_modules", "__pycache__"} == set()


@pytest.mark.parametrize("source", sources(*OURS, "tests", "bench"))
def test_files_and_functions_stay_short(source: Path) -> None:
    """What needs scrolling is not read. Exceptions: none; split it by noun."""
    assert source.read_text().count("\n") <= FILE_LINES_MAX, "split it by noun"
    for function in functions(source):
        assert function.end_lineno is not None
        length = function.end_lineno - function.lineno
        assert length < FUNCTION_LINES_MAX, f"{function.name} needs scrolling ({length} lines)"


@pytest.mark.parametrize("source", sources(*OURS))
def test_parameters_are_few(source: Path) -> None:
    """Five positional parameters are the most one can keep apart; further ones have names at the
    call. Exception: the audit digest, whose parameters are the columns of its table."""
    for function in functions(source):
        positional = [*function.args.posonlyargs, *function.args.args]
        names = [argument.arg for argument in positional if argument.arg not in {"self", "cls"}]
        if (source.name, function.name) == ("audit.py", "digest"):
            continue
        assert len(names) <= PARAMETERS_MAX, f"{function.name}: give the later ones names"


@pytest.mark.parametrize("source", sources("app"))
def test_the_domain_knows_nobody(source: Path) -> None:
    """Dependencies point inward, so that a page can change without a loan noticing. Exceptions:
    app/asgi.py, which composes, and the command line, which starts processes."""
    if source == ROOT / "app/asgi.py" or source.is_relative_to(ROOT / "app/command"):
        return
    outward = {name for name in imported(source) if name.split(".")[0] in OUTER_PACKAGES}
    assert outward == set(), "dependencies point inward"


@pytest.mark.parametrize("source", sources("graphql", "views", "workers"))
def test_only_the_domain_asks_the_database(source: Path) -> None:
    """A page, a resolver or a job asks `queries` or says a verb: there row scope and masking are
    applied. Exception: the health page, which asks for nothing but an answer."""
    if source == ROOT / "views/health.py":
        return
    assert "app.database" not in set(imported(source)) - _lifecycle(source), "ask `queries`"
    for node in nodes(source):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ASKING, f"line {node.lineno}: ask `queries` instead"


def _lifecycle(source: Path) -> set[str]:
    """Opening and closing the pool is no question."""
    opens_it = {"init_database", "close_database"}
    for node in nodes(source):
        if isinstance(node, ast.ImportFrom) and node.module == "app.database":
            return {"app.database"} if {alias.name for alias in node.names} <= opens_it else set()
    return set()


@pytest.mark.parametrize("source", sources(*OURS))
def test_transactions_begin_in_one_way(source: Path) -> None:
    """Tortoise's own `in_transaction` loses connections. Exceptions: the module that mends it, and
    the migration, which is one short-lived process."""
    if source.name in {"unit_of_work.py", "migration.py"}:
        return
    assert "tortoise.transactions" not in set(imported(source)), "use app.unit_of_work"


@pytest.mark.parametrize("source", sources(*OURS))
def test_only_the_clock_knows_what_time_it_is(source: Path) -> None:
    """A test, a replay and the close stop the clock; what looks past it is not stopped. Exception:
    the clock itself."""
    if source == ROOT / "app/clock.py":
        return
    for node in nodes(source):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}:
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            assert owner not in {"datetime", "date"}, f"line {node.lineno}: use app.clock"


@pytest.mark.parametrize("source", sources(*OURS))
def test_waiting_can_be_cancelled(source: Path) -> None:
    """Python 3.11's `wait_for` swallows a cancellation that comes together with what it waits for:
    a loop around it then never ends. Use `asyncio.timeout`. No exception."""
    for node in nodes(source):
        if isinstance(node, ast.Attribute):
            assert node.attr != "wait_for", f"line {node.lineno}: use asyncio.timeout"


@pytest.mark.parametrize("source", sources(*OURS))
def test_a_save_names_its_columns(source: Path) -> None:
    """`save()` writes every column: it loses the update of whoever was quicker, and sets
    `customer_id`, which a distributed engine refuses. No exception."""
    for node in nodes(source):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr != "save" or _is_workbook(node):
                continue
            names = {keyword.arg for keyword in node.keywords}
            assert "update_fields" in names, f"line {node.lineno}: name the columns"


def _is_workbook(call: ast.Call) -> bool:
    """A spreadsheet is saved into a file or a stream, given as its argument."""
    return bool(call.args)


@pytest.mark.parametrize("source", sources(*OURS))
def test_money_is_never_a_float(source: Path) -> None:
    """Names that end in `_minor` hold integers. Exception: none; a chart divides a rate, not
    money."""
    for node in nodes(source):
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)):
            continue
        if node.target.id.endswith("_minor"):
            assert "float" not in ast.unparse(node.annotation), f"line {node.lineno}"


@pytest.mark.parametrize("source", sources("app"))
def test_packages_say_what_they_are(source: Path) -> None:
    """A reader opens a folder by its first line. No exception."""
    if source.name == "__init__.py":
        assert ast.get_docstring(ast.parse(source.read_text())), "one line: what is in here?"


@pytest.mark.parametrize("folder", sorted(p for p in (ROOT / "tests").rglob("*") if p.is_dir()))
def test_test_folders_are_packages(folder: Path) -> None:
    """Without `__init__.py` pytest would call tests/graphql `graphql`. Exceptions: folders without
    Python in them."""
    if any(folder.glob("*.py")):
        assert (folder / "__init__.py").exists()


def test_the_project_speaks_of_the_project_alone() -> None:
    """No machine's paths and no registry's host in what is committed."""
    telling = re.compile(
        r"/work/|/root/|\.pyenv|pypi\.org/simple|registry\.npmjs|files\.pythonhosted"
    )
    suffixes = {".py", ".md", ".toml", ".html", ".js", ".css", ".po", ".lock", ".json", ".txt"}
    ignored = {"node_modules", "vendor", ".venv", "var", ".git", ".mypy_cache", ".ruff_cache"}
    found = []
    for path in ROOT.rglob("*"):
        if ignored & set(path.relative_to(ROOT).parts) or path.suffix not in suffixes:
            continue
        if path != Path(__file__) and path.is_file() and telling.search(path.read_text()):
            found.append(str(path.relative_to(ROOT)))
    assert found == []
