import httpx2
import pytest
from joserfc.jwk import RSAKey

from app.identity.configured import configured_issuer
from app.identity.errors import IdTokenInvalid, ProviderMisconfigured
from app.identity.id_token import decoded
from app.identity.issuer import LIFETIME, Issuer
from app.identity.kept import Lifetime
from app.settings import settings
from tests.app.identity.rogue import CLIENT_ID, CLIENT_SECRET, ISSUER, Rogue, rsa_key

AT_ONCE = Lifetime(fresh=900, usable=3600, pause_after_failure=0, pause_between_renewals=0)


def issuer_of(rogue: Rogue, lifetime: Lifetime = LIFETIME) -> Issuer:
    return Issuer(
        ISSUER,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        transport=httpx2.ASGITransport(rogue.application()),
        lifetime=lifetime,
    )


async def test_description_and_keys_are_fetched_once() -> None:
    rogue = Rogue()
    issuer = issuer_of(rogue)
    for _ in range(10):
        await decoded(rogue.id_token("nonce"), issuer)
    assert rogue.asked == {"configuration": 1, "jwks": 1}


async def test_forged_key_names_do_not_make_us_ask_without_end() -> None:
    rogue = Rogue("kid_unknown")
    issuer = issuer_of(rogue)
    for _ in range(20):
        with pytest.raises(IdTokenInvalid):
            await decoded(rogue.id_token("nonce"), issuer)
    assert rogue.asked["jwks"] == 1, "just fetched, so not again for half a minute"


@pytest.mark.parametrize("name", ["second", "first"])
async def test_a_changed_key_is_found_under_a_new_name_and_under_the_old_one(name: str) -> None:
    rogue = Rogue()
    issuer = issuer_of(rogue, AT_ONCE)
    await decoded(rogue.id_token("nonce"), issuer)
    new = rsa_key("second").as_dict(private=True) | {"kid": name}
    rogue.signing = RSAKey.import_key(new)
    rogue.keys = [rogue.signing]
    token = rogue._signed({"sub": "x"}, kid=name)
    assert (await decoded(token, issuer))[1] == {"sub": "x"}
    assert rogue.asked["jwks"] == 2


@pytest.mark.filterwarnings("ignore:Key size")
async def test_a_weak_key_is_no_key() -> None:
    rogue = Rogue()
    rogue.keys = [RSAKey.generate_key(1024, {"kid": "first"})]
    with pytest.raises(ProviderMisconfigured):
        await issuer_of(rogue).keys()


async def test_a_key_for_encryption_does_not_count_as_a_second_one() -> None:
    rogue = Rogue("no_kid")
    rogue.keys.append(RSAKey.generate_key(2048, {"kid": "other", "use": "enc"}))
    await decoded(rogue.id_token("nonce"), issuer_of(rogue))


async def test_nothing_of_the_environment_or_the_description_steers_the_connection() -> None:
    options = Issuer("https://id.example", client_id="a", client_secret="b").http()
    assert (options["trust_env"], options["follow_redirects"]) == (False, False)
    assert options["verify"].check_hostname is True
    assert not {"proxy", "proxies", "mounts"} & set(options)


@pytest.mark.parametrize(
    ("named", "environment", "works"),
    [
        ("", "development", True),
        ("", "production", False),
        ("https://id.example", "production", True),
        ("http://id.example", "production", False),
        ("http://127.0.0.1:9000/realm", "development", True),
        ("id.example", "development", False),
    ],
)
def test_which_issuer_is_taken(
    named: str, environment: str, works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERLOAN_OIDC_ISSUER", named)
    monkeypatch.setenv("AFTERLOAN_ENVIRONMENT", environment)
    settings.cache_clear()
    configured_issuer.cache_clear()
    try:
        if works:
            assert configured_issuer().url == (named or "http://127.0.0.1:8000/dev/idp")
        else:
            with pytest.raises(ProviderMisconfigured):
                configured_issuer()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
        configured_issuer.cache_clear()
