"""Stores the links between identity providers' subjects and people."""

from sqlalchemy import select

from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.problems import NotSignedIn, StorageUnavailable
from keydesk.storage.database import STORAGE_FAILURES, Database
from keydesk.storage.tables import identity_links


class LinkStore:
    """The `Links` of all replicas. The database decides which of two concurrent links wins."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def ref_for(self, issuer: str, subject: str, wanted_ref: str) -> str:
        """Return the person linked to the subject. Raises NotSignedIn and StorageUnavailable."""
        try:
            ref = await self._linked(issuer, subject)
            if ref is None:
                await self._link(issuer, subject, wanted_ref)
                ref = await self._linked(issuer, subject)
        except STORAGE_FAILURES:
            raise StorageUnavailable from None
        if ref is None:
            raise NotSignedIn(
                message("This user name is already linked to another account. Contact the platform team.")
            )
        return ref

    async def _linked(self, issuer: str, subject: str) -> str | None:
        links = identity_links.c
        statement = select(links.ref).where(links.issuer == issuer, links.subject == subject)
        async with self._database.reading() as connection:
            ref: str | None = await connection.scalar(statement)
            return ref

    async def _link(self, issuer: str, subject: str, ref: str) -> None:
        """Insert the link unless the subject or the person is already linked. The caller reads the result."""
        statement = self._database.insert_into(identity_links).values(
            issuer=issuer, subject=subject, ref=ref, linked_at=self._clock()
        )
        async with self._database.writing() as connection:
            await connection.execute(statement.on_conflict_do_nothing())
