"""The form for a new key: what was typed, as the API's body, and in the form's words what is to mend."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from keydesk.keys.models import KeyRequest
from keydesk.kit.problems import AlreadyExists, InvalidRequest, Problem
from keydesk.web.form_fields import amount, text_of, texts_of, validated, whole_number

_EXPECTED = {
    "alias": "Give it a name of 1 to 100 characters.",
    "team_id": "Choose one of your teams.",
    "max_budget": "Enter an amount of more than 0 US dollars.",
    "budget_duration": "Choose one of these times.",
    "duration": "Choose one of these times.",
    "models": "Choose from these models.",
    "tpm_limit": "Enter a whole number of more than 0.",
    "rpm_limit": "Enter a whole number of more than 0.",
}
"""By field, in the form's order."""
_NAME_OF_YOURS = "You have a key of this name already; choose another."
_NAME_TAKEN = "This name is taken; names are unique across all people. Choose another."
_USUAL_BUDGET = 10.0


@dataclass(frozen=True, slots=True)
class KeyForm:
    """Texts as they stand in the form's fields."""

    alias: str = ""
    team_id: str = ""
    max_budget: str = ""
    budget_duration: str = ""
    duration: str = "30d"
    tpm_limit: str = ""
    rpm_limit: str = ""
    models: tuple[str, ...] = ()

    @classmethod
    def blank(cls, account_budget: float | None) -> "KeyForm":
        """An empty form. It suggests a budget, within that of the account."""
        return cls(max_budget=f"{min(_USUAL_BUDGET, account_budget or _USUAL_BUDGET):g}")

    @classmethod
    def sent(cls, form: FormData) -> "KeyForm":
        """What was typed. Files and fields nobody offered are not looked at."""
        single = {name: text_of(form, name) for name in _EXPECTED if name != "models"}
        return cls(**single, models=tuple(texts_of(form, "models")))

    def request(self) -> KeyRequest:
        """The body the API would take. Raises InvalidRequest like the API."""
        body: dict[str, Any] = {"max_budget": amount(self.max_budget), "models": list(self.models)}
        given: dict[str, Any] = {
            "alias": self.alias,
            "team_id": self.team_id,
            "duration": self.duration,
            "budget_duration": self.budget_duration,
            "tpm_limit": whole_number(self.tpm_limit),
            "rpm_limit": whole_number(self.rpm_limit),
        }
        return validated(KeyRequest, body | {name: text for name, text in given.items() if text})


def faults_of(problem: Problem, own_aliases: Collection[str | None], alias: str) -> Mapping[str, str]:
    """What is to mend, by field in the form's order; empty when no field is at fault."""
    if isinstance(problem, AlreadyExists):
        return {"alias": _NAME_OF_YOURS if alias.strip() in own_aliases else _NAME_TAKEN}
    params = [fault["param"] for fault in problem.members.get("errors", ())] or [problem.param or ""]
    fields = [param.partition(".")[0].replace("key_alias", "alias") for param in params]
    said = f"{problem.error} {problem.hint or ''}".strip()
    told = _EXPECTED if isinstance(problem, InvalidRequest) else dict.fromkeys(_EXPECTED, said)
    return {field: told[field] for field in _EXPECTED if field in fields}
