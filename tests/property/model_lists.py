"""How LiteLLM 1.109.1 interprets a model list when a key is used.

The oracle for the lists that Keydesk accepts. Written from LiteLLM's behavior alone.
`tests/contract/gateway/test_wildcards.py` checks the same rules on LiteLLM.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PROVIDERS = {"gpt-4o": "openai", "claude-opus-5": "anthropic"}
"""Names without a provider whose provider LiteLLM knows."""


@dataclass(frozen=True)
class Router:
    """The models of a gateway with their access groups, and the names that people may try."""

    groups: Mapping[str, frozenset[str]]
    tried: frozenset[str]

    def reach(self, listed: Iterable[str]) -> frozenset[str]:
        """Return the names that a key with this list can call."""
        names = self.tried | {entry for entry in self.groups if "*" not in entry}
        return frozenset(
            name for name in names if self._answers(name) and self._lets_pass(list(listed), name)
        )

    def _answers(self, name: str) -> str | None:
        """Return the deployment that serves the name: its own, else that of the longest matching wildcard."""
        if name in self.groups:
            return name
        found = [entry for entry in self.groups if "*" in entry and _routes(entry, name)]
        return max(found, key=lambda entry: (len(re.escape(entry)), entry), default=None)

    def _lets_pass(self, listed: list[str], name: str) -> bool:
        if not listed or "*" in listed or "all-proxy-models" in listed or name in listed:
            return True
        if self.groups[self._answers(name) or ""] & set(listed):
            return True
        full = f"{PROVIDERS[name]}/{name}" if name in PROVIDERS else name
        patterns = ["^" + entry.replace("*", ".*") + "$" for entry in listed if "*" in entry]
        return any(re.match(pattern, text) for pattern in patterns for text in (name, full))


def _routes(wildcard: str, name: str) -> bool:
    return re.match(re.escape(wildcard).replace(r"\*", "(.*)") + "$", name) is not None
