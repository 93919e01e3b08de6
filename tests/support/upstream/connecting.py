"""Connects Keydesk's own LiteLLM client to a gateway under test."""

from typing import Any

from pydantic import SecretStr

from keydesk.litellm import LiteLLM, LiteLLMConfig
from tests.support.upstream.address import Upstream


def connect(upstream: Upstream, **settings: Any) -> LiteLLM:
    """Return a client with generous timeouts. `settings` override those of `LiteLLMConfig`. Close it."""
    patient: dict[str, Any] = {"timeout_seconds": 60, "activity_timeout_seconds": 60}
    known = {"base_url": upstream.url, "master_key": SecretStr(upstream.master_key)}
    return LiteLLM(LiteLLMConfig(**(patient | known | settings)))
