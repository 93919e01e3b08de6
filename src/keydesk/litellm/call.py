"""A call to LiteLLM, before it goes over the network. It cannot be printed with a secret in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlencode

from pydantic import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. `route` is a template (`/key/{token_hash}/reset_spend`), safe to count and to log by.

    Only GET is taken to be repeatable, and only while `repeatable` is not turned off.
    """

    method: Literal["GET", "POST"]
    route: str
    path: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str | int] = field(default_factory=dict, repr=False)
    body: Mapping[str, JsonValue] | None = field(default=None, repr=False)
    timeout_seconds: float | None = None
    repeatable: bool = True

    @property
    def target(self) -> str:
        """Path and query, percent-encoded. It may hold a key hash: never log it.

        A space is %20, not the usual plus, which LiteLLM 1.109.1 takes for a plus in `/user/info`.
        """
        path = self.route.format_map({name: quote(value, safe="") for name, value in self.path.items()})
        return f"{path}?{urlencode(self.query, quote_via=quote)}" if self.query else path

    @property
    def idempotent(self) -> bool:
        return self.method == "GET" and self.repeatable


def named(**ids: str) -> dict[str, str]:
    """Return the ids, none of them empty: without one LiteLLM answers about the master key's own user."""
    for name, value in ids.items():
        if not value.strip() or value in {".", ".."}:
            raise ValueError(f"{name} must not be empty")
    return ids
