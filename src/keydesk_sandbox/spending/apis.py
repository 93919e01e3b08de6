"""The APIs of a model, with their names in errors and usage."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Api:
    """`route` is the prefix of LiteLLM's error messages; `call_type` is the name in its spend logs.

    LiteLLM translates some APIs: it logs their successful calls as calls to the API in `translated_to`.
    """

    route: str
    call_type: str
    translated_to: "Api | None" = None

    @property
    def logged_as(self) -> "Api":
        """Return the API that successful calls are logged as."""
        return self.translated_to or self

    @property
    def endpoint(self) -> str:
        """Return the name in daily activity. LiteLLM has none for the Anthropic API."""
        return self.route if self.route.startswith("/") else ""


CHAT_COMPLETIONS: Final = Api("/chat/completions", "acompletion")
EMBEDDINGS: Final = Api("/embeddings", "aembedding")
RESPONSES: Final = Api("/responses", "aresponses")
MESSAGES: Final = Api("anthropic_messages", "anthropic_messages")
GENERATE_CONTENT: Final = Api("agenerate_content", "agenerate_content", CHAT_COMPLETIONS)
STREAM_CONTENT: Final = Api("agenerate_content_stream", "agenerate_content_stream", CHAT_COMPLETIONS)

_BY_PATH: Final = {
    "/v1/messages": MESSAGES,
    **{
        f"{prefix}{api.route}": api
        for prefix in ("", "/v1")
        for api in (CHAT_COMPLETIONS, EMBEDDINGS, RESPONSES)
    },
}


def api_at(path: str) -> Api:
    """Return the API of a path. LiteLLM logs a refused call to any other path as a completion."""
    return _BY_PATH.get(path, Api("", CHAT_COMPLETIONS.call_type))
