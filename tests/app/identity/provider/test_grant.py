from app.identity.provider.grant import HELD_MAX, Grant, Grants, challenge_of
from app.identity.provider.people import PEOPLE

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
HOME = "http://127.0.0.1:8000/signin/callback"
GRANT = Grant(
    person=PEOPLE[0],
    nonce="n",
    challenge=challenge_of(VERIFIER),
    redirect_uri=HOME,
    scope="openid",
)


def test_the_challenge_is_the_one_of_the_standard() -> None:
    # RFC 7636, appendix B.
    assert challenge_of(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_code_is_good_once() -> None:
    grants = Grants()
    code = grants.issue(GRANT)
    assert grants.redeem(code, redirect_uri=HOME, verifier=VERIFIER) == GRANT
    assert grants.redeem(code, redirect_uri=HOME, verifier=VERIFIER) is None


def test_a_code_shown_with_the_wrong_proof_is_gone() -> None:
    grants = Grants()
    for wrong in (
        {"verifier": "x", "redirect_uri": HOME},
        {"verifier": VERIFIER, "redirect_uri": "/"},
    ):
        code = grants.issue(GRANT)
        assert grants.redeem(code, **wrong) is None
        assert grants.redeem(code, redirect_uri=HOME, verifier=VERIFIER) is None


def test_a_code_lives_a_minute() -> None:
    now = 0.0
    grants = Grants(lambda: now)
    first, second = grants.issue(GRANT), grants.issue(GRANT)
    now = 59.9
    assert grants.redeem(first, redirect_uri=HOME, verifier=VERIFIER) == GRANT
    now = 60.0
    assert grants.redeem(second, redirect_uri=HOME, verifier=VERIFIER) is None


def test_codes_nobody_fetches_do_not_pile_up() -> None:
    grants = Grants()
    codes = [grants.issue(GRANT) for _ in range(HELD_MAX + 1)]
    assert grants.redeem(codes[0], redirect_uri=HOME, verifier=VERIFIER) is None
    assert grants.redeem(codes[1], redirect_uri=HOME, verifier=VERIFIER) == GRANT
