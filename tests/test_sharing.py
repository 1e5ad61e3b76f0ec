import pytest

from tests.sharing import share_of


@pytest.mark.parametrize(
    ("nodeid", "share"),
    [
        ("tests/journeys/test_axe.py::test_pages[en]", "tests/journeys/"),
        ("tests/journeys/test_six_points.py::test_1", "tests/journeys/"),
        ("tests/chaos/test_worker_killed.py::test_mail", "tests/chaos/"),
        ("tests/app/test_money.py::test_sum[1]", "tests/app/test_money.py::test_sum[1]"),
    ],
)
def test_what_belongs_together_is_one_share(nodeid: str, share: str) -> None:
    assert share_of(nodeid) == share
