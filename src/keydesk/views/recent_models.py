"""The models as rules about new keys go by them: at most as old as a snapshot counts as fresh, else asked for."""

from dataclasses import dataclass

from keydesk.cache.cache import Cache
from keydesk.cache.cache_policy import CachePolicy
from keydesk.models.models import ModelView
from keydesk.models.service import Catalogue
from keydesk.views.sources import MODELS_TIMES_AS_LONG, models_source


@dataclass(frozen=True, slots=True)
class RecentModels:
    catalogue: Catalogue
    snapshots: Cache
    keeping: CachePolicy

    async def models(self) -> list[ModelView]:
        """All public models by name. Raises LiteLLMError."""
        keeping = self.keeping.longer(MODELS_TIMES_AS_LONG).fresh_only()
        seen = await self.snapshots.get(models_source(self.catalogue, keeping))
        return seen.value.value()
