"""The database's own clock in statements, for times that replicas compare with each other.

The clocks of replicas may differ; the database has one for all of them. On SQLite it is the machine's.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement, FunctionElement

from keydesk.storage.tables import UtcDateTime


class _Now(FunctionElement[Any]):
    type = UtcDateTime()
    inherit_cache = False

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def database_time(later_by: timedelta = timedelta()) -> ColumnElement[Any]:
    """The moment at which the database executes the statement, moved by `later_by`."""
    return _Now(later_by.total_seconds())


@compiles(_Now, "postgresql")
def _postgresql(element: _Now, *_: Any, **__: Any) -> str:
    # Not now(): that is when the transaction began, which may have waited for a lock since.
    return f"(clock_timestamp() + interval '{element.seconds:.3f} seconds')"


@compiles(_Now, "sqlite")
def _sqlite(element: _Now, *_: Any, **__: Any) -> str:
    # As text in the form in which SQLAlchemy stores and compares times, with six digits after the second.
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '{element.seconds:+.3f} seconds')"
