"""What our two servers have in common: a child of ours, or adopted from whoever started it."""

import signal
import subprocess
from pathlib import Path

from app.engine import process
from app.engine.place import Place


class Server:
    name: str
    # Asks it to end in order.
    stopped_by: signal.Signals

    def __init__(self, place: Place, *, socket: Path, log: Path) -> None:
        self.place, self.socket, self.log = place, socket, log
        self._process: subprocess.Popen[bytes] | None = None

    def alive(self) -> bool:
        """Our own is asked whether it has ended, an adopted one whether it answers: a server that
        is busy or frozen is not dead."""
        if self._process is not None:
            return self._process.poll() is None
        return process.answers(self.socket)

    def start(self) -> None:
        self._prepare()
        self._forget_if_ended()
        if not self.alive():
            # One that answers was left by an owner that was killed, or started by another holder.
            self._process = self._launch()
        process.wait_until_ready(self._ready, self.alive, engine=self.name, log=self.log)

    def stop(self) -> None:
        # Ours may be dead while another holder's answers at the same place.
        self._forget_if_ended()
        process.stop(self.socket, self._process, self.stopped_by)
        self._process = None

    def _forget_if_ended(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            self._process = None

    def _prepare(self) -> None:
        """Before it is looked for."""

    def _launch(self) -> "subprocess.Popen[bytes]":
        raise NotImplementedError

    def _ready(self) -> bool:
        raise NotImplementedError
