"""The JSON Schemas of the log, committed beside this file: what a reader of events may rely on.

Written anew by `python -m app.loan.event_schema`; a test fails while they differ."""

from pathlib import Path

import msgspec

from app.loan.event import PAYLOADS
from app.loan.models import EventKind

FOLDER = Path(__file__).with_name("schema")


def path_of(kind: EventKind) -> Path:
    return FOLDER / f"{kind}.json"


def text_of(kind: EventKind) -> str:
    encoded = msgspec.json.encode(msgspec.json.schema(PAYLOADS[kind]), order="sorted")
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def write_all() -> None:
    FOLDER.mkdir(exist_ok=True)
    for kind in EventKind:
        path_of(kind).write_text(text_of(kind))


if __name__ == "__main__":
    write_all()
