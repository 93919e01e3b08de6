"""Single calls in LiteLLM's spend logs. Prompts, responses, headers and addresses are skipped while parsing."""

from datetime import date, datetime

import msgspec
from msgspec import Struct, field

from keydesk.litellm.shapes.base import in_utc


class CallError(Struct, frozen=True, rename={"kind": "error_class", "text": "error_message"}):
    """The error of a failed call. `text` can contain ids, key hashes and parts of a prompt: never show or log it.

    `budget_of` and `rate_limit` are None in releases without them (1.84).
    """

    kind: str | None = None
    text: str | None = None
    code: str | int | None = field(default=None, name="error_code")
    budget_of: str | None = field(default=None, name="error_budget_entity_type")
    rate_limit: str | None = field(default=None, name="error_rate_limit_type")


class CallMetadata(Struct, frozen=True):
    key_alias: str | None = field(default=None, name="user_api_key_alias")
    error: CallError | None = field(default=None, name="error_information")


class SpendLog(Struct, frozen=True):
    """One call. `token_hash` is LiteLLM's hash of the key. `model` is the public name, or else what was requested."""

    request_id: str
    started: datetime = field(name="startTime")
    token_hash: str | None = field(default=None, name="api_key")
    user_id: str | None = field(default=None, name="user")
    team_id: str | None = None
    provider_model: str | None = field(default=None, name="model")
    model_group: str | None = None
    spend: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    duration_ms: float | None = field(default=None, name="request_duration_ms")
    status: str | None = None
    cache_hit: str | bool | None = None
    metadata: CallMetadata | str | None = None

    @property
    def started_at(self) -> datetime:
        return in_utc(self.started)

    @property
    def model(self) -> str | None:
        return self.model_group or self.provider_model or None

    @property
    def is_failure(self) -> bool:
        """Return whether the call failed. Old rows have no status and are successful."""
        return self.status == "failure"

    @property
    def details(self) -> CallMetadata:
        """Return the metadata. Some releases send it as JSON in a string."""
        if isinstance(self.metadata, str):
            return _METADATA.decode(self.metadata)
        return self.metadata or CallMetadata()


class SpendLogPage(Struct, frozen=True):
    """One page of calls. `total` is at most 10,000 if `total_is_capped`: newer releases do not count further."""

    rows: tuple[SpendLog, ...] = field(default=(), name="data")
    total: int = 0
    total_is_capped: bool = False


class LoggedDay(Struct, frozen=True):
    """The spend of everyone on one day."""

    day: date = field(name="date")
    spend: float | None = None


_METADATA = msgspec.json.Decoder(CallMetadata)
_PAGE = msgspec.json.Decoder(SpendLogPage)
_DAYS = msgspec.json.Decoder(tuple[LoggedDay, ...])


def read_spend_logs(content: bytes) -> SpendLogPage:
    """Parse a page. Raises msgspec.MsgspecError, whose text can contain names but no values."""
    return _PAGE.decode(content)


def read_logged_days(content: bytes) -> dict[date, float]:
    """Parse the spend by day. Raises msgspec.MsgspecError, also for times instead of days."""
    return {each.day: each.spend or 0.0 for each in _DAYS.decode(content)}
