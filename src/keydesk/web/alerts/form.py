"""The form for the alerts of a person or a team: what it shows, and what was sent. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from starlette.datastructures import FormData

from keydesk.alerts.models import Choice
from keydesk.kit.field_types import RequestBody
from keydesk.settings.alerts import MAX_THRESHOLDS, Percent, in_order
from keydesk.web.form_fields import text_of, texts_of, validated, whole_number

_OFFERED = (50, 75, 80, 90, 95, 100)


class ChosenAlerts(RequestBody):
    """The fields of the form."""

    thresholds: Annotated[list[Percent], Field(max_length=MAX_THRESHOLDS + len(_OFFERED))]
    forecast: bool
    jumps: bool


@dataclass(frozen=True, slots=True)
class AlertsForm:
    """`thresholds` are pairs of a percentage and whether it is chosen. `is_own` is false for the usual alerts."""

    thresholds: Sequence[tuple[int, bool]]
    forecast: bool
    jumps: bool
    is_own: bool


def form_of(choice: Choice | None, usual: Choice) -> AlertsForm:
    """Return the form with the choice, or with the usual alerts."""
    shown = choice or usual
    offered = in_order((*_OFFERED, *usual.thresholds, *shown.thresholds))
    thresholds = [(percent, percent in shown.thresholds) for percent in offered]
    return AlertsForm(thresholds, shown.forecast, shown.jumps, is_own=choice is not None)


def choice_sent(form: FormData) -> Choice | None:
    """Return what the form says, or None to return to the usual alerts. Raises InvalidRequest."""
    if text_of(form, "reset"):
        return None
    sent = validated(
        ChosenAlerts,
        {
            "thresholds": [whole_number(text) for text in texts_of(form, "threshold")],
            "forecast": bool(text_of(form, "forecast")),
            "jumps": bool(text_of(form, "jumps")),
        },
    )
    return Choice(in_order(tuple(sent.thresholds)), sent.forecast, sent.jumps)
