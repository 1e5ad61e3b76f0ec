"""Rows of a book on disk, spread over buckets by key: a bucket fits in memory, a book need not.

A loan's rows fall into the bucket of the loan, a borrower's into that of the borrower, whatever
order the files have. Which bucket that is depends on the key alone, so a run that is started again
finds the same buckets with the same rows."""

from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import msgspec

from app.operation.book import rows

# Rows that wait for a bucket until they are written together.
ROWS_WAITING_MAX = 100
BUCKETS_MAX = 500
_LENGTH_BYTES = 4

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[rows.AnyRow])


def bucket_of(key: str, buckets: int) -> int:
    return crc32(key.encode()) % buckets


class Spool:
    """One writer's share; several writers put theirs side by side in the same folder."""

    def __init__(self, folder: Path, writer: int, buckets: int) -> None:
        self.buckets = buckets
        self._folder, self._writer = folder, writer
        self._paths: dict[tuple[str, int], Path] = {}
        self._waiting: dict[str, list[list[rows.Row]]] = {
            side: [[] for _ in range(buckets)] for side in ("loan", "customer", "case")
        }

    def put(self, side: str, key: str, row: rows.Row) -> None:
        bucket = bucket_of(key, self.buckets)
        waiting = self._waiting[side][bucket]
        waiting.append(row)
        if len(waiting) >= ROWS_WAITING_MAX:
            self._write(side, bucket)

    def close(self) -> None:
        for side, buckets in self._waiting.items():
            for bucket, waiting in enumerate(buckets):
                if waiting:
                    self._write(side, bucket)

    def _write(self, side: str, bucket: int) -> None:
        packed = _encoder.encode(self._waiting[side][bucket])
        self._waiting[side][bucket] = []
        path = self._paths.get((side, bucket))
        if path is None:
            folder = bucket_folder(self._folder, side, bucket)
            folder.mkdir(parents=True, exist_ok=True)
            path = self._paths[side, bucket] = folder / f"{self._writer:05d}"
        # Opened each time: so many files at once would be too many.
        with path.open("ab", buffering=0) as file:
            file.write(len(packed).to_bytes(_LENGTH_BYTES, "big") + packed)


def bucket_folder(folder: Path, side: str, bucket: int) -> Path:
    return folder / side / f"{bucket:05d}"


def read_bucket(folder: Path, side: str, bucket: int) -> Iterator[rows.AnyRow]:
    """In the order of the files, and within a file of its lines."""
    place = bucket_folder(folder, side, bucket)
    for path in sorted(place.iterdir()) if place.is_dir() else []:
        with path.open("rb") as file:
            while length := file.read(_LENGTH_BYTES):
                yield from _decoder.decode(file.read(int.from_bytes(length, "big")))
