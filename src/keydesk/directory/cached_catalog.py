"""What the catalog said, remembered: few calls while it is up, and known people known while it is down."""

import asyncio
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from keydesk.directory.catalog import MAX_REFS, Catalog, CatalogEntity, CatalogError
from keydesk.directory.recent import Learned, Recent
from keydesk.kit.batcher import Batcher
from keydesk.kit.clock import Clock
from keydesk.kit.entity_refs import split_ref
from keydesk.kit.failure_tracker import FailureTracker
from keydesk.kit.problems import DirectoryUnavailable

Found = CatalogEntity | None
_PAUSE_SECONDS = 5.0
_PARALLEL_CALLS = 4


class CatalogFreshness(Enum):
    """What a remembered answer is good for."""

    FRESH = "served without asking"
    AGEING = "served while it is asked for again in the background"
    OLD = "served only if the catalog is down"
    WORTHLESS = "not served"


@dataclass(frozen=True, slots=True)
class CatalogCachePolicy:
    """Until which age, in seconds, an entity is of which standing, and how many are kept."""

    fresh_seconds: float
    ageing_seconds: float
    old_seconds: float = 24 * 3600.0
    absent_seconds: float = 10.0
    size: int = 20_000

    def standing(self, learned: Learned[Found] | None) -> CatalogFreshness:
        if learned is None:
            return CatalogFreshness.WORTHLESS
        age = learned.age_seconds
        if learned.value is None:
            # That somebody is unknown is believed briefly only: they may be joining now.
            return CatalogFreshness.FRESH if age < self.absent_seconds else CatalogFreshness.WORTHLESS
        if age < self.fresh_seconds:
            return CatalogFreshness.FRESH
        if age < self.ageing_seconds:
            return CatalogFreshness.AGEING
        return CatalogFreshness.OLD if age < self.old_seconds else CatalogFreshness.WORTHLESS


USERS = CatalogCachePolicy(fresh_seconds=60.0, ageing_seconds=600.0)
GROUPS = CatalogCachePolicy(fresh_seconds=300.0, ageing_seconds=1800.0)


class CachedCatalog:
    """Entities as `Catalog` gives them; a group that the catalog does not describe is one without parents."""

    def __init__(
        self,
        catalog: Catalog,
        clock: Clock,
        users: CatalogCachePolicy = USERS,
        groups: CatalogCachePolicy = GROUPS,
    ) -> None:
        self._catalog = catalog
        self.clock = clock
        self.group_changes = 0
        """Grows whenever the catalog says something else of a group, or speaks of one that is not remembered."""
        self._keeping = {"user": users, "group": groups}
        self._recent: dict[str, Recent[str, Found]] = {
            kind: Recent(keeping.size, clock) for kind, keeping in self._keeping.items()
        }
        self._outage = FailureTracker("backstage catalog", clock, _PAUSE_SECONDS)
        self._places = asyncio.Semaphore(_PARALLEL_CALLS)
        self._asking_whether_it_is_back = asyncio.Lock()
        self._gathering: Batcher[Found] = Batcher(self._fetch, MAX_REFS)

    async def entities(self, refs: Collection[str]) -> dict[str, Found]:
        """Each full lower-case reference of a user or group with its entity, None for an unknown user.

        Raises DirectoryUnavailable when the catalog gives no answer and what is remembered is too old.
        """
        looks = {ref: self._look(ref) for ref in refs}
        needed = [ref for ref, (standing, _) in looks.items() if self._must_wait_for(standing)]
        if not self._outage.pauses:
            self._gathering.start(
                ref for ref, (standing, _) in looks.items() if standing is not CatalogFreshness.FRESH
            )
        answers = await self._gathering.answers(needed)
        return {ref: answers[ref] if ref in answers else self._served(*looks[ref]) for ref in refs}

    def fresh(self, ref: str) -> Found:
        """The entity while it is served without asking, else None."""
        standing, entity = self._look(ref)
        return entity if standing is CatalogFreshness.FRESH else None

    def fresh_seconds(self, groups: Collection[str]) -> float:
        """For how long all of the groups are still served without asking; negative if one of them is not."""
        learned = [self._recent["group"].get(ref) for ref in groups]
        oldest = max((each.age_seconds if each else math.inf for each in learned), default=0.0)
        return self._keeping["group"].fresh_seconds - oldest

    async def refresh(self, ref: str) -> None:
        """Ask the catalog for one user or group now. Raises DirectoryUnavailable when it gives no answer."""
        if ref not in await self._fetch([ref]):
            raise self._unavailable()

    async def aclose(self) -> None:
        """Give up what is under way in the background."""
        await self._gathering.aclose()

    def _look(self, ref: str) -> tuple[CatalogFreshness, Found]:
        kind = split_ref(ref)[0]
        learned = self._recent[kind].get(ref)
        return self._keeping[kind].standing(learned), learned.value if learned else None

    def _must_wait_for(self, standing: CatalogFreshness) -> bool:
        # While the catalog is known to be down, nobody waits for it who can be served without.
        return standing is CatalogFreshness.WORTHLESS or (
            standing is CatalogFreshness.OLD and not self._outage.goes_on
        )

    def _served(self, standing: CatalogFreshness, entity: Found) -> Found:
        if standing is CatalogFreshness.WORTHLESS:
            raise self._unavailable()
        return entity

    def _unavailable(self) -> DirectoryUnavailable:
        return DirectoryUnavailable(
            "The directory cannot say who you are right now.",
            hint="Try again in a moment.",
            retry_after_seconds=self._outage.retry_after_seconds,
        )

    async def _fetch(self, refs: Sequence[str]) -> Mapping[str, Found]:
        """What the catalog says now; nothing when it cannot be asked."""
        async with self._asking_whether_it_is_back if self._outage.goes_on else self._places:
            # Looked at only here: who stood in line behind a failed call must not try in vain as well.
            if self._outage.pauses:
                return {}
            try:
                answers = await self._catalog.entities(refs)
            except CatalogError as failure:
                self._outage.failed(str(failure))
                return {}
            self._outage.answered()
        found = {ref: _or_bare_group(ref, entity) for ref, entity in answers.items()}
        for ref, entity in found.items():
            self._remember(ref, entity)
        return found

    def _remember(self, ref: str, entity: Found) -> None:
        kind = split_ref(ref)[0]
        before = self._recent[kind].get(ref)
        if kind == "group" and (before is None or before.value != entity):
            self.group_changes += 1
        self._recent[kind].put(ref, entity)


def _or_bare_group(ref: str, entity: Found) -> Found:
    return CatalogEntity(described=False) if entity is None and ref.startswith("group:") else entity
