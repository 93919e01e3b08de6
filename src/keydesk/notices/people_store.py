"""Stores what each person chose: language, time zone, turned-off kinds, and an address for use without a directory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time
from keydesk.storage.notice_tables import people


@dataclass(frozen=True, slots=True)
class Choices:
    """`turned_off` has the kinds that a person does not want, by channel. The others are None if not chosen."""

    language: str | None = None
    turned_off: Mapping[str, Sequence[str]] = field(default_factory=dict)
    email: str | None = None
    time_zone: str | None = None


class PeopleStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, refs: Iterable[str]) -> dict[str, Choices]:
        """Return the choices by person, without people who have made none."""
        columns = (people.c.language, people.c.turned_off, people.c.email, people.c.time_zone)
        query = select(people.c.ref, *columns)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.where(people.c.ref.in_(list(refs))))
            return {ref: Choices(*values) for ref, *values in rows}

    async def save(self, ref: str, choices: Choices) -> None:
        values = {
            "language": choices.language,
            "turned_off": {channel: list(kinds) for channel, kinds in choices.turned_off.items()},
            "email": choices.email,
            "time_zone": choices.time_zone,
            "changed_at": database_time(),
        }
        statement = self._database.insert_into(people).values(ref=ref, **values)
        async with self._database.writing() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=[people.c.ref], set_=values)
            )
