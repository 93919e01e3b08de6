"""The protocol with which a process makes the others drop changed cache entries before it responds.

`SqliteBus` and `PostgresBus` implement it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

MOST_ROWS = 500
OPEN_INTENTS = (
    "select l.table_name, l.object_id, l.before_value, l.updated_values from audit_open_intents o "  # noqa: S608 - a constant
    f"join audit_log l on l.change_id = o.change_id where l.kind = 'intent' limit {MOST_ROWS}"
)
"""Changes in progress, and changes without a recorded outcome. While one is open, replicas do not trust their cache
entries for its objects."""

KEY_SECRETS = "select secret_id, key_id from key_secrets"
"""The later secrets of all keys. A process that may have missed a message reads them again."""


class DropTags(Protocol):
    """Drops the cache entries with these tags immediately."""

    def __call__(self, tags: Collection[str], *, certain: bool = True) -> None:
        """If the change is not certain, entries may still be served while LiteLLM is unavailable."""


class InvalidationMessage(Protocol):
    """A message about one change. It is sent with the transaction that records the change, or not at all."""

    async def send(self, connection: AsyncConnection) -> None:
        """Send the message as part of the transaction of `connection`."""

    async def delivered(self) -> None:
        """Wait until every other serving process has dropped the tags. Call this after the commit."""


class NoMessage:
    """The message if there are no other processes to notify. It does nothing."""

    async def send(self, connection: AsyncConnection) -> None:
        pass

    async def delivered(self) -> None:
        pass


class InvalidationBus(Protocol):
    async def start(self) -> None:
        """Start to listen. The schema must be up to date."""

    async def aclose(self) -> None:
        """Stop listening. Other processes no longer wait for this one."""

    def may_serve(self) -> bool:
        """Return whether this process has received every change that another process has confirmed to a caller."""

    def expire_check(self) -> None:
        """Make the next `may_serve` look for changes, even if it did so in this iteration of the event loop."""

    def message(self, tags: Collection[str]) -> InvalidationMessage:
        """Return the message of a certain change of these tags."""

    async def publish(self, tags: Collection[str], *, certain: bool = True) -> None:
        """Wait until every other process has dropped the tags or has stopped serving from its cache.

        Use it for changes without a transaction. If sending fails, the others find the open intent in the audit log.
        """


TagsOf = Callable[[str, str | None, dict[str, Any], dict[str, Any]], Collection[str]]
"""Returns the tags of an audit entry from its table, the object's id, and the values before and after."""


def tags_of_rows(
    rows: Sequence[Sequence[Any]],
    tags_of: TagsOf,
    everything: str,
    members: Callable[[Any], Mapping[str, Any]] = lambda value: value or {},
) -> set[str]:
    """Return the tags of the entries in `rows`, or `everything` if there are too many rows."""
    if len(rows) == MOST_ROWS:
        return {everything}
    tags: set[str] = set()
    for table, object_id, before, after in rows:
        tags.update(tags_of(table, object_id, dict(members(before)), dict(members(after))))
    return tags
