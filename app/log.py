"""Structured logs: one JSON object a line, with the request's id and never with personal data."""

import asyncio
import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from types import TracebackType
from typing import Any

import structlog

FRAMES_MAX = 12

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    return _request_id.get()


def set_request_id(value: str) -> None:
    _request_id.set(value)


def get_logger(name: str) -> Any:
    return structlog.get_logger(name)


def configure(level: str = "INFO", *, human: bool = False) -> None:
    """JSON for machines; `human` for a terminal that runs the demo."""
    renderer: Any = structlog.processors.JSONRenderer()
    if human:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _with_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_trace,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Faults that nobody waits for; the loop's own way to tell them quotes the exception."""
    loop.set_exception_handler(_tell_fault)


def _tell_fault(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    get_logger("loop").error("fault.unawaited", exc_info=context.get("exception"))


def trace_of(error: BaseException) -> dict[str, Any]:
    """What kind of error it was and where, in file and line. Not what it said: the database's
    errors quote the row."""
    kinds: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(kinds) < FRAMES_MAX:
        kinds.append(type(seen).__name__)
        seen = seen.__cause__ or seen.__context__
    frames = traceback.extract_tb(error.__traceback__, limit=-FRAMES_MAX)
    return {
        "raised": " from ".join(kinds),
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


class Formatter(logging.Formatter):
    """For the libraries that log by themselves: an exception of theirs shows as `trace_of`."""

    def format(self, record: logging.LogRecord) -> str:
        # Kept there by whichever handler came first, in whatever way it writes exceptions.
        record.exc_text = None
        return super().format(record)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        if ei[1] is None:
            return ""
        trace = trace_of(ei[1])
        return "\n".join([trace["raised"], *(f"  {frame}" for frame in trace["frames"])])


def _with_trace(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    raised = event.pop("exc_info", None)
    error = sys.exc_info()[1] if raised is True else raised
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event.update(trace_of(error))
    return event


def _with_request_id(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if id := request_id():
        event["request_id"] = id
    return event
