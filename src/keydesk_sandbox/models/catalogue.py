"""The models of a sandbox, and the default five. Access rules are elsewhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from keydesk_sandbox.models.pricing import OPENAI_PARAMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One public model.

    Costs are USD per token. `upstream` is the provider-qualified name that usage is recorded under.
    `details` are further public members of `model_info` (limits, abilities). LiteLLM knows the provider of
    a `published` name without being told. A name with a star is a wildcard, of a provider that LiteLLM has
    no list of models of: those of other providers are shown as all the models that LiteLLM knows.
    """

    name: str
    upstream: str
    id: str
    access_groups: tuple[str, ...] = ()
    input_cost_per_token: float = 0.0
    output_cost_per_token: float = 0.0
    mode: str = "chat"
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    mock_response: str | None = None
    priced_in: str | None = "model_info"
    details: Mapping[str, Any] = field(default_factory=dict)
    published: bool = False

    @property
    def is_wildcard(self) -> bool:
        return "*" in self.name

    @property
    def provider(self) -> str:
        """Return the part of the upstream name before the slash."""
        return self.upstream.partition("/")[0]


_OPENAI_CHAT: Final = {
    "supports_system_messages": True,
    "supports_response_schema": True,
    "supports_vision": True,
    "supports_function_calling": True,
    "supports_parallel_function_calling": True,
    "supports_tool_choice": True,
    "supports_prompt_caching": True,
    "supports_pdf_input": True,
}

_ANTHROPIC_CHAT: Final = {
    "supports_response_schema": True,
    "supports_vision": True,
    "supports_function_calling": True,
    "supports_tool_choice": True,
    "supports_assistant_prefill": True,
    "supports_prompt_caching": True,
    "supports_pdf_input": True,
    "supports_native_structured_output": True,
    "supports_reasoning": True,
    "supports_tool_search": True,
    "supports_computer_use": True,
}


def _search(usd: float) -> dict[str, float]:
    """Return the cost of a web search, the same for every size of context."""
    return {f"search_context_size_{size}": usd for size in ("high", "low", "medium")}


DEFAULT_MODELS: Final = (
    Model(
        name="gpt-4o-mini",
        upstream="openai/gpt-4o-mini",
        id="m-mini",
        published=True,
        access_groups=("basic",),
        input_cost_per_token=0.00000015,
        output_cost_per_token=0.0000006,
        max_input_tokens=128000,
        max_output_tokens=16384,
        mock_response="hi from mini",
        details=_OPENAI_CHAT
        | {
            "input_cost_per_token_batches": 7.5e-08,
            "input_cost_per_token_priority": 2.5e-07,
            "output_cost_per_token_batches": 3e-07,
            "output_cost_per_token_priority": 1e-06,
            "cache_read_input_token_cost": 7.5e-08,
            "cache_read_input_token_cost_priority": 1.25e-07,
            "search_context_cost_per_query": _search(0.025),
        },
    ),
    Model(
        name="gpt-4o",
        upstream="openai/gpt-4o",
        id="m-4o",
        published=True,
        access_groups=("basic", "standard"),
        input_cost_per_token=0.0000025,
        output_cost_per_token=0.00001,
        max_input_tokens=128000,
        max_output_tokens=16384,
        mock_response="hi from 4o",
        details=_OPENAI_CHAT
        | {
            "input_cost_per_token_batches": 1.25e-06,
            "input_cost_per_token_priority": 4.25e-06,
            "output_cost_per_token_batches": 5e-06,
            "output_cost_per_token_priority": 1.7e-05,
            "cache_read_input_token_cost": 1.25e-06,
            "cache_read_input_token_cost_priority": 2.125e-06,
        },
    ),
    Model(
        name="claude-sonnet",
        upstream="anthropic/claude-sonnet-4-5",
        id="m-sonnet",
        access_groups=("standard",),
        input_cost_per_token=0.000003,
        output_cost_per_token=0.000015,
        max_input_tokens=200000,
        max_output_tokens=64000,
        mock_response="hi from sonnet",
        details=_ANTHROPIC_CHAT
        | {
            "input_cost_per_token_batches": 1.5e-06,
            "output_cost_per_token_batches": 7.5e-06,
            "cache_creation_input_token_cost": 3.75e-06,
            "cache_creation_input_token_cost_above_1hr": 6e-06,
            "cache_creation_input_token_cost_batches": 1.875e-06,
            "cache_read_input_token_cost": 3e-07,
            "cache_read_input_token_cost_batches": 1.5e-07,
            "prompt_cache_min_tokens": 1024,
            "search_context_cost_per_query": _search(0.01),
        },
    ),
    Model(
        name="premium-xl",
        upstream="openai/premium-xl",
        id="m-premium",
        access_groups=("premium",),
        input_cost_per_token=0.01,
        output_cost_per_token=0.05,
        max_input_tokens=200000,
        max_output_tokens=16000,
        mock_response="hi from premium",
        priced_in="litellm_params",
        details={"supported_openai_params": [*OPENAI_PARAMS[:-1], "user"], "key": "openai/premium-xl"},
    ),
    Model(
        name="text-embedding-3-small",
        upstream="openai/text-embedding-3-small",
        id="m-embed",
        published=True,
        access_groups=("basic",),
        input_cost_per_token=0.00000002,
        mode="embedding",
        max_input_tokens=8191,
        priced_in=None,
        details={
            "output_vector_size": 1536,
            "input_cost_per_token_batches": 1e-08,
            "output_cost_per_token_batches": 0.0,
        },
    ),
)
"""Cheap and expensive, chat and embedding models in three access groups.

One `premium-xl` call exceeds a small budget.
"""


class Catalogue:
    """The models by public name, in the order in which they were configured or added."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self.models = models

    def find(self, name: str) -> Model | None:
        """Return the model with this public or provider-qualified name, else the longest wildcard that matches."""
        own = [model for model in self.models if name in (model.name, model.upstream)]
        return next(iter(own), None) or max(
            self._wildcards(name), key=lambda each: len(each.name), default=None
        )

    def in_group(self, group: str) -> list[Model]:
        """Return the models of an access group; empty if there is no such group."""
        return [model for model in self.models if group in model.access_groups]

    def needs_licence(self, group: str) -> bool:
        """Return whether a key with the access group needs a license: a wildcard matches a model of it."""
        return any(self._wildcards(model.name) for model in self.in_group(group))

    def add(self, model: Model) -> None:
        self.models = (*self.models, model)

    def remove(self, model_id: str) -> bool:
        """Return whether a model with that id existed."""
        before = len(self.models)
        self.models = tuple(model for model in self.models if model.id != model_id)
        return len(self.models) < before

    def _wildcards(self, name: str) -> list[Model]:
        return [model for model in self.models if model.is_wildcard and _matches(model.name, name)]


def _matches(wildcard: str, name: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, wildcard.split("*"))), name) is not None
