"""Homes whose engines are gone when the test is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.place import Place
from app.engine.postgres import Postgres
from app.engine.redis import Redis


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    yield folder
    place = Place(folder)
    Postgres(place).stop()
    Redis(place).stop()
    place.remove()
