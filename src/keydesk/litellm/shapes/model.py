"""Models: deployments, and groups of deployments with one public name."""

from collections.abc import Mapping
from typing import Any

from pydantic import AliasChoices, Field

from keydesk.litellm.shapes.base import Answered


class Offer(Answered):
    """Members that deployments and groups share. Costs are in US dollars per token, limits in tokens."""

    mode: str | None = None
    input_cost_per_token: float | None = None
    output_cost_per_token: float | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    supports_function_calling: bool = False
    supports_vision: bool = False
    supports_reasoning: bool = False
    supports_web_search: bool = False


class Deployment(Offer):
    """One deployment in `/model/info`. Several can share a `model_name`, the public name.

    Only the provider's model name is read from `litellm_params`: the rest can contain the provider's credentials.
    """

    model_name: str
    deployment_id: str | None = None
    provider_model: str | None = None
    access_groups: tuple[str, ...] = ()
    team_id: str | None = None

    @classmethod
    def arranged(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        if "model_info" not in data:
            return data
        info = data["model_info"] or {}
        params = data.get("litellm_params") or {}
        named = {"model_name": data.get("model_name"), "provider_model": params.get("model")}
        return {**info, **named, "deployment_id": info.get("id")}


class ModelGroup(Offer):
    """All deployments with one public name, in `/model_group/info`."""

    model_name: str = Field(validation_alias=AliasChoices("model_group", "model_name"))
    providers: tuple[str, ...] = ()
