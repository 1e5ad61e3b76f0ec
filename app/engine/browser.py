"""A browser that journeys can drive: the operator's, one on the PATH, else one from npm."""

import json
import os
import platform
import shutil
import sys
import tarfile
from pathlib import Path
from typing import Any

from app.engine.errors import NoBrowser
from app.engine.kept import filling, kept
from app.engine.npm import node_modules

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PACKAGES = Path(__file__).with_name("chromium")
_FETCHED = "chromium-153.0.0"
_BIN = "@sparticuz/chromium/bin"
# The package's own loader unpacks into the shared /tmp; this does not.
_INFLATE = """
const { createReadStream, createWriteStream } = require("node:fs");
const { createBrotliDecompress } = require("node:zlib");
const { pipeline } = require("node:stream/promises");
(async () => {
  for (const [from, to] of JSON.parse(process.argv[1])) {
    await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
  }
})();
"""
# Python 3.11.4 and newer refuse paths that lead out of the folder. Older ones may unpack it all the
# same: npm has compared the archive with its lock.
_CAREFULLY: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
# A bare machine lacks a few libraries; the package brings them.
_LAUNCHER = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/chromium" "$@"
"""


def find_browser() -> Path:
    """Without fetching one: a test that needs it says what is missing."""
    found = installed_browser() or _fetched_browser()
    if found is None:
        raise NoBrowser
    return found


def ensure_browser() -> Path:
    return installed_browser() or _fetched_browser() or _fetch_browser()


def installed_browser() -> Path | None:
    named = os.environ.get("CHROMIUM", "")
    found = next(
        (path for name in (named, *ON_PATH) if name and (path := shutil.which(name))), None
    )
    return Path(found) if found else None


def _fetched_browser() -> Path | None:
    launcher = kept(_FETCHED) / "launch"
    return launcher if launcher.exists() else None


def _fetch_browser() -> Path:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NoBrowser
    with filling(kept(_FETCHED)) as folder, node_modules(_PACKAGES) as (modules, node):
        archives = ("chromium.br", "al2023.tar.br", "swiftshader.tar.br")
        pairs = [[str(modules / _BIN / name), str(folder / name[:-3])] for name in archives]
        node.script(_INFLATE, json.dumps(pairs), cwd=folder)
        for name in ("al2023.tar", "swiftshader.tar"):
            with tarfile.open(folder / name) as archive:
                archive.extractall(folder, **_CAREFULLY)
            (folder / name).unlink()
        (folder / "chromium").chmod(0o755)
        (folder / "launch").write_text(_LAUNCHER)
        (folder / "launch").chmod(0o755)
    return kept(_FETCHED) / "launch"
