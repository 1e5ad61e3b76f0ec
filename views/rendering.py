"""Templates to responses. What a template may use without being handed it is named here."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    pass_eval_context,
    select_autoescape,
)
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app import i18n
from app.number import case_number, customer_number, loan_number, payment_number
from app.settings import settings
from views import format as formats
from views.asset import asset
from views.navigation import navigation
from views.reader import preferences
from views.words import roles

TEMPLATES = Path(__file__).parent.parent / "templates"
# What `views.format` offers to templates under the same name.
FORMATS = (
    "ago",
    "change",
    "day",
    "duration",
    "late",
    "moment",
    "money",
    "money_short",
    "number",
    "percent",
    "points",
    "size",
    "symbol",
    "time",
)
VARY = "HX-Request, HX-Request-Type"


def render(
    request: Request,
    template: str,
    status_code: int = 200,
    *,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """A page or a fragment; never kept by a cache, because it holds somebody's data."""
    response = HTMLResponse(draw(request, template, **context), status_code, headers)
    response.headers["Cache-Control"] = "no-store"
    response.headers.add_vary_header(VARY)
    return response


def draw(request: Request, template: str, **context: Any) -> str:
    """The text of a template, as for a message of a live stream."""
    text: str = environment.get_template(template).render(_of_request(request) | context)
    return text


def is_fragment(request: Request) -> bool:
    """Whether a part of the page was asked for; Back and Forward ask for all of it."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-request-type") == "partial"
        and headers.get("hx-history-restore-request") != "true"
    )


def icon(name: str, extra: str = "") -> Markup:
    """Drawn beside words, so it says nothing itself."""
    return _icon(asset("vendor/icons.svg"), name, f"icon {extra}".strip())


@lru_cache(1024)
def _icon(sprite: str, name: str, classes: str) -> Markup:
    pattern = Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>')
    return pattern.format(classes, sprite, name)


def initials(name: str) -> str:
    """For the round picture: the first character of a Han name, the first letters of others."""
    words = re.findall(r"[^\W\d_]+", name)
    if not words:
        return "?"
    if "一" <= words[0][0] <= "鿿":
        return str(words[0][0])
    first_and_last = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in first_and_last).upper()


def tone(name: str) -> int:
    """One of four colours for a person, the same one everywhere."""
    return sum(name.encode()) % 4 + 1


def bucket(days_late: int) -> int:
    """Which of the five ageing colours: M0, M1, M2, M3, M4 and older."""
    return 0 if days_late <= 0 else min(4, (days_late - 1) // 30 + 1)


def polyline(values: Sequence[float]) -> str:
    """The points of a small curve in a box of 84 by 26."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    step, height = 80 / (len(values) - 1), (high - low) or 1
    points = enumerate(values)
    return " ".join(f"{2 + i * step:.1f},{23 - (v - low) / height * 20:.1f}" for i, v in points)


def _of_request(request: Request) -> dict[str, Any]:
    wanted = preferences(request)
    wanted.speak()
    return {
        "request": request,
        "actor": getattr(request.state, "actor", None),
        "csrf_token": getattr(request.state, "csrf_token", ""),
        "language": wanted.language,
        "html_lang": wanted.html_lang,
        "theme": wanted.theme,
        "density": wanted.density,
        "navigation": navigation(request),
        "here": _here(request),
    }


def _here(request: Request) -> str:
    """Where a form of the shell leads back to; an answer to a POST is no place to return to."""
    if request.method != "GET":
        return "/"
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


@pass_eval_context
def _gettext(context: EvalContext, message: str, /, **fields: object) -> str:
    return _filled(context, i18n.translate(message), fields)


@pass_eval_context
def _ngettext(context: EvalContext, one: str, many: str, number: int, /, **fields: object) -> str:
    return _filled(context, i18n.ngettext_open(one, many, number), {"n": number, **fields})


def _filled(context: EvalContext, text: str, fields: dict[str, object]) -> str:
    if not context.autoescape:
        return text.format(**fields) if fields else text
    safe = _escaped(text)
    return safe.format(**fields) if fields else safe


@lru_cache(4096)
def _escaped(text: str) -> Markup:
    """The texts are ours and few, what is filled into them is neither."""
    return escape(text)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        # A mail's text is not a page.
        autoescape=select_autoescape(default=True, disabled_extensions=("txt",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings().is_development,
    )
    made.globals.update(
        {"_": _gettext, "gettext": _gettext, "ngettext": _ngettext},
        asset=asset,
        icon=icon,
        initials=initials,
        tone=tone,
        bucket=bucket,
        polyline=polyline,
        roles=roles,
        loan_number=loan_number,
        case_number=case_number,
        payment_number=payment_number,
        customer_number=customer_number,
    )
    made.globals.update({name: getattr(formats, name) for name in FORMATS})
    return made


environment = _environment()
