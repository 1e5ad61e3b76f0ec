"""Ports and pages of processes that a test started."""

import socket
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse

PATIENCE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(port: int, path: str, **headers: str) -> HTTPResponse:
    """Read to its end; raises when nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


def is_ready(port: int) -> bool:
    try:
        return get(port, "/ready").status == 200
    except (OSError, HTTPException):
        return False


def until(true: Callable[[], bool], what: str = "it did not happen") -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)
