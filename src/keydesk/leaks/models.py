"""Reports of leaked keys and their results. No repr contains a secret."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from keydesk.kit.field_types import RequestBody
from keydesk.litellm import Key

MAX_SECRET_CHARACTERS = 500
MAX_PLACE_CHARACTERS = 2000


class Source(StrEnum):
    """Who reported a leak."""

    GITHUB = "github"
    PUBLIC = "public"
    COMMAND = "command"
    SCANNER = "scanner"


class Verdict(StrEnum):
    """The result of a report."""

    BLOCKED = "blocked"
    """The key worked, and is blocked now."""
    ALREADY_BLOCKED = "already_blocked"
    """The key was blocked before, so that it did not work."""
    ENDED = "ended"
    """The key had expired."""
    MASTER_KEY = "master_key"
    """The secret is LiteLLM's master key, which cannot be blocked."""
    UNKNOWN = "unknown"
    """LiteLLM has no key with this secret."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A reported secret. `found_at` is a URL or a description, `kind` the kind of place, such as `commit`."""

    secret: SecretStr
    source: Source
    found_at: str | None = field(default=None, repr=False)
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class LeakedKey:
    """The key of a reported secret, and its id in Keydesk."""

    key: Key
    key_id: str


@dataclass(frozen=True, slots=True)
class LeakResult:
    """The result of a report. `found` is None if LiteLLM has no such key."""

    verdict: Verdict
    found: LeakedKey | None = None


class LeakReport(RequestBody):
    """A leaked key, and optionally where it was found: a URL or a short description."""

    key: Annotated[str, Field(min_length=1, max_length=MAX_SECRET_CHARACTERS, repr=False)]
    found_at: Annotated[str, Field(max_length=MAX_PLACE_CHARACTERS)] | None = None

    def leak(self) -> Leak:
        return Leak(SecretStr(self.key), Source.PUBLIC, self.found_at)


class LeakReceived(BaseModel):
    """The response to every report. It does not tell whether the key exists."""

    model_config = ConfigDict(frozen=True)

    received: Literal[True] = True
