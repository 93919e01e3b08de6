"""Settings of command-line clients: the routes for OpenID Connect access tokens, and OpenCode."""

from pydantic import Field

from keydesk.kit.field_types import Duration, PositiveUsd
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.values import BaseAddress, NonEmpty, TextMap


class Bridge(Section):
    """The routes under /bridge, for command-line clients with an OpenID Connect access token."""

    enabled: bool = False
    """Enable these routes."""
    issuer: BaseAddress | None = None
    """The issuer of the tokens, such as `https://auth.example.com/realms/main`. Required if the routes are enabled."""
    client_id: NonEmpty = "abby-cli"
    """The client id that the tokens must be issued to."""

    @rule
    def _has_an_issuer(self) -> Faults:
        if self.enabled and self.issuer is None:
            yield ("issuer",), "is required if enabled is true"


class OpenCode(Section):
    """Creating keys for the command-line client OpenCode."""

    enabled: bool = False
    """Enable the route."""
    key_duration: Duration = "30d"
    """The lifetime of a key."""
    max_budget: PositiveUsd = 50.0
    """The budget of a key in USD."""
    require_team: bool = False
    """Require a team for each key."""
    metadata: TextMap = Field(default_factory=dict)
    """Top-level metadata of a key. LiteLLM interprets some names as settings, such as `tags`."""
