"""What a provider says, tried through the pages: only an honest one lets somebody in."""

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from app import database
from tests.app.identity import way
from tests.app.identity.browser import application, browser
from tests.app.identity.rogue import Rogue
from tests.app.identity.way import assert_nobody_got_in, sessions, sign_in

pytestmark = pytest.mark.usefixtures("database")

GOOD = [
    "good", "no_kid", "no_at_hash", "aud_as_list", "azp_ours", "clock_ahead", "no_userinfo",
    "iss_parameter_unsupported",
]  # fmt: skip

REFUSED = {
    "SIGN_IN_ID_TOKEN_INVALID": (
        "iss_wrong iss_missing iss_as_list aud_wrong aud_missing aud_empty aud_other_azp_ours"
        " aud_more_azp_ours azp_wrong exp_past exp_missing exp_text exp_nan iat_future"
        " iat_missing iat_old nbf_future nonce_wrong nonce_missing nonce_as_list sub_empty"
        " sub_blank sub_missing sub_number sub_long sub_nul at_hash_wrong no_kid_two_keys"
        " kid_unknown key_wrong key_in_header key_in_header_kid_wrong typ_access_token"
        " typ_logout crit_unknown alg_none alg_none_kid alg_missing hs256_public_key"
        " hs256_client_secret signature_missing signature_of_other_claims not_a_token"
        " five_parts claims_are_a_list"
    ),
    "SIGN_IN_ID_TOKEN_MISSING": "id_token_missing id_token_empty id_token_number",
    "SIGN_IN_SUBJECT_MISMATCH": "userinfo_other_subject userinfo_no_subject",
    "SIGN_IN_CODE_REFUSED": "token_refused foreign_code access_token_missing",
    "SIGN_IN_ISSUER_PARAMETER": "iss_parameter_wrong iss_parameter_missing denied_by_other",
    "SIGN_IN_DENIED": "denied",
    "SIGN_IN_ANSWER_MALFORMED": "no_code state_twice iss_twice",
    "SIGN_IN_ATTEMPT_UNKNOWN": "state_unknown state_missing",
    "IDENTITY_PROVIDER_UNAVAILABLE": (
        "token_500 token_html token_list userinfo_500 userinfo_html jwks_500"
    ),
    "IDENTITY_PROVIDER_MISCONFIGURED": "token_type_mac jwks_empty jwks_nonsense jwks_shared_secret",
}
REFUSED_AT_START = {
    "IDENTITY_PROVIDER_UNAVAILABLE": "configuration_500 configuration_moved",
    "IDENTITY_PROVIDER_MISCONFIGURED": (
        "configuration_html configuration_huge configuration_other_issuer"
        " configuration_issuer_slash configuration_no_token_endpoint configuration_plain_http"
        " configuration_file configuration_no_s256 configuration_no_code"
        " configuration_only_hs256"
    ),
}

Trust = Callable[[Rogue], Rogue]


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Trust:
    return lambda rogue: way.trust(rogue, monkeypatch)


@pytest.fixture
async def tab() -> AsyncIterator[httpx2.AsyncClient]:
    async with browser(application()) as client:
        yield client


def pairs(modes: dict[str, str]) -> list[tuple[str, str]]:
    return [(mode, code) for code, names in modes.items() for mode in names.split()]


@pytest.mark.parametrize("mode", GOOD)
async def test_an_honest_provider_lets_in(mode: str, trust: Trust, tab: httpx2.AsyncClient) -> None:
    response = await sign_in(tab, trust(Rogue(mode)), "/signin/start?next=/collection/board")
    assert (response.status_code, response.headers["location"]) == (303, "/collection/board")
    assert (await tab.get("/who")).json()["roles"] == ["collector"]
    assert await sessions() == 1


@pytest.mark.parametrize(("mode", "code"), pairs(REFUSED))
async def test_a_misbehaving_provider_does_not(
    mode: str, code: str, trust: Trust, tab: httpx2.AsyncClient
) -> None:
    response = await sign_in(tab, trust(Rogue(mode)))
    assert code in response.text
    assert response.status_code == (503 if code.startswith("IDENTITY") else 401)
    assert "/signin" in response.text, "the page has a way out"
    assert "<b>no</b>" not in response.text
    await assert_nobody_got_in(tab)


@pytest.mark.parametrize(("mode", "code"), pairs(REFUSED_AT_START))
async def test_a_provider_that_describes_itself_wrongly_is_not_even_asked(
    mode: str, code: str, trust: Trust, tab: httpx2.AsyncClient
) -> None:
    trust(Rogue(mode))
    response = await tab.get("/signin/start")
    assert (response.status_code, code in response.text) == (503, True)
    assert await database.value("SELECT count(*) FROM sign_in_attempt") == 0
