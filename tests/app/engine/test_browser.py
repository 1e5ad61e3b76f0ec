from pathlib import Path

import pytest

from app.engine import browser
from app.engine.errors import NoBrowser


def executable(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "kept", lambda name: tmp_path / "kept" / name)
    (tmp_path / "bin").mkdir()


def test_what_is_named_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(tmp_path / "bin", "chromium")
    named = executable(tmp_path, "named")
    monkeypatch.setenv("CHROMIUM", str(named))
    assert browser.find_browser() == named


def test_then_one_on_the_path(tmp_path: Path) -> None:
    chrome = executable(tmp_path / "bin", "google-chrome")
    assert browser.find_browser() == chrome


def test_then_the_one_fetched_before(tmp_path: Path) -> None:
    folder = tmp_path / "kept/chromium-153.0.0"
    folder.mkdir(parents=True)
    launcher = executable(folder, "launch")
    assert browser.find_browser() == launcher


def test_none_is_told_with_its_mend() -> None:
    with pytest.raises(NoBrowser) as refused:
        browser.find_browser()
    assert "CHROMIUM" in refused.value.render_mend("en")
