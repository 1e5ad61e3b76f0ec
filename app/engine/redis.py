"""One Redis of our own, on a Unix socket only. It carries; PostgreSQL remembers."""

import contextlib
import signal
import socket
import subprocess

from app.engine import process
from app.engine.place import Place
from app.engine.wheel import redis_binary

# No eviction: a job dropped under pressure would wait for the sweep.
_CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 600
dir {data}
appendonly yes
appendfsync everysec
save ""
maxmemory 256mb
maxmemory-policy noeviction
"""


class Redis:
    name = "Redis"

    def __init__(self, place: Place, part: str = "redis") -> None:
        self.place = place
        self.part = part
        self.data = place.root / part
        self.socket = place.run / f"{part}.sock"
        self.log = place.home / f"{part}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def alive(self) -> bool:
        """Our own is asked whether it has ended, an adopted one whether it answers: a server that
        is busy or frozen is not dead."""
        if self._process is not None:
            return self._process.poll() is None
        return process.answers(self.socket)

    def start(self) -> None:
        self._forget_if_ended()
        if not self.alive():
            self._process = self._launch()
        process.wait_until_ready(self._ready, self.alive, engine=self.name, log=self.log)

    def stop(self) -> None:
        # Ours may be dead while another holder's answers at the same place.
        self._forget_if_ended()
        process.stop(self.socket, self._process, signal.SIGTERM)
        self._process = None

    def _forget_if_ended(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            self._process = None

    def _launch(self) -> "subprocess.Popen[bytes]":
        binary = redis_binary(self.place)
        self.place.give(self.data)
        configuration = self.place.root / f"{self.part}.conf"
        configuration.write_text(_CONFIGURATION.format(socket=self.socket, data=self.data))
        self.place.own(configuration)
        self.socket.unlink(missing_ok=True)
        return self.place.spawn(binary, configuration, log=self.log)

    def _ready(self) -> bool:
        """It answers while it still reads its log of the last run; only then does it say PONG."""
        with socket.socket(socket.AF_UNIX) as caller, contextlib.suppress(OSError):
            caller.settimeout(2)
            caller.connect(str(self.socket))
            caller.sendall(b"PING\r\n")
            return caller.recv(16).startswith(b"+PONG")
        return False
