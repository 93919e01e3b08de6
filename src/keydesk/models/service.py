"""Lists the models of the gateway, with one entry per public name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from keydesk.litellm import Deployment, LiteLLM
from keydesk.models.models import ModelView

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Catalogue:
    gateway: LiteLLM

    async def models(self) -> list[ModelView]:
        """Return the public models, sorted by name. Deployments that belong to a single team are left out."""
        by_name: dict[str, list[Deployment]] = {}
        for deployment in await self.gateway.models.list():
            if deployment.team_id is None:
                by_name.setdefault(deployment.model_name, []).append(deployment)
        return [_merged(name, by_name[name]) for name in sorted(by_name)]


def _merged(name: str, deployments: Sequence[Deployment]) -> ModelView:
    """Combine the deployments of a model: the highest price, the smallest limits and the common capabilities."""
    return ModelView(
        model_name=name,
        mode=next((each.mode for each in deployments if each.mode), None),
        input_cost_per_token=max(_known(each.input_cost_per_token for each in deployments), default=None),
        output_cost_per_token=max(_known(each.output_cost_per_token for each in deployments), default=None),
        max_input_tokens=min(_known(each.max_input_tokens for each in deployments), default=None),
        max_output_tokens=min(_known(each.max_output_tokens for each in deployments), default=None),
        supports_function_calling=all(each.supports_function_calling for each in deployments),
        supports_vision=all(each.supports_vision for each in deployments),
        access_groups=sorted({group for each in deployments for group in each.access_groups}),
    )


def _known(values: Iterable[Number | None]) -> list[Number]:
    return [value for value in values if value is not None]
