"""One PostgreSQL of our own, on a Unix socket only."""

import contextlib
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from app.engine import process
from app.engine.errors import DataOfAnotherVersion, SecretLost
from app.engine.place import Place
from app.engine.server import Server
from app.engine.wheel import POSTGRES_MAJOR, postgres_binaries

DATABASE = "afterloan"
ROLE = "afterloan"
ADMINISTRATOR = "postgres"

# For two cores and a laptop's memory. What a page may cost is set per connection, in app.database.
TUNING: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_parallel_workers_per_gather": "1",
    # After each checkpoint that a load forces, every page it comes to is logged whole once more.
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
# A suite throws its database away: it need not survive the machine.
THROWAWAY: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10s",
}


class Postgres(Server):
    name = "PostgreSQL"
    # A fast shutdown: open transactions are rolled back, what was committed is on disk.
    stopped_by = signal.SIGINT

    def __init__(self, place: Place, options: Mapping[str, str] | None = None) -> None:
        socket, log = place.run / ".s.PGSQL.5432", place.home / "postgres.log"
        super().__init__(place, socket=socket, log=log)
        self.data = place.root / "pg"
        self.options = {**TUNING, **(options or {})}

    @property
    def url(self) -> str:
        return self.url_of(ROLE, DATABASE)

    def url_of(self, role: str, database: str) -> str:
        return (
            f"postgres://{role}:{self._secret(role)}@/{database}?host={quote(str(self.place.run))}"
        )

    def _prepare(self) -> None:
        if not self.data.exists():
            self._create()
        self._check_what_is_there()
        if self._status() == "stopping":
            process.stop(self.socket, None, self.stopped_by)

    def _ready(self) -> bool:
        return self._status() == "ready" and process.answers(self.socket)

    def _launch(self) -> "subprocess.Popen[bytes]":
        self._forget_a_dead_owner()
        binary = postgres_binaries(self.place) / "postgres"
        options = [part for key, value in self.options.items() for part in ("-c", f"{key}={value}")]
        return self.place.spawn(
            binary, "-D", self.data, "-k", self.place.run, *options, log=self.log
        )

    def _create(self) -> None:
        """In a folder of another name, renamed when whole: a set-up that was killed begins anew."""
        binaries = postgres_binaries(self.place)
        unfinished = self.place.root / "pg.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.place.give(unfinished)
        password = self.place.root / "password"
        password.touch(0o600)
        password.write_text(self._secret(ADMINISTRATOR))
        self.place.own(password)
        self.place.run_once(
            *(binaries / "initdb", "-D", unfinished, "-U", ADMINISTRATOR, "-A", "scram-sha-256"),
            *("--data-checksums", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"),
            *("--no-sync", f"--pwfile={password}"),
        )
        password.unlink()
        self.place.run_once(
            *(binaries / "postgres", "--single", "-D", unfinished, "postgres"),
            said=f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self._secret(ROLE)}'\n"
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n",
        )
        unfinished.rename(self.data)

    def _secret(self, role: str) -> str:
        path = self.place.home / f"{role}.password"
        if not path.exists():
            if self.data.exists():
                raise SecretLost(folder=self.data, home=self.place.home, name=path.name)
            path.touch(0o600)
            path.write_text(secrets.token_urlsafe(24))
        return path.read_text()

    def _check_what_is_there(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(POSTGRES_MAJOR):
            raise DataOfAnotherVersion(folder=self.data, found=found, wanted=POSTGRES_MAJOR)
        self._secret(ROLE)

    def _pid_file(self) -> list[str]:
        with contextlib.suppress(OSError):
            return (self.data / "postmaster.pid").read_text().splitlines()
        return []

    def _status(self) -> str:
        """What the server itself says of its state, in the eighth line of its pid file."""
        lines = self._pid_file()
        return lines[7].strip() if len(lines) > 7 else ""

    def _forget_a_dead_owner(self) -> None:
        """A killed server that nobody reaped keeps its number: a new one takes it for alive."""
        for claim in (self.data / "postmaster.pid", Path(f"{self.socket}.lock")):
            with contextlib.suppress(OSError, ValueError, IndexError):
                owner = abs(int(claim.read_text().splitlines()[0]))
                if process.is_zombie(owner):
                    claim.unlink()
