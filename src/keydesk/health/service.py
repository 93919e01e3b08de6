"""Asks the database, LiteLLM and the directory whether they are there."""

import asyncio
from dataclasses import dataclass

from keydesk.directory.entry import Directory
from keydesk.health.models import PartsView, PartView, ReadyView
from keydesk.identity.principal import Person
from keydesk.litellm import LiteLLM, LiteLLMError, Warned
from keydesk.problems import DirectoryUnavailable, NotReady
from keydesk.storage.database import STORAGE_FAILURES, Database

_NOBODY = Person("user:default/keydesk-looks-whether-you-are-there")
"""Known to no directory, so that no directory answers out of what it remembers of people."""


@dataclass(frozen=True, slots=True)
class Health:
    gateway: LiteLLM
    database: Database
    directory: Directory

    async def parts(self) -> PartsView:
        """Every state, whichever it is."""
        litellm, directory, database = await asyncio.gather(
            self._litellm(), self._directory(), self._database()
        )
        warnings = await self._warnings() if litellm.state == "ok" else ()
        return PartsView(litellm=litellm, directory=directory, database=database, warnings=warnings)

    async def ready(self) -> ReadyView:
        """Both states. Raises NotReady without the database, since nothing works then."""
        database, litellm = await asyncio.gather(self._database(), self._litellm())
        if database.state != "ok":
            raise NotReady(
                "The key desk's database is unavailable.",
                retry_after_seconds=5,
                database=database.model_dump(),
                litellm=litellm.model_dump(),
            )
        return ReadyView(
            status="ok" if litellm.state == "ok" else "degraded", database=database, litellm=litellm
        )

    async def _warnings(self) -> tuple[Warned, ...]:
        """Return what is known against LiteLLM's release. The release is asked for once."""
        try:
            return (await self.gateway.release()).warnings
        except LiteLLMError:
            return ()

    async def _database(self) -> PartView:
        try:
            await self.database.check()
        except STORAGE_FAILURES:
            return PartView(state="unavailable")
        return PartView(state="ok")

    async def _directory(self) -> PartView:
        try:
            await self.directory.find(_NOBODY)
        except DirectoryUnavailable:
            return PartView(state="unavailable")
        return PartView(state="ok")

    async def _litellm(self) -> PartView:
        try:
            readiness = await self.gateway.health.readiness()
        except LiteLLMError:
            return PartView(state="unavailable")
        return PartView(state="ok", version=readiness.version)
