"""Signing in and out. Everything that decides is in `app.identity`; here it becomes pages."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount

from app.errors import AfterloanError, TooMany, Unauthenticated
from app.identity import actions, oidc, provider, queries
from app.identity.configured import configured_issuer, configured_roles
from app.identity.next_path import START, safe_next
from app.identity.order import EndSession
from app.identity.provider.application import development_provider
from app.identity.role import roles_of, words_of
from app.identity.session import SignedIn, new_token, open_id_token
from app.log import get_logger, request_id
from app.settings import settings
from app.web import cookie
from views.page import page, public_page
from views.reader import preferences
from views.rendering import render

UNASSIGNED = "/signin/unassigned"
USER_AGENT_LENGTH_MAX = 200
# Comes back from the provider with the browser, so that the sign-in page can say so.
_SIGNED_OUT = "signed-out"
# What a browser may still hold of us; cookies stay, another installation may have some.
_CLEARED = {"Clear-Site-Data": '"cache", "storage"'}

_log = get_logger("identity")


async def signin(request: Request) -> Response:
    wanted = safe_next(request.query_params.get("next"))
    if request.state.actor is not None:
        return RedirectResponse(wanted, 303)
    return render(
        request,
        "identity/signin.html",
        start=_start_url(wanted),
        signed_out=request.query_params.get("state") == _SIGNED_OUT,
        development=provider.refusal(settings()) is None,
    )


async def start(request: Request) -> Response:
    """By a link, not by a form: the page's policy would stop a form that ends at another host."""
    browser = cookie.browser_id(request.scope) or new_token()
    try:
        begun = await oidc.begin(
            configured_issuer(),
            redirect_uri=_address(oidc.CALLBACK_PATH),
            scopes=settings().oidc_scopes,
            language=preferences(request).language,
        )
        await actions.begin_attempt(
            begun,
            browser=browser,
            address=request.client.host if request.client else "",
            next_path=safe_next(request.query_params.get("next")),
        )
    except AfterloanError as refusal:
        return _refused(request, refusal)
    response = RedirectResponse(begun.url, 303)
    cookie.keep_browser(response, browser)
    return response


async def callback(request: Request) -> Response:
    try:
        answer = oidc.read_answer(request.query_params.multi_items())
        attempt = await actions.take_attempt(answer.state, browser=cookie.browser_id(request.scope))
        identity = await oidc.identify(
            configured_issuer(),
            answer,
            nonce=attempt.nonce,
            verifier=attempt.code_verifier,
            redirect_uri=_address(oidc.CALLBACK_PATH),
        )
        roles = roles_of(
            identity.claims, claim=settings().oidc_role_claim, role_map=configured_roles()
        )
        opened = await actions.sign_in(
            identity,
            roles=roles,
            team=next(iter(words_of(identity.claims, settings().oidc_team_claim)), ""),
            user_agent=request.headers.get("user-agent", "")[:USER_AGENT_LENGTH_MAX],
            replaces=cookie.session_token(request.scope),
        )
    except AfterloanError as refusal:
        return _refused(request, refusal)
    response = RedirectResponse(attempt.next_path if roles else UNASSIGNED, 303)
    cookie.keep_session(response, opened.token)
    return response


async def unassigned(request: Request) -> Response:
    """Known, but nothing more: says whom to ask, and lets the person out again."""
    if request.state.actor.roles:
        return RedirectResponse(START, 303)
    return render(request, "identity/unassigned.html", 403)


async def signout(request: Request) -> Response:
    """Ends the session here first; whether the provider can be reached does not matter for that."""
    session: SignedIn | None = request.state.session
    leave_to = _address(oidc.SIGNED_OUT_PATH)
    if session is not None:
        hint = await queries.sealed_id_token(session.id_hash)
        await actions.end_session(session.actor, EndSession(id_hash=session.id_hash))
        id_token = open_id_token(hint, session.id_hash) if hint else ""
        leave_to = await _provider_exit(id_token) or leave_to
    # A page in between, because a form may not end at another host; see `start`.
    response = render(request, "identity/signed_out.html", headers=_CLEARED, leave_to=leave_to)
    response.headers["Refresh"] = f"0; url={leave_to}"
    cookie.forget_session(response)
    return response


async def _provider_exit(id_token: str) -> str | None:
    try:
        return await oidc.logout_url(
            configured_issuer(),
            id_token=id_token,
            return_to=_address(oidc.SIGNED_OUT_PATH),
            state=_SIGNED_OUT,
        )
    except AfterloanError as refusal:
        _log.warning("provider sign-out skipped", code=refusal.code)
        return None


def _refused(request: Request, refusal: AfterloanError) -> Response:
    """A page with a way out. Nothing that came with the request is repeated on it."""
    _log.log(refusal.log_level, "sign-in refused", code=refusal.code, facts=refusal.facts)
    response = render(
        request,
        "identity/refused.html",
        refusal.status_code,
        text=refusal.render(),
        mend=refusal.render_mend(),
        code=refusal.code,
        request_id=request_id(),
        retries=isinstance(refusal, Unauthenticated),
    )
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.facts["seconds"])
    return response


def _address(path: str) -> str:
    """Registered at the provider, so it comes from the settings and not from the request."""
    return f"{settings().base_url}{path}"


def _start_url(wanted: str) -> str:
    return "/signin/start" if wanted == START else f"/signin/start?next={quote(wanted, safe='/')}"


def provider_routes() -> list[BaseRoute]:
    """The development identity provider, where it may run."""
    made = development_provider(settings(), render)
    return [Mount(provider.PATH, app=made, name="development_provider")] if made else []


routes = [
    public_page("/signin", signin),
    public_page("/signin/start", start),
    public_page(oidc.CALLBACK_PATH, callback),
    page(UNASSIGNED, unassigned, permission=None),
    public_page("/signout", signout, methods=("POST",)),
]
