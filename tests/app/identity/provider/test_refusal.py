from typing import Any

import pytest

from app.identity import provider
from app.identity.provider.application import development_provider
from app.settings import Settings
from views.rendering import render


def settings(**changes: Any) -> Settings:
    return Settings(**({"environment": "development", "host": "127.0.0.1"} | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"host": "localhost"},
        {"host": "::1", "public_url": "http://localhost:8000"},
        {"public_url": "http://127.0.0.1:9000"},
    ],
)
def test_it_runs_in_development_on_this_machine(changes: dict[str, Any]) -> None:
    assert provider.refusal(settings(**changes)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"environment": "production"},
        {"oidc_issuer": "https://id.example"},
        {"host": "0.0.0.0"},
        {"host": "::"},
        {"host": "192.168.1.7"},
        {"host": "loans.example"},
        {"public_url": "https://loans.example"},
        {"public_url": "http://127.0.0.1.evil.example"},
    ],
)
def test_and_nowhere_else(changes: dict[str, Any]) -> None:
    assert provider.refusal(settings(**changes)) is not None
    assert development_provider(settings(**changes), render) is None
