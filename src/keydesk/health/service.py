"""Asks the database and LiteLLM whether they are there."""

import asyncio
from dataclasses import dataclass

from keydesk.health.models import PartView, ReadyView
from keydesk.litellm import LiteLLM, LiteLLMError
from keydesk.problems import NotReady
from keydesk.storage.database import STORAGE_FAILURES, Database


@dataclass(frozen=True, slots=True)
class Health:
    gateway: LiteLLM
    database: Database

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

    async def _database(self) -> PartView:
        try:
            await self.database.check()
        except STORAGE_FAILURES:
            return PartView(state="unavailable")
        return PartView(state="ok")

    async def _litellm(self) -> PartView:
        try:
            readiness = await self.gateway.health.readiness()
        except LiteLLMError:
            return PartView(state="unavailable")
        return PartView(state="ok", version=readiness.version)
