"""Drops the cached data that a change affects, in this process and in all others."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.cache.cache import Cache
from keydesk.storage.invalidation_bus import InvalidationBus, NoMessage

ALL_TEAMS = "teams"
"""Tag of every change of any team, for data that may contain any team."""
_OF_TEAMS = {AuditedTable.TEAM, AuditedTable.MEMBERSHIP, AuditedTable.OBJECT_PERMISSION}


class Invalidation:
    """Invalidates cached data by tags. Without a cache and a bus, as in commands, it does nothing."""

    def __init__(self, cache: Cache | None = None, bus: InvalidationBus | None = None) -> None:
        self._cache = cache
        self._bus = bus

    async def invalidate(self, change: Change, object_id: str | None, *, certain: bool = True) -> None:
        """Drop what the change may have affected. `certain` is False if it is unknown whether the change was made."""
        tags = touched_by(change, object_id)
        if tags and self._cache is not None and self._bus is not None:
            self._cache.drop(tags, certain=certain)
            await self._bus.publish(tags, certain=certain)

    def message(
        self, change: Change, object_id: str | None, tags: Collection[str] = frozenset()
    ) -> "ChangeMessage":
        """Return the message for a change, to be sent in the transaction that records its outcome.

        `tags` are sent in addition to those of the change.
        """
        return ChangeMessage(self._cache, self._bus, touched_by(change, object_id).union(tags))

    def account_message(self, user_id: str) -> "ChangeMessage":
        """Return the message for a change of an account record, to be sent in the transaction of the change."""
        return ChangeMessage(self._cache, self._bus, {of_account(user_id), of_user(user_id)})


class ChangeMessage:
    """Makes this process and all others drop the data of one change."""

    def __init__(self, cache: Cache | None, bus: InvalidationBus | None, tags: Collection[str]) -> None:
        self._cache = cache
        self._tags = tags
        self._message = bus.message(tags) if bus is not None and tags else NoMessage()

    def drop_here(self) -> None:
        """Drop the data in this process only."""
        if self._cache is not None and self._tags:
            self._cache.drop(self._tags)

    async def send(self, connection: AsyncConnection) -> None:
        """Send the message to the other processes in the transaction of `connection`."""
        await self._message.send(connection)

    async def delivered(self) -> None:
        """Drop the data here, and wait until all other processes have dropped it. Call after the commit."""
        self.drop_here()
        await self._message.delivered()


def tags_of_entry(
    table: str, object_id: str | None, before: dict[str, Any], after: dict[str, Any]
) -> Collection[str]:
    """Return the tags that an audit log entry affects."""
    change = Change("", Action.UPDATED, AuditedTable(table), object_id, before, after)
    return touched_by(change, object_id)


def of_user(user_id: str) -> str:
    """Return the tag of a person's data, such as keys and the list of teams."""
    return f"user:{user_id}"


def of_account(user_id: str) -> str:
    """Return the tag of a person's account, which does not depend on their keys."""
    return f"account:{user_id}"


def of_team(team_id: str) -> str:
    """Return the tag of a team and of all data that contains it."""
    return f"team:{team_id}"


def of_key(key_id: str) -> str:
    """Return the tag of one key, by Keydesk's id."""
    return f"key:{key_id}"


def touched_by(change: Change, object_id: str | None) -> frozenset[str]:
    """Return the tags of everything that a recorded change may have affected."""
    users, teams = set(_named(change, "user_id")), set(_named(change, "team_id"))
    for values in (change.before, change.after):
        teams.update(_texts(values, "teams"))
    if change.table is AuditedTable.USER and object_id:
        users.add(object_id)
    if change.table in _OF_TEAMS and object_id:
        teams.add(object_id)
    tags = {of_user(user_id) for user_id in users} | {of_team(team_id) for team_id in teams}
    if change.table is not AuditedTable.KEY:
        tags |= {of_account(user_id) for user_id in users}
    elif object_id:
        tags.add(of_key(object_id))
    return frozenset(tags | {ALL_TEAMS} if teams else tags)


def _named(change: Change, name: str) -> Iterable[str]:
    return (value for values in (change.before, change.after) if isinstance(value := values.get(name), str))


def _texts(values: Mapping[str, Any], name: str) -> Iterable[str]:
    found = values.get(name)
    return (each for each in found if isinstance(each, str)) if isinstance(found, list | tuple) else ()
