"""The response of a preview, for auditors. Budgets are in US dollars, durations in LiteLLM's format."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class EffectiveValue(_View):
    """A setting of an account. `reason` is `default`, or `role` and the group whose role sets the value."""

    value: Any = Field(examples=[25.0])
    reason: str = Field(examples=["role group:default/ai-power-users"])


class DifferenceView(_View):
    """A setting that differs from the expected value. A re-sync does not change settings that were changed manually."""

    setting: str
    current: Any
    wanted: Any
    settled_by_resync: bool


class _Preview(_View):
    """`role` is the group whose role applies, or null if only the defaults apply. `groups` includes parent groups."""

    provisioning: bool
    role: str | None
    groups: list[str]
    effective: dict[str, EffectiveValue]


class GroupPreview(_Preview):
    """The account settings of members of a group who have no role with a higher priority."""

    subject: Literal["group"] = "group"
    group: str


class PersonPreview(_Preview):
    """A person's account settings, and the differences of their account. If `user_id` is null, `note` says why."""

    subject: Literal["user"] = "user"
    user: str
    user_id: str | None
    account_exists: bool
    account_suspended: bool
    differences: list[DifferenceView]
    note: str | None
