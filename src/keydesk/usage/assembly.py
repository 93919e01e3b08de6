"""Builds the usage services."""

from dataclasses import dataclass

from keydesk.kit.clock import Clock
from keydesk.litellm import LiteLLM
from keydesk.settings import UsageKeeping
from keydesk.usage.answers import Answers
from keydesk.usage.fetch import ActivityReader
from keydesk.usage.ingest import Ingest
from keydesk.usage.maintenance import Maintenance
from keydesk.usage.query import UsageQueries
from keydesk.usage.recent import RecentDays
from keydesk.usage.store import UsageStore

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class UsageParts:
    queries: UsageQueries
    answers: Answers
    maintenance: Maintenance

    async def aclose(self) -> None:
        await self.answers.aclose()
        await self.queries.aclose()


def assemble_usage(settings: UsageKeeping, gateway: LiteLLM, store: UsageStore, clock: Clock) -> UsageParts:
    """Half of the memory limit is for reports, half for the current days."""
    memory = settings.memory_megabytes * _MEGABYTE // 2
    reader = ActivityReader(gateway, clock)
    recent = RecentDays(memory)
    ingest = Ingest(store, reader, recent, settings, clock)
    return UsageParts(
        queries=UsageQueries(store, ingest, recent, settings, clock),
        answers=Answers(memory, settings.fresh_seconds, clock),
        maintenance=Maintenance(store, reader, ingest, settings, clock),
    )
