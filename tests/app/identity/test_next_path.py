from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.next_path import safe_next, safe_path


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/collection/board",
        "/loan/7/9?tab=ledger&as_of=2026-03-01",
        "/customer?q=%E6%9E%97#top",
    ],
)
def test_a_page_of_ours_is_kept(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None, "", "board", "//evil.example", "///evil.example", "/\\evil.example", "/" * 3,
        "\\/evil.example", "/\t/evil.example", "/\n/evil.example", "https://evil.example",
        "https:evil.example", "javascript:alert(1)", "data:text/html,x", "/ /evil.example", "/林",
        "/x\0y", "//[", "/" + "x" * 600,
    ],
)  # fmt: skip
def test_everything_else_leads_to_the_start(path: str | None) -> None:
    assert safe_next(path) == "/"


@pytest.mark.parametrize("path", ["/signin", "/signin/callback?code=1", "/signout", "/dev/idp/x"])
def test_nobody_is_sent_round_in_a_circle(path: str) -> None:
    assert safe_next(path) == "/"
    assert safe_path(path) == path


@given(st.text(alphabet="/\\:.?#@ \t\nabc%2f", max_size=20))
def test_whatever_it_is_it_stays_on_our_host(text: str) -> None:
    reached = urlsplit(urljoin("https://ours.example/here", safe_path(text)))
    assert (reached.scheme, reached.netloc) == ("https", "ours.example")
