"""LiteLLM's descriptions of a model on its different model routes. No access checks."""

from typing import Any

from keydesk_sandbox.models.catalogue import Model
from keydesk_sandbox.models.pricing import ANTHROPIC_PARAMS, OPENAI_PARAMS, UNPRICED

Json = dict[str, Any]

_CREATED = 1677610602  # LiteLLM prints the same second for every model.


def model_info(model: Model) -> Json:
    """Return an entry of `GET /model/info`."""
    return {"model_name": model.name, "litellm_params": _params(model), "model_info": _info(model)}


def model_entry(model: Model) -> Json:
    """Return an entry of `GET /v1/models`; embedding models have no output limit there."""
    limits = {"max_input_tokens": model.max_input_tokens, "max_output_tokens": model.max_output_tokens}
    known = {name: value for name, value in limits.items() if value is not None}
    return {
        "id": model.name,
        "object": "model",
        "created": _CREATED,
        "owned_by": "openai",
        "mode": model.mode,
        **known,
    }


def model_group(model: Model) -> Json:
    """Return an entry of `GET /model_group/info`; its limits are floats."""
    ability = model.details.get
    return {
        "model_group": model.name,
        "providers": [model.provider],
        "max_input_tokens": _float(model.max_input_tokens),
        "max_output_tokens": _float(model.max_output_tokens),
        "input_cost_per_token": model.input_cost_per_token,
        "output_cost_per_token": model.output_cost_per_token,
        "input_cost_per_pixel": None,
        "mode": model.mode,
        **dict.fromkeys(("tpm", "rpm", "itpm", "otpm")),
        "supports_parallel_function_calling": bool(ability("supports_parallel_function_calling")),
        "supports_vision": bool(ability("supports_vision")),
        "supports_web_search": False,
        "supports_url_context": False,
        "supports_reasoning": bool(ability("supports_reasoning")),
        "supports_function_calling": bool(ability("supports_function_calling")),
        "supports_fast_mode": False,
        "supported_reasoning_efforts": [] if ability("supports_system_messages") else None,
        "supported_openai_params": _supported_params(model),
        **dict.fromkeys(("configurable_clientside_auth_params", "description", "supported_endpoints")),
        "supports_background_chat": False,
        "is_public_model_group": False,
        **dict.fromkeys(("health_status", "health_response_time", "health_checked_at")),
        **dict.fromkeys(("custom_tags", "custom_metadata")),
    }


def unknown_entry(name: str) -> Json:
    """Return an entry of `GET /v1/models` for an unknown name in a key's list."""
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "openai"}


def unknown_group(name: str) -> Json:
    """Return an entry of `GET /model_group/info` for an unknown name."""
    nobody = Model(name=name, upstream=name, id=name)
    nothing: Json = {"providers": [], "supported_openai_params": []}
    return model_group(nobody) | nothing | dict.fromkeys(("input_cost_per_token", "output_cost_per_token"))


def _params(model: Model) -> Json:
    params: Json = dict.fromkeys(
        (
            "allow_client_keepalive_override",
            "use_in_pass_through",
            "use_litellm_proxy",
            "use_xai_oauth",
            "merge_reasoning_content_in_choices",
        ),
        False,
    )
    if model.priced_in == "litellm_params":
        params["input_cost_per_token"] = model.input_cost_per_token
        params["output_cost_per_token"] = model.output_cost_per_token
    if model.mock_response is not None:
        params["mock_response"] = model.mock_response
    return {**params, "model": model.upstream}


def _info(model: Model) -> Json:
    priced = ["input_cost_per_token", "output_cost_per_token"] if model.priced_in else []
    return {
        **dict.fromkeys(UNPRICED),
        "input_cost_per_token": model.input_cost_per_token,
        "output_cost_per_token": model.output_cost_per_token,
        "id": model.id,
        "db_model": False,
        "member_auto_router": False,
        "access_groups": list(model.access_groups),
        "pricing_overrides": priced,
        "key": model.upstream.partition("/")[2],
        "mode": model.mode,
        "max_tokens": model.max_output_tokens or model.max_input_tokens,
        "max_input_tokens": model.max_input_tokens,
        "max_output_tokens": model.max_output_tokens,
        "litellm_provider": model.provider,
        "supported_openai_params": _supported_params(model),
        **model.details,
    }


def _supported_params(model: Model) -> list[str]:
    return list(ANTHROPIC_PARAMS if model.provider == "anthropic" else OPENAI_PARAMS)


def _float(number: int | None) -> float | None:
    return None if number is None else float(number)
