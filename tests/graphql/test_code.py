"""Codes are a contract: each is documented, explained and reached, and no other appears."""

import ast
import re
from pathlib import Path

from api.code import MEANINGS, Code
from api.limit import LIMITS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/api.md").read_text()


def test_every_code_has_a_status_and_a_meaning() -> None:
    assert list(MEANINGS) == list(Code)
    assert all(400 <= meaning.status < 600 and meaning.text for meaning in MEANINGS.values())


def test_the_guide_lists_exactly_these_with_their_statuses() -> None:
    listed = re.findall(r"^\| `([A-Z_]+)` \| (\d+) \| (.+) \|$", GUIDE, re.MULTILINE)
    assert [(code, int(status), text) for code, status, text in listed] == [
        (code.value, *meaning) for code, meaning in MEANINGS.items()
    ]


def test_the_guide_states_the_limits_that_hold() -> None:
    stated = {
        code: int(number.replace(",", ""))
        for number, code in re.findall(
            r"^\| [^|]+ \| ([\d,]+)[^|]* \| `([A-Z_]+)` \|$", GUIDE, re.M
        )
    }
    assert stated == {
        "BODY_TOO_LARGE": LIMITS.body_bytes // 1024,
        "TOO_MANY_TOKENS": LIMITS.tokens,
        "TOO_DEEP": LIMITS.depth,
        "TOO_MANY_FIELDS": LIMITS.fields,
        "TOO_MANY_ROOT_FIELDS": LIMITS.root_fields,
        "TOO_MANY_ALIASES": LIMITS.aliases,
        "TOO_MANY_DIRECTIVES": LIMITS.directives,
        "TOO_MANY_OPERATIONS": LIMITS.operations,
        "TOO_MANY_FRAGMENTS": LIMITS.fragments,
        "BAD_PAGE_SIZE": LIMITS.page,
        "TOO_MANY_ITEMS": LIMITS.items,
        "TEXT_TOO_LONG": LIMITS.text,
        "TOO_MUCH_INTROSPECTION": LIMITS.introspections,
        "TOO_COSTLY": LIMITS.cost,
    }


def test_every_code_is_used_and_reached_by_a_test() -> None:
    used = {
        node.attr
        for path in (ROOT / "graphql/api").rglob("*.py")
        if path.name != "code.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.value.id == "Code"
    }
    assert used == {code.name for code in Code}
    tests = " ".join(
        path.read_text()
        for path in (ROOT / "tests/graphql").glob("*.py")
        if path.name != Path(__file__).name
    )
    assert [code.value for code in Code if f'"{code.value}"' not in tests] == []
