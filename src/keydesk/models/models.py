"""One AI model as people choose it, by its public name."""

from pydantic import BaseModel, ConfigDict


class ModelView(BaseModel):
    """Costs are US dollars a token, limits are tokens; null means that LiteLLM does not know."""

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
