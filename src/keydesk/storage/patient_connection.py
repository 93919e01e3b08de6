"""A connection to PostgreSQL that does not wait for ever on a network that swallows everything."""

from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg.abc import PQGen

from keydesk.kit.deadline import remaining

RV = TypeVar("RV")
_RESERVE_SECONDS = 1.0
"""For what must be written even when the time is up: how a change ended."""


def patient_connection(patience_seconds: float) -> type[AsyncConnection[Any]]:
    """A class of connections whose every exchange with the server has so many seconds, and then is over.

    PostgreSQL's own `statement_timeout` is kept by the server, which can tell nobody when the network is
    half-open, and TCP gives up after a quarter of an hour only.
    """

    class PatientConnection(AsyncConnection[Any]):
        async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:  # noqa: ASYNC109 - psycopg's signature
            """Raises OperationalError when the time is up, as for any lost connection."""
            try:
                return await super().wait(
                    gen, interval, timeout or max(_RESERVE_SECONDS, remaining(patience_seconds))
                )
            except OperationalError as error:
                if error.sqlstate is None:
                    # It was not the server who said so: what it still sends would be taken for another answer.
                    self.pgconn.finish()
                raise

    return PatientConnection
