"""A line for the shell that calls the gateway with a key, and that the key is allowed. Pure."""

import json
import math
import shlex
from collections.abc import Sequence
from typing import Any

from keydesk.models.models import ModelView
from keydesk.models.policy import Reach


def curl_line(gateway: str, secret: str, listed: Sequence[str], catalogue: Sequence[ModelView]) -> str | None:
    """The cheapest call of a model that `listed` reaches; None if there is none that takes a text."""
    names = Reach(listed, catalogue).names
    within = [model for model in catalogue if model.model_name in names and "*" not in model.model_name]
    for path, modes, words in _CALLS:
        fitting = [model for model in within if model.mode in modes]
        if fitting:
            cheapest = min(fitting, key=_known_price)
            return _line(f"{gateway}{path}", secret, {"model": cheapest.model_name, **words})
    return None


_CALLS: tuple[tuple[str, set[str | None], dict[str, Any]], ...] = (
    ("/v1/chat/completions", {"chat", None}, {"messages": [{"role": "user", "content": "Hello"}]}),
    ("/v1/embeddings", {"embedding"}, {"input": "Hello"}),
)


def _known_price(model: ModelView) -> float:
    return math.inf if model.input_cost_per_token is None else model.input_cost_per_token


def _line(url: str, secret: str, body: dict[str, Any]) -> str:
    headers = [f"Authorization: Bearer {secret}", "Content-Type: application/json"]
    parts = [f"curl {shlex.quote(url)}", *(f"-H {shlex.quote(header)}" for header in headers)]
    return " \\\n  ".join([*parts, f"-d {shlex.quote(json.dumps(body))}"])
