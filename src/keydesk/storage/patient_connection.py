"""A connection to PostgreSQL that times out if the network drops all packets."""

from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg.abc import PQGen

from keydesk.kit.deadline import remaining

RV = TypeVar("RV")
_RESERVE_SECONDS = 1.0
"""The time to record the outcome of a change after the deadline of its request."""


def patient_connection(patience_seconds: float) -> type[AsyncConnection[Any]]:
    """Return a connection class that limits each exchange with the server to `patience_seconds`.

    The server enforces PostgreSQL's `statement_timeout`, but cannot report it on a half-open connection, and TCP times
    out only after 15 minutes.
    """

    class PatientConnection(AsyncConnection[Any]):
        async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:  # noqa: ASYNC109 - psycopg's signature
            """Wait for the server. Raises OperationalError on a timeout, as for any lost connection."""
            try:
                return await super().wait(
                    gen, interval, timeout or max(_RESERVE_SECONDS, remaining(patience_seconds))
                )
            except OperationalError as error:
                if error.sqlstate is None:
                    # The error is not from the server. Close the connection, because a late response would be read as
                    # the response to the next statement.
                    self.pgconn.finish()
                raise

    return PatientConnection
