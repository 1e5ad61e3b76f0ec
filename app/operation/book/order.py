"""What the verbs of an import are told and what they answer."""

from typing import Annotated

import msgspec
from msgspec import Meta

from app.operation.models import ImportState


class AskImport(msgspec.Struct, frozen=True, kw_only=True):
    """`digest` (hex) covers the files and the mapping: the same ones again are the same import."""

    # The names of all files; the run keeps the beginning.
    name: Annotated[str, Meta(max_length=4000)]
    digest: Annotated[str, Meta(max_length=64)]
    mapping: Annotated[str, Meta(max_length=4000)] = ""
    # The files lie in `folder`, relative to the state folder, and a worker checks them.
    in_background: bool = False
    folder: Annotated[str, Meta(max_length=300)] = ""


class ImportAsked(msgspec.Struct, frozen=True, kw_only=True):
    run_id: int
    state: ImportState
    # Somebody asked for exactly this before.
    is_known: bool = False


class RunOrder(msgspec.Struct, frozen=True, kw_only=True):
    run_id: int


class ConcludeCheck(RunOrder, frozen=True, kw_only=True):
    pass


class CheckConcluded(msgspec.Struct, frozen=True, kw_only=True):
    state: ImportState
    faults: int
    rows: int


class CommitImport(RunOrder, frozen=True, kw_only=True):
    in_background: bool = False


class ImportCommitted(msgspec.Struct, frozen=True, kw_only=True):
    state: ImportState


class WriteBatch(RunOrder, frozen=True, kw_only=True):
    side: Annotated[str, Meta(max_length=20)]
    bucket: int


class BatchWritten(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
    # It had been written before; nothing was done.
    was_there: bool = False


class OpenCases(RunOrder, frozen=True, kw_only=True):
    after_customer_id: int


class CasesOpened(msgspec.Struct, frozen=True, kw_only=True):
    changed: int
    # Where to go on; None when all are through.
    next_after: int | None


class FinishImport(RunOrder, frozen=True, kw_only=True):
    pass


class ImportFinished(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
