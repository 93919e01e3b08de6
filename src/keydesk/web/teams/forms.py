"""The form of a team: what was typed, as the bodies the API takes, and in the form's words what is to mend. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from keydesk.kit.problems import InvalidRequest, Problem
from keydesk.teams.models import TeamRequest, TeamUpdate, TeamView
from keydesk.web.form_fields import amount, text_of, texts_of, validated, whole_number

_EXPECTED = {
    "team_alias": "Give it a name of 1 to 100 characters.",
    "owning_group": "Choose one of your groups.",
    "max_budget": "Enter an amount of more than 0 US dollars.",
    "budget_duration": "Enter a number of days, weeks or months, such as 30d.",
    "tpm_limit": "Enter a whole number of more than 0, or leave it empty.",
    "rpm_limit": "Enter a whole number of more than 0, or leave it empty.",
    "models": "Choose at least one model.",
    "userEntityRef": "Enter a name in the directory, such as jane.",
    "maxBudgetInTeam": "Enter an amount of more than 0 US dollars, or leave it empty.",
}
_WHOLE = ("tpm_limit", "rpm_limit")
_OPTIONAL = ("budget_duration", *_WHOLE)
_USUAL_BUDGET = 100.0
_NAMES = {
    "team_alias": "Name",
    "max_budget": "Budget",
    "budget_duration": "Budget period",
    "tpm_limit": "Tokens a minute",
    "rpm_limit": "Requests a minute",
    "models": "Models",
}


@dataclass(frozen=True, slots=True)
class TeamForm:
    """Texts as they stand in the form's fields."""

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
        """An empty form. It suggests a budget, within the ceiling, and a month."""
        return cls(max_budget=f"{min(_USUAL_BUDGET, ceiling):g}", budget_duration="30d")

    @classmethod
    def of(cls, team: TeamView) -> "TeamForm":
        """The team as it is. A hidden budget stays an empty field."""
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
        """What was typed. Files and fields nobody offered are not looked at."""
        single = {name: text_of(form, name) for name in cls.__dataclass_fields__ if name != "models"}
        return cls(models=tuple(texts_of(form, "models")), **single)

    def request(self) -> TeamRequest:
        """The body for a new team. Raises InvalidRequest like the API."""
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
        """What is to change of `team`, on the condition that it is as the form showed it; None for nothing.

        An emptied limit is cleared, except for a hidden budget, which was empty from the start. Raises
        InvalidRequest like the API.
        """
        now = TeamForm.of(team)
        body = {name: self._value(name) for name in _NAMES if self._differs(name, now)}
        return validated(TeamUpdate, {**body, "expectedUpdatedAtIso": self.expected}) if body else None

    def differences(self, team: TeamView) -> list[tuple[str, str, str]]:
        """Field, as it is now, as it was typed: what a person needs to settle a conflict."""
        now = TeamForm.of(team)
        return [
            (_NAMES[name], _said(getattr(now, name)), _said(getattr(self, name)))
            for name in _NAMES
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
    """What is to mend, by field in the form's order; empty when no field is at fault."""
    params = [fault["param"] for fault in problem.members.get("errors", ())] or [problem.param or ""]
    fields = [param.partition(".")[0] for param in params]
    said = f"{problem.error} {problem.hint or ''}".strip()
    told = _EXPECTED if isinstance(problem, InvalidRequest) else dict.fromkeys(_EXPECTED, said)
    return {field: told[field] for field in _EXPECTED if field in fields}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


def _said(value: str | Sequence[str]) -> str:
    return (value if isinstance(value, str) else ", ".join(value)) or "none"
