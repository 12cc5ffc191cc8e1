"""Logs as JSON lines: event, level, time, logger, ids of request or job. Never a name, a coordinate or a secret."""

import logging
import traceback
from collections.abc import Iterator

import structlog

ALLOWED = ("route", "method", "status", "took_s")
"""What a line may carry beside its sentence and the ids that are bound to its request or job."""


def set_up_logs(level: int = logging.INFO) -> None:
    """Send the standard library's logging through structlog as JSON on standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.ExtraAdder(ALLOWED),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_told),
    ]
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def _told(exc_info: structlog.typing.ExcInfo) -> list[str]:
    """Kinds and places of an exception and of those behind it, never what they say.

    The database quotes whole rows in its complaints, and a failed conversion quotes what it was given.
    """
    return [line for error in _chain(exc_info[1]) for line in (_kind(error), *_places(error))]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _kind(error: BaseException) -> str:
    """Its class, and what is safe to know: our own code, the database's state and the name of the constraint."""
    diagnosis = getattr(error, "diag", None)
    known = (
        getattr(error, "code", None),
        getattr(error, "sqlstate", None),
        getattr(diagnosis, "table_name", None),
        getattr(diagnosis, "constraint_name", None),
    )
    told = " ".join(str(part) for part in known if part)
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{name} ({told})" if told else name


def _places(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
