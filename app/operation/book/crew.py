"""Processes that help with a book. They end with the one they help, even when that was killed."""

import gc
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait

PROCESSES = 2


def crew(begin: Callable[[], object] = gc.disable) -> ProcessPoolExecutor:
    """`begin` is called once in each of them."""
    return ProcessPoolExecutor(PROCESSES, get_context("spawn"), _begin, (begin,))


def _begin(begin: Callable[[], object]) -> None:
    parent = parent_process()
    assert parent is not None
    # Without it they would wait for work that nobody brings any more.
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    begin()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    # At once, whatever is being written: its transaction is rolled back.
    os._exit(1)
