"""Which faults of the database pass by themselves, and which connections of the pool must not be used again."""

import select

import psycopg
from psycopg.errors import FeatureNotSupported
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError

from app.rules.errors import Unavailable

AWAY = "database_away"
BUSY = "database_busy"

TAKES_NO_MORE = frozenset({"25006", "25P03", "26000"})
"""The server of this connection has become a stand-by, has ended an idle transaction, or is another one than before."""

TOO_MUCH = frozenset({"57014"})
NOT_GIVEN = frozenset({"55P03"})
COLLIDED = frozenset({"40001", "40P01"})
OUT_OF_ROOM = "53"
"""Class 53: disk full, out of memory, too many connections."""

GONE = ("08", "57", "58")
"""Classes of connections, of the operator's hand (stopped, starting, killed) and of the system below the server."""


def code_of(error: DBAPIError) -> str | None:
    """Why the service cannot answer just now, or None for a fault that trying again would not mend."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:
        broken = isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError)
        return AWAY if broken or error.connection_invalidated else None
    if state in TOO_MUCH | NOT_GIVEN | COLLIDED or state.startswith(OUT_OF_ROOM):
        return BUSY
    gone = error.connection_invalidated or state.startswith(GONE) or state in TAKES_NO_MORE
    return AWAY if gone else None


def is_of_the_work(error: Unavailable) -> bool:
    """Whether the work itself took too long or met other work: less of it at once may go through."""
    return getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) in TOO_MUCH | COLLIDED


def watch(engine: Engine) -> None:
    """Take no dead connection from the engine's pool, and give back none that can do no more.

    A connection is looked at when it is taken: what its server has closed meanwhile can be read from the socket, which
    costs a microsecond and no round trip. The pool's own way, to distrust all that was opened before some time of day,
    is switched off: a clock that was set back would make it open a new connection for every request.
    """
    event.listen(engine, "checkout", _refuse_what_was_closed)
    event.listen(engine, "handle_error", _give_up_what_can_do_no_more)


def _refuse_what_was_closed(connection: psycopg.Connection, _record: object, _proxy: object) -> None:
    """Between two uses a server has nothing to say, except that it goes. The pool then opens another connection."""
    try:
        poll = select.poll()
        poll.register(connection.pgconn.socket, select.POLLIN)
        said = poll.poll(0)
    except psycopg.Error as error:
        raise DisconnectionError from error
    if said:
        raise DisconnectionError


def _give_up_what_can_do_no_more(context: ExceptionContext) -> None:
    context.invalidate_pool_on_disconnect = False
    if _can_do_no_more(context.original_exception):
        context.is_disconnect = True


def ends(fault: psycopg.Error, connection: psycopg.Connection) -> bool:
    """Whether this connection must not be used again."""
    return connection.closed or connection.broken or _can_do_no_more(fault)


def _can_do_no_more(fault: BaseException) -> bool:
    # The latter is a prepared statement whose columns a migration has changed: a new connection prepares it anew.
    return getattr(fault, "sqlstate", None) in TAKES_NO_MORE or isinstance(fault, FeatureNotSupported)
