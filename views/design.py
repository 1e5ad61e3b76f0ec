"""The style guide: every component in every state, for looking at and for the tests."""

from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.i18n import gettext as _
from views.page import public_page
from views.rendering import render

# Invented, like everything on this page.
PEOPLE = ("陈国栋", "Priya Nair", "林雨桐", "Tom Becker")


async def design(request: Request) -> Response:
    today = clock.now().date()
    return render(
        request,
        "design/index.html",
        people=PEOPLE,
        today=today,
        moment_ago=clock.now() - timedelta(minutes=8),
        columns=_columns(today),
        stack=_stack(today),
        lines=_lines(),
        bars=_bars(),
    )


def _columns(today: date) -> list[dict[str, Any]]:
    titles = [_("To contact"), _("Contacted"), _("Promise to pay"), _("Negotiating"), _("Legal")]
    rows = [[(130631, 21), (672921, 2)], [(321944, 41)], [(840094, 75)], [(3055675, 133)], []]
    return [
        {
            "number": at + 1,
            "title": title,
            "sum": sum(amount for amount, _days in cards),
            "cards": [
                {
                    "id": 10 * at + row,
                    "name": PEOPLE[(at + row) % len(PEOPLE)],
                    "amount": amount,
                    "days": days,
                    "next": ("is-late", "is-now", "")[(at + row) % 3],
                    "on": today + timedelta(days=at + row),
                }
                for row, (amount, days) in enumerate(cards)
            ],
        }
        for at, (title, cards) in enumerate(zip(titles, rows, strict=True))
    ]


def _stack(today: date) -> dict[str, Any]:
    weeks = [today - timedelta(weeks=11 - at) for at in range(12)]
    shape = [7, 7, 8, 7, 9, 7, 7, 8, 8, 10, 8, 4]
    share = [
        (1, "M1", 330_000_00),
        (2, "M2", 190_000_00),
        (3, "M3", 90_000_00),
        (4, "M4+", 50_000_00),
    ]
    series: list[dict[str, Any]] = [
        {"name": name, "colour": f"bucket-{at}", "values": [amount * height for height in shape]}
        for at, name, amount in share
    ]
    before = [560_000_00 * height for height in (8, 8, 7, 8, 8, 7, 8, 8, 8, 9, 9, 8)]
    series.append(
        {"name": _("Previous period"), "colour": "text", "line": "dashed", "values": before}
    )
    return {
        "kind": "stack",
        "unit": "money",
        "symbol": "¥",
        "exponent": 2,
        "categories": [f"{week.month}-{week.day}" for week in weeks],
        "series": series,
        "unfinished": True,
    }


def _lines() -> dict[str, Any]:
    actual = [0.031, 0.033, 0.036, 0.035, 0.039, 0.042, 0.041]
    return {
        "kind": "lines",
        "unit": "percent",
        "categories": ["05", "06", "07", "08", "09", "10", "11"],
        "series": [
            {"name": _("Actual"), "colour": "accent", "line": "area", "values": actual},
            {"name": _("Limit"), "colour": "muted", "line": "dashed", "values": [0.045] * 7},
        ],
    }


def _bars() -> dict[str, Any]:
    return {
        "kind": "bars",
        "unit": "percent",
        "categories": list(PEOPLE),
        "series": [{"name": _("Promises kept"), "values": [0.742, 0.711, 0.683, 0.541]}],
    }


routes = [public_page("/design", design)]
