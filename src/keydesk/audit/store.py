"""Writes the two halves of an audit record: rows are only ever added."""

from datetime import datetime

from sqlalchemy import insert

from keydesk.audit.models import Intent, Outcome
from keydesk.observability.request_context import current_request
from keydesk.storage.database import Database
from keydesk.storage.tables import audit_intents, audit_outcomes


class AuditStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_intent(self, intent: Intent) -> None:
        change, request = intent.change, current_request()
        row = {
            "id": intent.id,
            "at": intent.at,
            "actor": change.actor,
            "action": change.action,
            "table_name": change.table,
            "object_id": change.object_id,
            "before_value": change.before,
            "updated_values": change.after,
            "request_id": request.request_id,
            "source": request.source,
        }
        async with self._database.writing() as connection:
            await connection.execute(insert(audit_intents).values(row))

    async def add_outcome(self, intent: Intent, at: datetime, outcome: Outcome, reason: str | None) -> None:
        row = {
            "intent_id": intent.id,
            "at": at,
            "outcome": outcome,
            "object_id": intent.object_id,
            "reason": reason,
        }
        async with self._database.writing() as connection:
            await connection.execute(insert(audit_outcomes).values(row))
