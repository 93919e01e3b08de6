"""Settings of budget alerts and of the watchdog."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from keydesk.kit.field_types import PositiveUsd
from keydesk.settings.section import Section
from keydesk.settings.values import NonEmpty

MAX_THRESHOLDS = 6
Percent = Annotated[int, Field(ge=1, le=100)]


def in_order(thresholds: tuple[int, ...]) -> tuple[int, ...]:
    """Return the thresholds, lowest first, each once."""
    return tuple(sorted(set(thresholds)))


class Watchdog(Section):
    """Compares budgets with what the gateway does."""

    mode: Literal["off", "report", "block"] = "report"
    """What to do with findings: nothing, report them to the platform team, or also block the keys. `block` blocks keys
    that answer although a budget is used up, and keys whose owner is gone. Only Keydesk and key admins can unblock
    them."""
    free_models: tuple[NonEmpty, ...] = ()
    """The public names of models that cost nothing. Without them, the watchdog reports every model that has tokens but
    no spend."""


class Alerts(Section):
    """Alerts about budgets and spend. They need a channel in `notices`: without one, Keydesk checks nothing."""

    enabled: bool = True
    """Check budgets, and send alerts on the channels in `notices`."""
    thresholds: Annotated[tuple[Percent, ...], Field(max_length=MAX_THRESHOLDS), AfterValidator(in_order)] = (
        80,
        95,
        100,
    )
    """The percentages of a budget at which an alert is sent. People and team admins can choose their own in the
    portal."""
    forecast: bool = True
    """Alert if a budget will be used up before it resets, at the spend of the last week."""
    jump_factor: Annotated[float, Field(ge=2, le=100)] | None = 8.0
    """Alert if the spend of a day is above the median of the last 28 days by more than this many times their median
    absolute deviation. Null sends no such alerts."""
    jump_floor: PositiveUsd = 10.0
    """The least US dollars above the median for which an alert is sent."""
    interval_minutes: Annotated[int, Field(ge=5, le=1440)] = 10
    """Minutes between two checks of all budgets."""
    watchdog: Watchdog = Watchdog()
    """The watchdog."""
