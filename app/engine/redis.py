"""One Redis of our own, on a Unix socket only. It carries; PostgreSQL remembers."""

import contextlib
import signal
import socket
import subprocess

from app.engine.place import Place
from app.engine.server import Server
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


class Redis(Server):
    name = "Redis"
    stopped_by = signal.SIGTERM

    def __init__(self, place: Place, part: str = "redis") -> None:
        super().__init__(place, socket=place.run / f"{part}.sock", log=place.home / f"{part}.log")
        self.part = part
        self.data = place.root / part

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

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
