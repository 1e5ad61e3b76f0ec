"""Files that a browser brought: kept where a worker finds them, and asked for as one import."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from app.actor import Actor
from app.operation.book.actions import ask_import
from app.operation.book.errors import FileNameUnusable, UploadEmpty
from app.operation.book.fault import Faults
from app.operation.book.files import BOOK_FILE, FILES_MAX, find_files
from app.operation.book.manifest import make_upload_folder
from app.operation.book.order import AskImport, ImportAsked
from app.operation.book.run import digest_of
from app.settings import settings

NAME_BYTES_MAX = 200
# Beside the files, where no file of the book can have the same name.
MAPPING_FOLDER = "mapping"


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    content: BinaryIO


async def ask_upload(
    actor: Actor, uploads: Sequence[Upload], mapping: Upload | None = None
) -> ImportAsked:
    """Raises `MappingInvalid` at once; what is wrong with the files is found by the worker."""
    if not uploads:
        raise UploadEmpty
    _refuse_names(uploads, mapping)
    folder = make_upload_folder()
    asked: ImportAsked | None = None
    try:
        digest = await asyncio.to_thread(_keep, folder, uploads, mapping)
        order = AskImport(
            name=", ".join(upload.name for upload in uploads),
            digest=digest,
            in_background=True,
            folder=str(folder.relative_to(settings().home)),
        )
        asked = (await ask_import(actor, order)).result
    finally:
        if asked is None or asked.is_known:
            shutil.rmtree(folder, ignore_errors=True)
    return asked


def mapping_in(folder: Path) -> Path | None:
    return next(iter(sorted((folder / MAPPING_FOLDER).glob("*"))), None)


def _keep(folder: Path, uploads: Sequence[Upload], mapping: Upload | None) -> str:
    for upload in uploads:
        _save(folder / upload.name, upload)
    if mapping is not None:
        (folder / MAPPING_FOLDER).mkdir(mode=0o700)
        _save(folder / MAPPING_FOLDER / mapping.name, mapping)
    path = mapping_in(folder)
    return digest_of(find_files([folder], path, Faults()), path)


def _save(path: Path, upload: Upload) -> None:
    with path.open("xb") as file:
        shutil.copyfileobj(upload.content, file)


def _refuse_names(uploads: Sequence[Upload], mapping: Upload | None) -> None:
    """A name is a name: not a path, not hidden, not there twice."""
    names = [upload.name for upload in uploads]
    for name in [*names, *([mapping.name] if mapping else [])]:
        plain = name.isprintable() and not name.startswith(".") and not set(name) & set("/\\")
        if not plain or not name.strip() or len(name.encode()) > NAME_BYTES_MAX:
            raise FileNameUnusable(name=name[:NAME_BYTES_MAX])
    for number, name in enumerate(names):
        is_mapping = name.endswith(".toml") and name != BOOK_FILE
        if name in names[:number] or name == MAPPING_FOLDER or is_mapping or number >= FILES_MAX:
            raise FileNameUnusable(name=name)
