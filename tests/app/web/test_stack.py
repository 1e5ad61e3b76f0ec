import httpx2
import pytest

from app.settings import Environment, Settings
from app.web.stack import trusted_hosts


@pytest.mark.parametrize(
    ("settings", "hosts"),
    [
        (
            Settings(environment=Environment.production, public_url="https://loans.example"),
            ["loans.example"],
        ),
        (
            Settings(
                environment=Environment.production,
                public_url="https://loans.example",
                trusted_hosts="a.example, *.b.example,",
            ),
            ["*.b.example", "a.example", "loans.example"],
        ),
        (Settings(environment=Environment.development), ["127.0.0.1", "::1", "localhost"]),
    ],
)
def test_we_answer_to_our_own_names(settings: Settings, hosts: list[str]) -> None:
    assert trusted_hosts(settings) == hosts


async def test_a_probe_may_call_us_by_number(tab: httpx2.AsyncClient) -> None:
    for path in ("/health", "/ready"):
        assert (await tab.get(path, headers={"Host": "10.0.0.7"})).status_code == 404, "not 400"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("", 400),
    ],
)
async def test_and_to_no_other(host: str, status: int, tab: httpx2.AsyncClient) -> None:
    assert (await tab.get("/", headers={"Host": host})).status_code == status
