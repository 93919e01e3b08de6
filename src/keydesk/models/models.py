"""Response bodies for models."""

from pydantic import BaseModel, ConfigDict


class ModelView(BaseModel):
    """A model by its public name. Costs are in US dollars per token, limits in tokens; null means unknown."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    model_name: str
    mode: str | None
    input_cost_per_token: float | None
    output_cost_per_token: float | None
    max_input_tokens: int | None
    max_output_tokens: int | None
    supports_function_calling: bool
    supports_vision: bool
    access_groups: list[str]
