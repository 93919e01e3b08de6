"""The notices about budgets and findings. Pure."""

from collections.abc import Iterable

from keydesk.alerts.finding_store import Confirmed
from keydesk.alerts.models import Alert
from keydesk.alerts.tracking import Tracked
from keydesk.notices.models import PLATFORM, Kind, Notice, Value


def alert_notices(tracked: Tracked, alert: Alert, recipients: Iterable[str]) -> list[Notice]:
    """Return a notice for each recipient. Without one, the channels of the platform team get it.

    Amounts of a hidden budget are left out, for all recipients alike, because a channel can have several readers.
    """
    values = {**tracked.values, **_percent(alert)}
    if not tracked.is_hidden:
        values |= _amounts(tracked, alert)
    subject, named = tracked.figure.subject, (alert.threshold, alert.period)
    return [
        Notice(alert.kind, recipient, subject, *named, values) for recipient in [*recipients] or [PLATFORM]
    ]


def finding_notice(found: Confirmed) -> Notice:
    """Return the notice for the platform team."""
    seen, details = found.seen, found.seen.details
    names = {Value.KEY: details.get("name"), Value.NAME: details.get("name"), Value.TEAM: details.get("team")}
    amounts = {Value.SPENT: details.get("spend"), Value.LIMIT: details.get("budget")}
    values = {name: str(value) for name, value in (names | amounts).items() if value is not None}
    values |= {Value.FINDING: seen.kind.value}
    period = found.first_at.isoformat()
    return Notice(Kind.FINDING, PLATFORM, f"finding:{seen.id}", seen.kind.value, period, values)


def _percent(alert: Alert) -> dict[str, str]:
    return {} if alert.percent is None else {Value.PERCENT: f"{int(alert.percent + 1e-9)}"}


def _amounts(tracked: Tracked, alert: Alert) -> dict[str, str]:
    figure = tracked.figure
    if alert.kind is Kind.SPEND_JUMP:
        return {Value.TODAY: f"{alert.today}", Value.USUAL: f"{alert.usual}"}
    values = {Value.SPENT: f"{figure.spend}", Value.LIMIT: f"{figure.budget}"}
    if figure.resets_at is not None:
        values[Value.RESETS_AT] = figure.resets_at.isoformat()
    if alert.used_up_on is not None:
        values[Value.USED_UP_ON] = alert.used_up_on.isoformat()
    return values
