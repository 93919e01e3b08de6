"""Stores which alerts people want for themselves, and team admins for their teams."""

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import Executable, delete, select

from keydesk.alerts.models import Choice
from keydesk.storage.alert_tables import alert_choices as table
from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time


class ChoiceStore:
    """Subjects are entity references of people, and teams as `models.team_subject`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, subjects: Collection[str]) -> dict[str, Choice]:
        """Return the choices, without people and teams that have made none."""
        if not subjects:
            return {}
        query = select(table).where(table.c.subject.in_(list(subjects)))
        async with self._database.reading() as connection:
            return {
                row.subject: Choice(tuple(row.thresholds), row.forecast, row.jumps)
                for row in await connection.execute(query)
            }

    async def save(self, subject: str, choice: Choice | None, by: str) -> None:
        """Store the choice. None returns to the rules in the settings."""
        async with self._database.writing() as connection:
            await connection.execute(self.saving(subject, choice, by))

    def saving(self, subject: str, choice: Choice | None, by: str) -> Executable:
        """Return the statement that stores the choice, for the transaction that records a change."""
        if choice is None:
            return delete(table).where(table.c.subject == subject)
        return self._upserting(subject, choice, by)

    def _upserting(self, subject: str, choice: Choice, by: str) -> Executable:
        values = {
            **asdict(choice),
            "thresholds": list(choice.thresholds),
            "changed_by": by,
            "changed_at": database_time(),
        }
        insert = self._database.insert_into(table)
        return insert.values(subject=subject, **values).on_conflict_do_update(
            index_elements=[table.c.subject], set_=values
        )
