"""How a process tells the others of a change before it answers. Both buses implement `InvalidationBus`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

MOST_ROWS = 500
OPEN_INTENTS = (
    "select l.table_name, l.object_id, l.before_value, l.updated_values from audit_open_intents o "  # noqa: S608 - a number of ours
    f"join audit_log l on l.change_id = o.change_id where l.kind = 'intent' limit {MOST_ROWS}"
)
"""Changes in progress, and changes that were left without an outcome. While one is open, replicas do not trust what
they cached of the objects that it names."""


class Dropped(Protocol):
    """Forgets what the tags touch, at once."""

    def __call__(self, tags: Collection[str], *, certain: bool = True) -> None:
        """Where nobody is certain that it changed, it may still be shown while LiteLLM cannot be asked."""


class Notice(Protocol):
    """Tells other processes of one change. It goes out with the transaction that records the change, or not at all."""

    async def send(self, connection: AsyncConnection) -> None:
        """Make it part of the transaction of `connection`."""

    async def heard(self) -> None:
        """Return once every other process that may serve has forgotten what it names. Call after the commit."""


class NoNotice:
    """The notice where there is nobody to tell."""

    async def send(self, connection: AsyncConnection) -> None:
        pass

    async def heard(self) -> None:
        pass


class InvalidationBus(Protocol):
    async def start(self) -> None:
        """Begin to listen. The database is at its newest schema."""

    async def aclose(self) -> None:
        """Stop listening; whoever waits for this process need not any longer."""

    def may_serve(self) -> bool:
        """Whether every change made elsewhere that was answered until now has been heard of here."""

    def notice(self, tags: Collection[str]) -> Notice:
        """Return a notice that these have changed for certain."""

    async def publish(self, tags: Collection[str], *, certain: bool = True) -> None:
        """Return once every other process that may serve has forgotten these, or may not serve any longer.

        For what has no transaction to go with. Where it cannot be sent, others find the open intent in the log.
        """


TagsOf = Callable[[str, str | None, dict[str, Any], dict[str, Any]], Collection[str]]
"""The tags of one entry: its table, the object's id, the values before and after."""


def tags_of_rows(
    rows: Sequence[Sequence[Any]],
    tags_of: TagsOf,
    everything: str,
    members: Callable[[Any], Mapping[str, Any]] = lambda value: value or {},
) -> set[str]:
    """Return the tags of the entries in `rows`; `everything` where there are too many of them."""
    if len(rows) == MOST_ROWS:
        return {everything}
    tags: set[str] = set()
    for table, object_id, before, after in rows:
        tags.update(tags_of(table, object_id, dict(members(before)), dict(members(after))))
    return tags
