"""One web process."""

import errno
import signal
import socket
from contextlib import closing

import click

from app.command.ground import ground
from app.command.outer import APPLICATION
from app.engine.errors import AddressUnusable, PortTaken
from app.settings import settings

# A page that streams is open for hours; whoever deploys waits for answers, not for those.
LAST_ANSWERS_SECONDS = 5
BACKLOG = 2048


@click.command("serve")
def command() -> None:
    """Serve pages and the API (one production process)."""
    import uvicorn

    from app.collection import live

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """It waits for open answers before the application hears of the end, and a stream
            would never end by itself."""
            live.close_streams()
            await super().shutdown(sockets)

    with closing(listening(settings().host, settings().port)) as door, ground():
        proxies = settings().trusted_proxies
        server = Server(
            uvicorn.Config(
                APPLICATION,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=proxies,
                server_header=False,
                # Our own log has a line for each request, without the address's question.
                access_log=False,
                # Its warnings pass through our log, which leaves out what exceptions say.
                log_config=None,
                log_level="warning",
                timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
            )
        )
        for number in (signal.SIGINT, signal.SIGTERM):
            # uvicorn ends in order and then raises the signal once more, for whoever had it before.
            signal.signal(number, lambda *_: None)
        server.run(sockets=[door])


def listening(host: str, port: int) -> socket.socket:
    """Bound before anything else is begun: a taken port is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(BACKLOG)
    except OSError as error:
        door.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host=host, port=port) from error
        reason = error.strerror or str(error)
        raise AddressUnusable(host=host, port=port, reason=reason) from error
    return door
