"""One page of LiteLLM's activity, with the totals it tells of itself. Pages are put together elsewhere."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from keydesk.litellm.shapes.activity import ActivityDay, Metrics
from keydesk.litellm.shapes.base import Answered


class ActivityPage(Answered):
    """From `/user/daily/activity` and its like. `totals` are those of this page, not of the whole range."""

    days: tuple[ActivityDay, ...] = Field(default=(), validation_alias="results")
    totals: Metrics = Metrics()
    total_pages: int = 1
    total_api_keys: int = 0

    @classmethod
    def arranged(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        metadata = data.get("metadata") or {}
        # All totals are named total_<metric>, only the total of tokens is not total_total_tokens.
        totals = {name.removeprefix("total_"): value for name, value in metadata.items()}
        totals["total_tokens"] = metadata.get("total_tokens")
        return {
            "results": data.get("results"),
            "totals": totals,
            "total_pages": metadata.get("total_pages"),
            "total_api_keys": metadata.get("total_api_keys"),
        }
