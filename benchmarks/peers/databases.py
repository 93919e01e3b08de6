"""A shared PostgreSQL database for replicas: on the given server, or on one started for this."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from tests.support.peers.postgres import given_server, new_database, started_server


@contextmanager
def postgres_database() -> Iterator[str]:
    """Yield the URL of an empty database, which is deleted afterwards."""
    with ExitStack() as stack:
        server = given_server() or stack.enter_context(started_server())
        yield stack.enter_context(new_database(server))


def postgres_version(database_url: str) -> str:
    with psycopg.connect(database_url) as connection:
        return f"PostgreSQL {connection.info.server_version // 10_000}"
