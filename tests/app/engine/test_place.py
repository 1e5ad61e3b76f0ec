import os
import stat
from pathlib import Path

import pytest

from app.engine import place as module
from app.engine.errors import HomeTaken, HomeUnusable
from app.engine.place import Place, alone

SOCKET_PATH_MAX = 107


def test_only_the_engines_user_enters(home: Path) -> None:
    place = Place(home)
    owner = place.user.pw_uid if place.user else os.getuid()
    for folder in (place.root, place.run):
        found = folder.stat()
        assert stat.S_IMODE(found.st_mode) == 0o700
        assert found.st_uid == owner
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_socket_fits_below_a_deep_home(home: Path) -> None:
    place = Place(home / ("deep" * 40))
    assert len(str(place.run / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_MAX
    place.remove()


def test_a_home_that_moves_keeps_its_engines(home: Path, tmp_path: Path) -> None:
    before = Place(home)
    moved = Place(home.rename(tmp_path / "moved"))
    assert moved.tag == before.tag
    assert Place(home).tag != before.tag
    moved.remove()


def test_one_demo_on_a_home(home: Path) -> None:
    place = Place(home)
    with (
        alone(place, "http://127.0.0.1:8000, process 417"),
        pytest.raises(HomeTaken, match=r"http://127.0.0.1:8000, process 417") as refused,
        alone(place, "second"),
    ):
        pass
    assert "AFTERLOAN_HOME" in refused.value.render_mend("en")
    with alone(place, "third"):
        pass


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(HomeUnusable, match=r"home cannot be used: File exists"):
        Place(tmp_path / "home")


def test_a_folder_of_somebody_else_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(home)
    monkeypatch.setattr(Place, "_trusted_owners", lambda self: {999_999})
    with pytest.raises(HomeUnusable, match="belongs to somebody else"):
        place.give(place.root)


def test_what_the_user_cannot_reach_is_copied_whole(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    (closed / "package").mkdir(parents=True)
    tool = closed / "package/tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o700)
    closed.chmod(0o700)
    place = Place(home)
    monkeypatch.setattr(module, "SHARED", tmp_path / "shared")
    (tmp_path / "shared").mkdir()
    reached = place.reachable(closed, "package", version="1")
    if place.user is None:
        assert reached == closed
    else:
        assert reached == tmp_path / "shared/copy-1"
        assert stat.S_IMODE((reached / "package/tool").stat().st_mode) == 0o755
        assert place.reachable(closed, "package", version="1") == reached
