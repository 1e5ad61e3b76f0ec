"""Where the engines of one home folder live, and as whom they run.

PostgreSQL refuses to run as root. Root's engines run as `nobody`, in a place of their own that this
user can reach; anybody else's run as himself, inside the home folder."""

import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from app.engine.errors import EngineFailed, HomeTaken, HomeUnusable, NoUnprivilegedUser
from app.i18n import gettext as _

SHARED = Path("/var/lib/afterloan")
_started: "list[subprocess.Popen[bytes]]" = []


class Place:
    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.user = _unprivileged_user()
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.tag = _tag_of(self.home)
            self.root = SHARED / self.tag if self.user else self.home / "engines"
            # A socket's path may have 107 bytes, and a project's folder can be deep.
            short = _short_folder() / f"afterloan-{os.getuid()}-{self.tag}"
            self.run = self.root if self.user else short
            self._make_folders()
        except OSError as error:
            reason = error.strerror or str(error)
            raise HomeUnusable(folder=error.filename or self.home, reason=reason) from error

    def give(self, folder: Path) -> Path:
        """A folder that only the engines' user can enter."""
        folder.mkdir(exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in self._trusted_owners():
            raise HomeUnusable(folder=folder, reason=_("it belongs to somebody else"))
        folder.chmod(0o700)
        self.own(folder)
        return folder

    def own(self, path: Path) -> None:
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def spawn(self, *command: object, log: Path | None = None) -> "subprocess.Popen[bytes]":
        """In a session of its own: a Ctrl-C at the terminal is for us, not for the engine."""
        with (log or Path(os.devnull)).open("ab") as sink:
            started = subprocess.Popen(
                [str(part) for part in command],
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self._as_user(),
            )
        # Another holder may need it longer than we live; Python warns of one that is forgotten.
        _started.append(started)
        return started

    def run_once(self, *command: object, said: str = "") -> None:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.root,
            input=said.encode(),
            capture_output=True,
            check=False,
            **self._as_user(),
        )
        if done.returncode:
            tail = (done.stdout + done.stderr).decode(errors="replace")[-2000:]
            raise EngineFailed(engine=Path(str(command[0])).name, log="output", tail=tail)

    def reachable(self, site: Path, *parts: str, version: str) -> Path:
        """`site` itself when the engines' user can walk to its parts, else a copy that he can.

        A wheel's libraries stand beside its package and are found by relative path, so a caller
        names both and they are copied in the same relation."""
        if not self.user or all(_open_to_others(site / part) for part in parts):
            return site
        copy = SHARED / f"copy-{version}"
        copy.mkdir(mode=0o755, exist_ok=True)
        for part in parts:
            if not (copy / part).exists():
                _copy_whole(site / part, copy / part)
        return copy

    @contextmanager
    def starting(self) -> Iterator[None]:
        """One process at a time starts or stops the engines of a home."""
        with (self.root / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def remove(self) -> None:
        """Everything outside the home folder; for homes that were made for a test."""
        for folder in {self.root, self.run}:
            shutil.rmtree(folder, ignore_errors=True)

    def _make_folders(self) -> None:
        if self.user:
            SHARED.mkdir(parents=True, exist_ok=True)
            SHARED.chmod(0o711)
        for folder in {self.root, self.run}:
            self.give(folder)
        # `afterloan doctor` finds by it the engines of homes that are no longer there.
        (self.root / "home").write_text(str(self.home))

    def _trusted_owners(self) -> set[int]:
        return {os.geteuid(), self.user.pw_uid} if self.user else {os.geteuid()}

    def _as_user(self) -> dict[str, Any]:
        if not self.user:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}


@contextmanager
def alone(place: Place, holder: str) -> Iterator[None]:
    """Only one demo on a home. The kernel gives the lock back however its holder ends."""
    path = place.root / "demo.lock"
    with path.open("a+") as lock:
        if not try_lock(lock):
            lock.seek(0)
            raise HomeTaken(folder=place.home, holder=lock.read().strip() or _("unknown"))
        lock.truncate(0)
        lock.write(holder)
        lock.flush()
        yield


def try_lock(file: IO[str]) -> bool:
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _tag_of(home: Path) -> str:
    """Kept in the home: one that is moved finds its data, one made anew at an old path does not."""
    path = home / "engines.id"
    if not path.exists():
        chosen = home / f"engines.id.{os.getpid()}"
        chosen.write_text(secrets.token_hex(5))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(chosen)
        chosen.unlink()
    return path.read_text()


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        # initdb wants a user that is in the password file: a bare number will not do.
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise NoUnprivilegedUser from error


def _short_folder() -> Path:
    folder = Path(tempfile.gettempdir())
    return folder if len(str(folder)) < 50 else Path("/tmp")


def _open_to_others(path: Path) -> bool:
    wanted = stat.S_IXOTH
    return all(step.stat().st_mode & wanted for step in (path.resolve(), *path.resolve().parents))


def _copy_whole(source: Path, target: Path) -> None:
    """Under another name first: nobody ever sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    if source.is_dir():
        shutil.copytree(source, unfinished, symlinks=True)
    else:
        shutil.copy(source, unfinished)
    between = [step for step in target.parents if SHARED in step.parents]
    for path in (*between, unfinished, *unfinished.rglob("*")):
        _open_up(path)
    try:
        unfinished.rename(target)
    except OSError:
        # Somebody else was quicker; his copy is as good as ours.
        shutil.rmtree(unfinished, ignore_errors=True)


def _open_up(path: Path) -> None:
    """The original may have been written under a umask that shuts others out."""
    if not path.is_symlink():
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if mode & stat.S_IXUSR else 0o444))
