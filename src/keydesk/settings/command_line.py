"""Command-line clients: those with an access token of their own, and OpenCode's sign-in through the browser."""

from typing import Self

from pydantic import Field, model_validator

from keydesk.kit.field_types import Duration, PositiveUsd
from keydesk.settings.section import Section, refuse
from keydesk.settings.values import BaseAddress, NonEmpty, TextMap


class Bridge(Section):
    """The routes below /bridge, for clients with an OpenID Connect access token."""

    enabled: bool = False
    """Whether these routes exist."""
    issuer: BaseAddress | None = None
    """The issuer of the tokens, such as `https://auth.example.com/realms/main`. Required when enabled."""
    client_id: NonEmpty = "abby-cli"
    """The client that the tokens must have been issued to."""

    @model_validator(mode="after")
    def _has_an_issuer(self) -> Self:
        refuse([(self.enabled and self.issuer is None, ("issuer",), "is required while enabled is true")])
        return self


class OpenCode(Section):
    """Handing a key to the command-line client OpenCode."""

    enabled: bool = False
    """Whether the route exists."""
    key_duration: Duration = "30d"
    """How long such a key lives."""
    max_budget: PositiveUsd = 50.0
    """USD such a key may spend."""
    require_team: bool = False
    """Whether such a key must belong to a team."""
    metadata: TextMap = Field(default_factory=dict)
    """Texts at the top level of such a key's metadata. LiteLLM reads some names there as settings, such as `tags`."""
