"""Stores the service keys that Keydesk created or adopted, with the people who are responsible for them."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Executable, delete, select

from keydesk.keys.owners import team_of
from keydesk.keys.workload import WorkloadKey
from keydesk.storage.database import Database
from keydesk.storage.tables import keys, service_keys

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ServiceKeyRecord:
    """A service key. `contacts` are entity references. An adopted key has none at first.

    `rule` is the name of the workload rule that created the key. Such a key has no contacts.
    """

    key_id: str
    team_id: str
    contacts: Sequence[str]
    rule: str | None = None


class ServiceKeyStore:
    """The rows of `KeyStore` contain these: a record ends with the record of its key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def setting(
        self, key_id: str, owner: str, contacts: Sequence[str] = (), workload: WorkloadKey | None = None
    ) -> list[Executable]:
        """Return the statements that store a service key. They are none if the owner is no team."""
        team_id = team_of(owner)
        if team_id is None:
            return []
        values = {"team_id": team_id, "contacts": list(contacts), **(asdict(workload) if workload else {})}
        statement = self._database.insert_into(service_keys).values(key_id=key_id, **values)
        return [statement.on_conflict_do_update(index_elements=[service_keys.c.key_id], set_=values)]

    def removing_of_team(self, team_id: str) -> Executable:
        """Return the statement that removes the service keys of a deleted team, with the records of these keys."""
        of_team = select(service_keys.c.key_id).where(service_keys.c.team_id == team_id)
        return delete(keys).where(keys.c.key_id.in_(of_team))

    async def find(self, key_id: str) -> ServiceKeyRecord | None:
        return (await self.of([key_id])).get(key_id)

    async def of(self, key_ids: Iterable[str]) -> dict[str, ServiceKeyRecord]:
        """Return the records of those of the keys that are service keys, by key id."""
        return await self._matching(service_keys.c.key_id.in_(list(key_ids)))

    async def of_team(self, team_id: str) -> dict[str, ServiceKeyRecord]:
        """Return the records of the team's keys by key id. Some of the keys may be deleted in LiteLLM."""
        return await self._matching(service_keys.c.team_id == team_id)

    async def pages(self) -> AsyncIterator[dict[str, ServiceKeyRecord]]:
        """Yield all records by key id, some at a time. Some of the keys may be deleted in LiteLLM."""
        last = ""
        while page := await self._matching(service_keys.c.key_id > last, _AT_ONCE):
            yield page
            last = next(reversed(page))

    async def known(self, key_ids: Collection[str]) -> set[str]:
        """Return those of the ids that belong to service keys."""
        return set(await self.of(key_ids)) if key_ids else set()

    async def watched(self, key_ids: Collection[str]) -> set[str]:
        """Return those of the ids that belong to service keys, without the keys of workloads, which end soon."""
        records = await self.of(key_ids) if key_ids else {}
        return {key_id for key_id, record in records.items() if record.rule is None}

    async def live_subjects(self, rule: str, now: datetime) -> list[str]:
        """Return the subject of each key that the workload rule created and that has not expired."""
        query = select(service_keys.c.subject)
        query = query.where(service_keys.c.rule == rule, service_keys.c.expires_at > now)
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))

    async def expired(self, until: datetime) -> dict[str, ServiceKeyRecord]:
        """Return the records of the keys of workloads that expired until then, by key id."""
        return await self._matching(service_keys.c.expires_at <= until)

    async def _matching(
        self, which: ColumnElement[bool], limit: int | None = None
    ) -> dict[str, ServiceKeyRecord]:
        columns = [service_keys.c[name] for name in ServiceKeyRecord.__slots__]
        query = select(*columns).where(which).order_by(service_keys.c.key_id).limit(limit)
        async with self._database.reading() as connection:
            found = await connection.execute(query)
            return {row.key_id: ServiceKeyRecord(*row) for row in found}
