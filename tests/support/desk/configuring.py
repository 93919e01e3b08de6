"""The configuration of a Keydesk under test: one set of rules, and the changes of a test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from keydesk.settings import Settings
from keydesk.settings.loading import load_settings
from tests.support.desk.people import PLATFORM_TEAM, Troupe
from tests.support.upstream.address import Upstream

SECRET = "a-secret-of-the-tests-0123456789abcdef"
DEFAULTS: dict[str, Any] = {
    "max_budget": 25.0,
    "budget_duration": "30d",
    "tpm_limit": 100_000,
    "rpm_limit": 500,
    "metadata": {"cost_center": "4711"},
}
"""The settings of a new account."""

NO_LIMITS: dict[str, Any] = dict.fromkeys(
    ("reads_per_minute", "writes_per_minute", "failed_sign_ins_per_minute")
) | {"concurrent_changes": 10_000}
"""Tests send requests faster than people do."""


@dataclass(frozen=True)
class Surroundings:
    """LiteLLM, a database, and the people in the directory."""

    upstream: Upstream
    database_url: str = field(repr=False)
    troupe: Troupe = field(default_factory=Troupe, repr=False)

    def settings(self, **changes: Any) -> Settings:
        """Return the tests' configuration with `changes`, which are merged section by section."""
        sections: dict[str, Any] = {
            "litellm": {
                "base_url": self.upstream.url,
                "master_key": self.upstream.master_key,
                "provisioning": {"defaults": DEFAULTS},
                "key_generation": {"team_required": False},
            },
            "secret": SECRET,
            "database": {"url": self.database_url},
            "grants": {"litellm.key.reset_spend": [PLATFORM_TEAM]},
            "demo": {"enabled": True},
            # Tests use keys and read immediately. Tests of the cache turn it on.
            "usage": {"fresh_seconds": 0.0},
            "limits": NO_LIMITS,
            "leaks": {"per_address_per_minute": 1_000_000, "per_minute": 1_000_000, "response_seconds": 0.02},
            # A slow machine is not a failure. Tests of these limits set their own.
            "server": {"time_limit_seconds": 60.0},
            "upstream": {"timeout_seconds": 60.0},
            # Tests change LiteLLM itself and read immediately. Tests of the cache turn it on.
            "cache": {"fresh_seconds": 0.0, "outage_seconds": 0.0},
        }
        if "directory" not in changes:
            sections["directory"] = {"people": self.troupe.directory()}
        return load_settings(None, **merged(sections, changes))


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes`. Mappings are merged, other values are replaced."""
    result = dict(base)
    for name, value in changes.items():
        old = result.get(name)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        result[name] = merged(old, value) if both else value  # type: ignore[arg-type] # both are mappings
    return result
