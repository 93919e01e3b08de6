"""What people can do with budget alerts: choose thresholds, and read the findings of the watchdog."""

from dataclasses import asdict, dataclass
from typing import Any

from keydesk.alerts.choice_store import ChoiceStore
from keydesk.alerts.finding_store import FindingStore
from keydesk.alerts.findings import FindingsView
from keydesk.alerts.models import Choice, team_subject
from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.kit.people import Person
from keydesk.settings import Alerts as AlertSettings


@dataclass(frozen=True, slots=True)
class Alerts:
    """`is_active` is false if alerts are turned off, or no channel of notices is set up."""

    settings: AlertSettings
    choices: ChoiceStore
    finding_store: FindingStore
    audit: Audit
    is_active: bool

    @property
    def usual(self) -> Choice:
        """Return what applies to people and teams that have chosen nothing."""
        settings = self.settings
        return Choice(settings.thresholds, settings.forecast, settings.jump_factor is not None)

    async def choice_of(self, ref: str) -> Choice | None:
        """Return what the person has chosen for their account, keys and budgets in teams."""
        return (await self.choices.of([ref])).get(ref)

    async def choose(self, ref: str, choice: Choice | None) -> None:
        """Store a person's choice for themselves. None returns to the settings."""
        await self.choices.save(ref, choice, ref)

    async def choice_of_team(self, team_id: str) -> Choice | None:
        return await self.choice_of(team_subject(team_id))

    async def choose_for_team(self, person: Person, team_id: str, choice: Choice | None) -> None:
        """Store and record the choice for a team. The caller has checked that the person manages it."""
        before = await self.choice_of_team(team_id)
        change = Change(
            person.ref, Action.UPDATED, AuditedTable.TEAM, team_id, _recorded(before), _recorded(choice)
        )
        async with self.audit.recording(change) as intent:
            intent.also.append(self.choices.saving(team_subject(team_id), choice, person.ref))

    async def findings(self) -> FindingsView:
        """Return the open findings of the watchdog, newest first."""
        is_active = self.is_active and self.settings.watchdog.mode != "off"
        return FindingsView(is_active=is_active, findings=await self.finding_store.open())


def _recorded(choice: Choice | None) -> dict[str, Any]:
    if choice is None:
        return {"alerts": None}
    return {"alerts": {**asdict(choice), "thresholds": list(choice.thresholds)}}
