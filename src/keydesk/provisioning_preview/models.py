"""A preview as auditors read it. Budgets are in US dollars, durations as LiteLLM takes them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class EffectiveValue(_View):
    """One setting of an account. `reason` is `default`, or `role` and the group whose role says so."""

    value: Any = Field(examples=[25.0])
    reason: str = Field(examples=["role group:default/ai-power-users"])


class DifferenceView(_View):
    """A setting that is not as wanted. What somebody else changed by hand is left alone by a re-sync."""

    setting: str
    current: Any
    wanted: Any
    settled_by_resync: bool


class _Preview(_View):
    """`role` is the group whose role applies, null where only the defaults do. `groups` include parents."""

    provisioning: bool
    role: str | None
    groups: list[str]
    effective: dict[str, EffectiveValue]


class GroupPreview(_Preview):
    """What members of a group get who are in no other group with an earlier role."""

    subject: Literal["group"] = "group"
    group: str


class PersonPreview(_Preview):
    """What a person gets, and how their account differs. `user_id` is null for who can have none: see `note`."""

    subject: Literal["user"] = "user"
    user: str
    user_id: str | None
    account_exists: bool
    account_suspended: bool
    differences: list[DifferenceView]
    note: str | None
