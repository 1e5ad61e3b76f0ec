"""Looks at the machine without changing it: nothing is started, made or fetched."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.asset import broken_assets
from app.command.finding import Examine, Finding
from app.command.reach import database, mail, port, redis, sign_in
from app.command.speech import listed
from app.engine.browser import find_browser
from app.engine.errors import EngineError
from app.engine.place import SHARED
from app.engine.process import answers
from app.engine.wheel import this_platform
from app.i18n import gettext as _
from app.settings import settings

PYTHON_MIN = (3, 11)
FREE_SHARE_MIN = 0.1
LEFT_BEHIND_SHOWN_MAX = 5


def python() -> Iterator[Finding]:
    yield Finding(
        subject="Python",
        words=_(
            "{version} ({platform})",
            version=platform.python_version(),
            platform=this_platform(),
        ),
        is_well=sys.version_info >= PYTHON_MIN,
        mend=_("Install Python 3.11 or newer and make .venv anew."),
    )


def home() -> Iterator[Finding]:
    folder = settings().home.resolve()
    standing = next(step for step in (folder, *folder.parents) if step.exists())
    fault = _fault_of(standing)
    if fault:
        words = _("{folder}: {fault}", folder=folder, fault=fault)
    elif folder.exists():
        words = str(folder)
    else:
        words = _("{folder} (made by the first start)", folder=folder)
    yield Finding(
        subject=_("State folder"),
        words=words,
        is_well=not fault,
        mend=_("Give it to the user who runs Afterloan, or name another one in AFTERLOAN_HOME."),
    )
    usage = shutil.disk_usage(standing)
    yield Finding(
        subject=_("Disk"),
        words=_(
            "{free:.1f} GiB free of {total:.1f}",
            free=usage.free / 2**30,
            total=usage.total / 2**30,
        ),
        is_well=usage.free >= usage.total * FREE_SHARE_MIN,
        mend=_("Keep a tenth of it free: PostgreSQL stops when its log has no room."),
    )


def _fault_of(folder: Path) -> str:
    """Tried, not asked: what root may write by its mode can still be read-only. The file has no
    name and is gone at once."""
    if not folder.is_dir():
        return _("{folder} is no folder", folder=folder)
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return _(
            "nothing can be written to {folder} ({reason})", folder=folder, reason=error.strerror
        )


def assets() -> Iterator[Finding]:
    broken = broken_assets()
    yield Finding(
        subject=_("Files for browsers"),
        words=_("missing or changed: {names}", names=listed(broken)) if broken else _("whole"),
        is_well=not broken,
        mend=_("Run “afterloan assets”."),
    )


def browser() -> Iterator[Finding]:
    """Only the suite needs one."""
    try:
        words = str(find_browser())
    except EngineError:
        words = _("none yet; `make test` brings one")
    yield Finding(subject=_("Browser for tests"), words=words)


def secrets() -> Iterator[Finding]:
    """What development makes up for itself and production must be told."""
    if settings().is_development:
        yield Finding(subject=_("Environment"), words=_("development"))
        return
    yield Finding(subject=_("Environment"), words=_("production"))
    for name in ("personal_keys", "personal_index_key", "cookie_key", "oidc_issuer", "public_url"):
        value = getattr(settings(), name)
        is_set = bool(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
        yield Finding(
            subject=f"AFTERLOAN_{name.upper()}",
            words=_("set") if is_set else _("not set"),
            is_well=is_set,
            mend=_("Set it in the environment; README.md says how."),
        )


def left_behind() -> Iterator[Finding]:
    """Engines whose home was removed. They are kept: nobody but their owner may throw them away."""
    places = sorted(SHARED.glob("*/home")) if os.access(SHARED, os.R_OK) else []
    gone = [place.parent for place in places if not Path(place.read_text()).exists()]
    if not gone:
        return
    running = [folder for folder in gone if answers(folder / ".s.PGSQL.5432")]
    names = " ".join(folder.name for folder in gone[:LEFT_BEHIND_SHOWN_MAX])
    more = " …" if len(gone) > LEFT_BEHIND_SHOWN_MAX else ""
    yield Finding(
        subject=_("Left behind"),
        words=_(
            "engines of {count} homes that are gone, {running} of them running,"
            " in {folder}: {names}",
            count=len(gone),
            running=len(running),
            folder=SHARED,
            names=names + more,
        ),
        advice=_(
            "Remove those folders if nobody misses them; each has a file “home” with its name."
        ),
    )


EXAMINATIONS: Sequence[Examine] = (
    python,
    home,
    port,
    database,
    redis,
    sign_in,
    mail,
    assets,
    browser,
    secrets,
    left_behind,
)
