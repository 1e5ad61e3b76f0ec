import subprocess
import sys

from tests.network import until

PARENT = """
import os, subprocess, sys, time
from app.command.leash import Leash
leash = Leash()
child = subprocess.Popen(
    [sys.executable, "-c",
     "import time\\nfrom app.command.leash import end_with_parent\\nend_with_parent()\\n"
     "print('up', flush=True)\\ntime.sleep(60)"],
    env=os.environ | leash.environment, pass_fds=[leash.reading],
    stdout=subprocess.PIPE, start_new_session=True)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def test_a_child_ends_with_its_killed_parent() -> None:
    from app.engine.process import lives

    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
    assert lives(child)
    parent.kill()
    parent.wait()
    until(lambda: not lives(child), "the child went on without its parent")
