"""Chooses a model for examples and tools: the cheapest one that a person can use. Pure."""

import math
from collections.abc import Sequence

from keydesk.models.models import ModelView
from keydesk.models.policy import Reach

_CHAT = {"chat", "responses"}


def example_model(listed: Sequence[str], catalogue: Sequence[ModelView]) -> ModelView | None:
    """Return the cheapest accessible model for text, preferably a chat model."""
    within = _within(listed, catalogue)
    chats = [model for model in within if is_chat(model)]
    embeddings = [model for model in within if model.mode == "embedding"]
    return min(chats or embeddings, key=known_price, default=None)


def claude_model(listed: Sequence[str], catalogue: Sequence[ModelView]) -> ModelView | None:
    """Return the cheapest accessible Claude model, or None. Models are recognized by name."""
    return named_model("claude", listed, catalogue)


def named_model(word: str, listed: Sequence[str], catalogue: Sequence[ModelView]) -> ModelView | None:
    """Return the cheapest accessible model for chat with a word in its name, or None."""
    named = [model for model in chat_models(listed, catalogue) if word in model.model_name.lower()]
    return min(named, key=known_price, default=None)


def chat_models(listed: Sequence[str], catalogue: Sequence[ModelView]) -> list[ModelView]:
    """Return the accessible models for chat."""
    return [model for model in _within(listed, catalogue) if is_chat(model)]


def is_chat(model: ModelView) -> bool:
    """Return whether a model supports chat. If LiteLLM does not know the mode, the name decides."""
    return model.mode in _CHAT or (model.mode is None and "embed" not in model.model_name.lower())


def _within(listed: Sequence[str], catalogue: Sequence[ModelView]) -> list[ModelView]:
    names = Reach(listed, catalogue).names
    return [model for model in catalogue if model.model_name in names and "*" not in model.model_name]


def known_price(model: ModelView) -> float:
    """Return the price of an input token in US dollars, to sort by. Models without a price come last."""
    return math.inf if model.input_cost_per_token is None else model.input_cost_per_token
