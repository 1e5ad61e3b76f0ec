"""A lender's own export through the page: several files at once, and a mapping."""

import re
from datetime import date
from typing import Any

import httpx2
import pytest

from app import database as db
from tests.app.operation.book.test_strangers import CHINESE
from tests.app.operation.book.truth import Known, differences, month_ends
from tests.views.client import PART
from tests.views.test_operation_import import asked, loans, run_of, shown
from workers.book import check, write

pytestmark = pytest.mark.usefixtures("database")

EXPORT = {
    "借据.csv": "借据号,金额元,金额分,期数,放款日期,日利率,经办\n"
    'XD1,"1,000",50,2期,20190331,5,007\n',
    "还款计划表.csv": "借据号,期次,应还日期,应还本金,利息元,利息分\n"
    "XD1,1/2,2019年4月30日,500.00,15,5\nXD1,2/2,20190531,500.50元,7,50\n",
    "实还流水.csv": "流水号,借据号,入账日期,实还金额,其中罚息,冲正日期\n"
    "L1,XD1,20190502,520.05,5.00,--\n",
    "说明.txt": "这不是账簿的一部分。\n",
}
DUE = [(date(2019, 4, 30), 51_505), (date(2019, 5, 31), 50_800)]


async def brought(mapping: str, *, language: str = "en", **changed: str) -> httpx2.Response:
    parts: list[Any] = [
        ("files", (name, changed.get(name.partition(".")[0], text).encode("gb18030")))
        for name, text in EXPORT.items()
    ]
    parts.append(("mapping", ("own.toml", mapping.encode())))
    return await asked("POST", files=parts, language=language)


async def test_an_export_is_read_through_its_mapping() -> None:
    run = await run_of(await brought(CHINESE))
    await check(run)
    page = shown(await asked("GET", f"/{run}"))
    assert "Checked without a fault." in page
    assert re.search(r"Loans 1 .*Payments 1", page)
    assert await loans() == 0
    await asked("POST", f"/{run}/write")
    await write(run)
    assert "All of it is in the book." in shown(await asked("GET", f"/{run}", headers=PART))
    known = {"XD1": Known(date(2019, 3, 31), DUE, [(date(2019, 5, 2), 51_505)])}
    until = date(2019, 9, 30)
    assert await differences(known, until) == (len(month_ends(date(2019, 3, 31), until)), [])
    # What no mapping names stays with the loan, as it was written.
    assert await db.value("SELECT extra->>'经办' FROM loan") == "007"


async def test_a_cell_that_does_not_fit_is_shown_in_its_own_column() -> None:
    bad = EXPORT["实还流水.csv"].replace("20190502", "2019.5.2")
    run = await run_of(await brought(CHINESE, 实还流水=bad))
    await check(run)
    chinese = shown(await asked("GET", f"/{run}", language="zh"))
    assert re.search(r"实还流水\.csv 2 C 入账日期 2019\.5\.2 \S", chinese)
    assert "请写成 2026年11月24日 的样子" in chinese
    assert await loans() == 0


@pytest.mark.parametrize(
    ("said", "instead", "told"),
    [
        ('"gb18030"', '"gbk2"', "「gbk2」不是已知的编码"),
        ("借据号 =", "借据号 =", "不是有效的 TOML"),
        ("principal =", "principle =", "是否应为「principal」"),
        ("YYYYMMDD", "MMDD", "日期格式「MMDD」缺少年或月"),
    ],
    ids=["encoding", "syntax", "column", "date"],
)
async def test_a_mapping_is_refused_in_the_readers_language(
    said: str, instead: str, told: str
) -> None:
    text = CHINESE.replace(said, instead, 1) if said != instead else CHINESE + said
    answer = await brought(text, language="zh")
    assert answer.status_code == 422
    assert told in shown(answer)
    assert "请" in shown(answer)
    assert await db.value("SELECT count(*) FROM import_run") == 0
