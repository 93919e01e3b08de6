"""The clock of the database, which all replicas share."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Float, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import BindParameter, ColumnElement, FunctionElement

from keydesk.storage.tables import UtcDateTime


class _Now(FunctionElement[Any]):
    type = UtcDateTime()
    inherit_cache = True


def database_time(later_by: timedelta | BindParameter[float] = timedelta()) -> ColumnElement[Any]:
    """Return the time at which the database executes the statement, plus `later_by` (a parameter is in seconds).

    Replicas compare these times. Their own clocks can differ, but they share one database.
    """
    if isinstance(later_by, timedelta):
        return _Now(literal(later_by.total_seconds(), Float()))
    return _Now(later_by)


@compiles(_Now, "postgresql")
def _now_on_postgresql(element: _Now, compiler: SQLCompiler, **options: Any) -> str:
    # Not now(), which returns the start of the transaction: the transaction may have waited for a lock since.
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)}))"


@compiles(_Now, "sqlite")
def _now_on_sqlite(element: _Now, compiler: SQLCompiler, **options: Any) -> str:
    # Text in the format in which SQLAlchemy stores and compares times, with six fractional digits.
    seconds = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', printf('%+.3f seconds', {seconds}))"
