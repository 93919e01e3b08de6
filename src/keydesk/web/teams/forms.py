"""The form of a team: its values as the API's request bodies, and its errors by field. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData

from keydesk.kit.problems import InvalidRequest, Problem
from keydesk.teams.models import TeamRequest, TeamUpdate, TeamView
from keydesk.web.error_view import sentence
from keydesk.web.form_fields import amount, text_of, texts_of, validated, whole_number
from keydesk.web.formats import duration
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.setting_text import setting_label

_EXPECTED = {
    "team_alias": N_("Enter a name of 1 to 100 characters."),
    "owning_group": N_("Choose one of your groups."),
    "max_budget": N_("Enter an amount above $0."),
    "budget_duration": N_("Choose one of the periods."),
    "tpm_limit": N_("Enter a whole number above 0, or leave the field empty."),
    "rpm_limit": N_("Enter a whole number above 0, or leave the field empty."),
    "models": N_("Choose at least one model."),
    "userEntityRef": N_("Enter a username from the directory, such as jane."),
    "maxBudgetInTeam": N_("Enter an amount above $0, or leave the field empty."),
}
_WHOLE = ("tpm_limit", "rpm_limit")
_OPTIONAL = ("budget_duration", *_WHOLE)
_USUAL_BUDGET = 100.0
_CHANGEABLE = ("team_alias", "max_budget", "budget_duration", "tpm_limit", "rpm_limit", "models")


@dataclass(frozen=True, slots=True)
class TeamForm:
    """The texts of the form's fields."""

    team_alias: str = ""
    owning_group: str = ""
    max_budget: str = ""
    budget_duration: str = ""
    tpm_limit: str = ""
    rpm_limit: str = ""
    models: tuple[str, ...] = ()
    expected: str = ""

    @classmethod
    def blank(cls, ceiling: float) -> "TeamForm":
        """Return an empty form with a suggested monthly budget, at most the limit."""
        return cls(max_budget=f"{min(_USUAL_BUDGET, ceiling):g}", budget_duration="30d")

    @classmethod
    def of(cls, team: TeamView) -> "TeamForm":
        """Return the team's current values. A hidden budget is an empty field."""
        return cls(
            team_alias=team.team_alias or "",
            max_budget=_number(team.max_budget),
            budget_duration=team.budget_duration or "",
            tpm_limit=_number(team.tpm_limit),
            rpm_limit=_number(team.rpm_limit),
            models=tuple(team.models),
            expected=team.updated_at.isoformat(),
        )

    @classmethod
    def sent(cls, form: FormData) -> "TeamForm":
        """Read a submitted form. Files and unknown fields are ignored."""
        single = {name: text_of(form, name) for name in cls.__dataclass_fields__ if name != "models"}
        return cls(models=tuple(texts_of(form, "models")), **single)

    def based_on(self, team: TeamView) -> "TeamForm":
        """Return the form with its values, which now replace the team's current ones."""
        return replace(self, expected=team.updated_at.isoformat())

    def request(self) -> TeamRequest:
        """Return the body for a new team. Raises InvalidRequest like the API."""
        body: dict[str, Any] = {
            "team_alias": self.team_alias,
            "models": list(self.models),
            "max_budget": amount(self.max_budget),
        }
        body |= {name: self._value(name) for name in _OPTIONAL if getattr(self, name).strip()}
        if self.owning_group:
            body["owning_group"] = self.owning_group
        return validated(TeamRequest, body)

    def update(self, team: TeamView) -> TeamUpdate | None:
        """Return the changes, which apply only if the team is still as the form showed it; None without any.

        An emptied limit is removed, except for a hidden budget, which was empty from the start. Raises
        InvalidRequest like the API.
        """
        now = TeamForm.of(team)
        body = {name: self._value(name) for name in _CHANGEABLE if self._differs(name, now)}
        return validated(TeamUpdate, {**body, "expectedUpdatedAtIso": self.expected}) if body else None

    def differences(self, team: TeamView) -> list[tuple[str, str, str]]:
        """Return field, current value and submitted value, to resolve a conflict."""
        now = TeamForm.of(team)
        return [
            (setting_label(name), _shown(name, getattr(now, name)), _shown(name, getattr(self, name)))
            for name in _CHANGEABLE
            if self._differs(name, now)
        ]

    def _differs(self, name: str, now: "TeamForm") -> bool:
        typed, stands = self._value(name), now._value(name)  # noqa: SLF001 - the same class
        return bool(set(typed) != set(stands) if name == "models" else typed != stands)

    def _value(self, name: str) -> Any:
        if name == "models":
            return list(self.models)
        text = getattr(self, name).strip()
        if name == "max_budget":
            return amount(text)
        if name in _WHOLE:
            return whole_number(text)
        return text or None if name == "budget_duration" else text


def faults_of(problem: Problem) -> Mapping[str, str]:
    """Return the errors by field, in the form's order; empty when the problem concerns no field."""
    params = [fault["param"] for fault in problem.members.get("errors", ())] or [problem.param or ""]
    fields = [param.partition(".")[0] for param in params]
    refusal = None if isinstance(problem, InvalidRequest) else sentence(problem)
    return {field: refusal or _(text) for field, text in _EXPECTED.items() if field in fields}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


def _shown(name: str, value: str | Sequence[str]) -> str:
    if name == "budget_duration" and isinstance(value, str):
        return duration(value)
    return (value if isinstance(value, str) else ", ".join(value)) or _("(empty)")
