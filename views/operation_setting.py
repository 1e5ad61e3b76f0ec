"""Business settings: one page, one form for each, its history in the audit log."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.errors import AfterloanError
from app.operation.change_setting import ChangeSetting, SettingRow, change_setting, settings_now
from app.permission import Permission
from views.page import page
from views.reader import preferences
from views.rendering import is_fragment, render


async def settings(request: Request) -> Response:
    return await _drawn(request)


async def change(request: Request) -> Response:
    form = await request.form()
    order = ChangeSetting(
        name=request.path_params["name"],
        text=str(form.get("value", ""))[:200],
        expected_version=_version(str(form.get("version", ""))),
    )
    try:
        await change_setting(request.state.actor, order)
    except AfterloanError as refusal:
        if refusal.status_code not in {409, 422}:
            raise
        return await _drawn(request, refusal, order)
    if is_fragment(request):
        return await _drawn(request, saved=order.name)
    return RedirectResponse(f"/operation/setting#{order.name}", 303)


async def _drawn(
    request: Request,
    refusal: AfterloanError | None = None,
    order: ChangeSetting | None = None,
    *,
    saved: str = "",
) -> Response:
    rows = await settings_now(request.state.actor)
    wanted = order.name if order else saved
    shown = next((row for row in rows if row.setting.name == wanted), None)
    context: dict[str, Any] = {
        "may_change": request.state.actor.may(Permission.SETTING_CHANGE),
        "error": _error(request, refusal),
        "typed": order.text if order and refusal else None,
        "refused": order.name if order and refusal else "",
        "saved": saved,
    }
    status = refusal.status_code if refusal else 200
    if is_fragment(request) and shown is not None:
        return render(request, "operation/_setting.html", status, row=shown, **context)
    return render(request, "operation/setting.html", status, groups=_groups(rows), **context)


def _groups(rows: list[SettingRow]) -> dict[str, list[SettingRow]]:
    """By the first word of the name: lender, day, reminder."""
    groups: dict[str, list[SettingRow]] = {}
    for row in rows:
        groups.setdefault(row.setting.name.partition(".")[0], []).append(row)
    return groups


def _error(request: Request, refusal: AfterloanError | None) -> str:
    if refusal is None:
        return ""
    language = preferences(request).language
    return f"{refusal.render(language)} {refusal.render_mend(language)}".strip()


def _version(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


routes: list[Route] = [
    page("/operation/setting", settings, permission=Permission.SETTING_READ),
    page(
        "/operation/setting/{name}",
        change,
        permission=Permission.SETTING_CHANGE,
        methods=("POST",),
    ),
]
