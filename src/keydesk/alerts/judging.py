"""Compares budgets with what is remembered about them, and stores the alerts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from keydesk.alerts.choice_store import ChoiceStore
from keydesk.alerts.models import AlertRules, Choice, Figure, Watched
from keydesk.alerts.notices import alert_notices
from keydesk.alerts.policy import followed, judged, rules_of
from keydesk.alerts.recipients import TeamRecipients
from keydesk.alerts.store import WatchStore
from keydesk.alerts.tracking import Tracked
from keydesk.notices.models import Notice
from keydesk.notices.outbox import Outbox
from keydesk.settings import Alerts

_AT_ONCE = 500
_KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure, and what is remembered about it."""

    figure: Figure
    before: Watched | None


@dataclass(frozen=True, slots=True)
class Judging:
    settings: Alerts
    store: WatchStore
    choices: ChoiceStore
    outbox: Outbox

    async def judge(self, tracked: Sequence[Tracked], now: datetime, teams: TeamRecipients) -> int:
        """Store the alerts about the budgets. Return their number."""
        total = 0
        for start in range(0, len(tracked), _AT_ONCE):
            total += await self._judge(tracked[start : start + _AT_ONCE], now, teams)
        return total

    async def moved(self, figures: Sequence[Figure], limit: int) -> list[Moved]:
        """Return up to `limit` figures whose spend has moved since they were `settled`.

        Those that were settled least often come first, so that each has its turn.
        """
        moved = []
        for start in range(0, len(figures), _AT_ONCE):
            part = figures[start : start + _AT_ONCE]
            known = await self.store.of([figure.subject for figure in part])
            moved += [Moved(figure, known.get(figure.subject)) for figure in part]
        waiting = [each for each in moved if each.before is None or each.before.spend != each.figure.spend]
        return sorted(waiting, key=lambda each: each.before.version if each.before else 0)[:limit]

    async def settled(self, moved: Moved, now: datetime) -> None:
        """Record that what depends on a figure has been read."""
        after, before = followed(moved.figure, moved.before, (), now), moved.before
        if before is not None:
            after = replace(after, seen_on=now.date(), version=before.version + 1)
        await self.store.save([after], ())

    async def prune(self, now: datetime) -> None:
        await self.store.prune(now.date() - _KEPT)

    async def _judge(self, tracked: Sequence[Tracked], now: datetime, teams: TeamRecipients) -> int:
        known = await self.store.of([each.figure.subject for each in tracked])
        choices = await self.choices.of({each.chooser for each in tracked if each.chooser})
        changed: list[Watched] = []
        notices: list[Notice] = []
        for each in tracked:
            before = known.get(each.figure.subject)
            after, alerts = judged(each.figure, before, self._rules(each, choices), now)
            if after is not before and after != before:
                changed.append(after)
            for alert in alerts:
                recipients = each.recipients if each.team is None else await teams.of(each.team)
                notices += alert_notices(each, alert, recipients)
        await self.store.save(changed, self.outbox.adding(notices))
        return len(notices)

    def _rules(self, tracked: Tracked, choices: dict[str, Choice]) -> AlertRules:
        rules = rules_of(self.settings, choices.get(tracked.chooser or ""))
        return rules if tracked.jumps else replace(rules, jump_factor=None)
