"""The bodies of /alerts and /teams/{team_id}/alerts."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from keydesk.alerts.models import Choice
from keydesk.kit.field_types import RequestBody
from keydesk.settings.alerts import MAX_THRESHOLDS, Percent, in_order


class AlertsRequest(RequestBody):
    """The alerts that a person or team wants instead of the defaults."""

    thresholds: Annotated[
        list[Percent],
        Field(max_length=MAX_THRESHOLDS, description="Percentages of a budget. Empty for no such alerts."),
    ]
    forecast: Annotated[bool, Field(description="Alert if a budget will be used up before it resets.")]
    jumps: Annotated[bool, Field(description="Alert if a day's spend is far above the usual.")]

    @property
    def choice(self) -> Choice:
        return Choice(in_order(tuple(self.thresholds)), self.forecast, self.jumps)


class AlertsView(BaseModel):
    """The alerts that apply to a person or team."""

    model_config = ConfigDict(frozen=True)

    thresholds: Annotated[list[int], Field(description="Percentages of a budget, lowest first.")]
    forecast: bool
    jumps: bool
    is_own: Annotated[bool, Field(description="False if these are the defaults.")]
    is_active: Annotated[bool, Field(description="False if Keydesk does not send budget alerts.")]

    @classmethod
    def of(cls, own: Choice | None, usual: Choice, *, is_active: bool) -> "AlertsView":
        shown = own or usual
        return cls(
            thresholds=[*shown.thresholds],
            forecast=shown.forecast,
            jumps=shown.jumps,
            is_own=own is not None,
            is_active=is_active,
        )
