"""Asks the database, LiteLLM and the directory whether they are there."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from keydesk.cache.cache import Cache
from keydesk.directory.entry import Directory
from keydesk.health.models import PartsView, PartView, ReadyView
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable, NotReady
from keydesk.litellm import LiteLLM, LiteLLMError, Warned
from keydesk.storage.database import STORAGE_FAILURES, Database
from keydesk.telemetry.figures import Figures

_NOBODY = Person("user:default/keydesk-looks-whether-you-are-there")
"""Known to no directory, so that no directory answers out of what it remembers of people."""


@dataclass(frozen=True, slots=True)
class Health:
    gateway: LiteLLM
    database: Database
    directory: Directory
    snapshots: Cache
    figures: Figures

    async def parts(self) -> PartsView:
        """Every state, whichever it is."""
        litellm, directory, database = await asyncio.gather(
            self._litellm(), self._directory(), self._database()
        )
        warnings = await self._warnings() if litellm.state == "ok" else ()
        return PartsView(litellm=litellm, directory=directory, database=database, warnings=warnings)

    async def ready(self) -> ReadyView:
        """Return both states; `degraded` while one is unavailable and people can still read.

        Without the database, reads come from LiteLLM; without LiteLLM, from memory. Raises NotReady where there is
        neither: then this process can answer nothing.
        """
        database, litellm = await asyncio.gather(self._database(), self._litellm())
        available = {"database": database.state == "ok", "litellm": litellm.state == "ok"}
        self.figures.parts.update(available)
        if not any(available.values()) and not (len(self.snapshots) and self.snapshots.may_serve()):
            raise NotReady(
                "Neither the database nor LiteLLM is available.",
                hint="Start one of them; `keydesk doctor` says what is wrong.",
                retry_after_seconds=5,
                database=database.model_dump(),
                litellm=litellm.model_dump(),
            )
        status: Literal["ok", "degraded"] = "ok" if all(available.values()) else "degraded"
        return ReadyView(status=status, database=database, litellm=litellm)

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
