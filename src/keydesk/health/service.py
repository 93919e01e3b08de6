"""Checks whether the database, LiteLLM and the directory are available."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from keydesk.cache.cache import Cache
from keydesk.directory.entry import Directory
from keydesk.health.models import PartsView, PartView, ReadyView
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable, NotReady
from keydesk.litellm import LiteLLM, LiteLLMError, ReleaseWarning
from keydesk.storage.database import STORAGE_FAILURES, Database
from keydesk.telemetry.figures import Figures

_NOBODY = Person("user:default/keydesk-looks-whether-you-are-there")
"""A person in no directory, so that no directory can answer from its cache."""


@dataclass(frozen=True, slots=True)
class Health:
    gateway: LiteLLM
    database: Database
    directory: Directory
    snapshots: Cache
    figures: Figures

    @property
    def litellm_is_away(self) -> bool:
        """Return whether calls to LiteLLM are rejected after repeated failures. Makes no call."""
        return self.gateway.breaker.rejects_calls

    async def parts(self) -> PartsView:
        """Return the state of all dependencies."""
        litellm, directory, database = await asyncio.gather(
            self._litellm(), self._directory(), self._database()
        )
        warnings = await self._warnings() if litellm.state == "ok" else ()
        return PartsView(litellm=litellm, directory=directory, database=database, warnings=warnings)

    async def ready(self) -> ReadyView:
        """Return the states of the database and LiteLLM; `degraded` if one is unavailable and reads still work.

        Without the database, reads come from LiteLLM. Without LiteLLM, they come from the in-memory cache. Raises
        NotReady if neither works.
        """
        database, litellm = await asyncio.gather(self._database(), self._litellm())
        available = {"database": database.state == "ok", "litellm": litellm.state == "ok"}
        self.figures.parts.update(available)
        if not any(available.values()) and not (len(self.snapshots) and self.snapshots.may_serve()):
            raise NotReady(
                message("Neither the database nor LiteLLM is available."),
                hint=message("Run `keydesk doctor` to find the cause."),
                retry_after_seconds=5,
                database=database.model_dump(),
                litellm=litellm.model_dump(),
            )
        status: Literal["ok", "degraded"] = "ok" if all(available.values()) else "degraded"
        return ReadyView(status=status, database=database, litellm=litellm)

    async def _warnings(self) -> tuple[ReleaseWarning, ...]:
        """Return the warnings about LiteLLM's release, which is read only once."""
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
