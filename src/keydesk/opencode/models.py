"""Where a key for OpenCode is to go."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handover:
    """`redirect_uri` is a callback on the person's own machine; `state` is returned to it as it came."""

    redirect_uri: str
    team_id: str | None
    state: str | None
