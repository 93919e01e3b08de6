"""A job or a service that proved who it is with a token of its platform, and the record of its key."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

_ACTOR = "workload:"
_AUDITED = "workload"
_MEMBER = "keydesk_workload_"


@dataclass(frozen=True, slots=True)
class Workload:
    """`rule` is the name of the rule in the settings. `issuer` and `subject` are the claims of the token."""

    rule: str
    issuer: str
    subject: str

    @property
    def actor(self) -> str:
        """Return who created the key in the audit log. It is no entity reference of a person or group."""
        return f"{_ACTOR}{self.rule}"

    def audited(self) -> dict[str, Any]:
        """Return what the audit log says of it."""
        return {_AUDITED: asdict(self)}

    def stamps(self) -> dict[str, str]:
        """Return the members of the key's metadata. LiteLLM interprets none of them."""
        return {f"{_MEMBER}{name}": value for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class WorkloadKey:
    """The record of a key that a workload got."""

    rule: str
    subject: str
    expires_at: datetime


def workload_key_in(after: Mapping[str, Any], expires_at: datetime | None) -> WorkloadKey | None:
    """Return the record of a key from the audit log and its expiration, or None for a key of another kind."""
    said = after.get(_AUDITED)
    if not isinstance(said, Mapping) or expires_at is None:
        return None
    return WorkloadKey(said["rule"], said["subject"], expires_at)
