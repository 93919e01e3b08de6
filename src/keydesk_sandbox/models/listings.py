"""The list of models in the formats of the Anthropic API and of Codex; `shapes` has OpenAI's."""

from typing import Any, Final

from keydesk_sandbox.models.catalogue import Model

Json = dict[str, Any]

_CREATED: Final = "2023-02-28T18:56:42Z"
"""LiteLLM returns the same date for every model."""


def anthropic_list(shown: list[Model | str]) -> Json:
    """Return LiteLLM's response to requests with an `anthropic-version` header; it is one page."""
    names = [_name(each) for each in shown]
    return {
        "data": [_anthropic_entry(each) for each in shown],
        "has_more": False,
        "first_id": names[0] if names else None,
        "last_id": names[-1] if names else None,
    }


def codex_catalogue(shown: list[Model | str]) -> Json:
    """Return LiteLLM's response to requests with a `client_version`: chat models, and how Codex uses them."""
    chats = [each for each in shown if isinstance(each, Model) and each.mode == "chat"]
    return {"models": [_codex_entry(each) for each in chats]}


def _anthropic_entry(model: Model | str) -> Json:
    limits = (model.max_input_tokens, model.max_output_tokens) if isinstance(model, Model) else (None, None)
    return {
        "type": "model",
        "id": _name(model),
        "display_name": _name(model),
        "created_at": _CREATED,
        **dict(zip(("max_input_tokens", "max_tokens"), limits, strict=True)),
    }


def _codex_entry(model: Model) -> Json:
    refused = (
        "support_verbosity",
        "supports_reasoning_summaries",
        "supports_parallel_tool_calls",
        "supports_search_tool",
    )
    unset = ("description", "availability_nux", "upgrade", "default_verbosity", "apply_patch_tool_type")
    return {
        "slug": model.name,
        "display_name": model.name,
        "shell_type": "unified_exec",
        "visibility": "list",
        "supported_in_api": True,
        "priority": 0,
        "truncation_policy": {"mode": "bytes", "limit": 10000},
        "context_window": model.max_input_tokens,
        "base_instructions": "You are a coding agent. Follow the user's instructions.",
        **dict.fromkeys(refused, False),
        **dict.fromkeys(unset),
        **{
            name: []
            for name in ("supported_reasoning_levels", "service_tiers", "experimental_supported_tools")
        },
    }


def _name(model: Model | str) -> str:
    return model if isinstance(model, str) else model.name
