"""`python -m bench [name …]`: all measurements, or the named ones, each in a process of its own."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    known = sorted(
        path.stem
        for path in HERE.glob("*.py")
        if not path.stem.startswith("_") and "__main__" in path.read_text()
    )
    wanted = sys.argv[1:] or known
    unknown = set(wanted) - set(known)
    if unknown:
        raise SystemExit(f"no such measurement: {', '.join(sorted(unknown))}; there are {known}")
    failed = [name for name in wanted if subprocess.call([sys.executable, "-m", f"bench.{name}"])]
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
