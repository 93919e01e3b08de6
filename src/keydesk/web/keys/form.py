"""The form that creates a key: its values as the API's request body, and its errors by field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from keydesk.keys.models import KeyRequest
from keydesk.keys.tools import tools_label
from keydesk.kit.problems import AlreadyExists, InvalidRequest, Problem
from keydesk.web.error_view import sentence
from keydesk.web.form_fields import amount, text_of, texts_of, validated, whole_number
from keydesk.web.keys import further_budgets
from keydesk.web.keys.snippets import tool_names
from keydesk.web.language import N_
from keydesk.web.language import gettext as _

_EXPECTED = {
    "alias": N_("Enter a name of 1 to 100 characters."),
    "team_id": N_("Choose one of your teams."),
    "max_budget": N_("Enter an amount above $0."),
    "budget_duration": N_("Choose an option from the list."),
    "duration": N_("Choose an option from the list."),
    "models": N_("Choose models from the list."),
    "tpm_limit": N_("Enter a whole number above 0."),
    "rpm_limit": N_("Enter a whole number above 0."),
    "budget_limits": N_("Enter amounts above $0."),
}
"""The error of each field, in the form's order."""
_SEVERAL = {"models", "budget_limits"}
"""Fields of the API that are several fields in the form."""
_OF_SERVICE_KEYS = {"contacts": N_("Enter 1 to 10 people of the directory, such as jane.")}
_USUAL_BUDGET = 10.0


@dataclass(frozen=True, slots=True)
class KeyForm:
    """The texts of the form's fields."""

    alias: str = ""
    team_id: str = ""
    max_budget: str = ""
    budget_duration: str = ""
    duration: str = ""
    tpm_limit: str = ""
    rpm_limit: str = ""
    models: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    further: further_budgets.Texts = further_budgets.EMPTY

    @classmethod
    def blank(cls, account_budget: float | None, left: float | None, duration: str) -> "KeyForm":
        """Return an empty form with a suggested lifetime and budget.

        It is at most the budget of the account, and what is left of the allowance.
        """
        budget = min(_USUAL_BUDGET, account_budget or _USUAL_BUDGET, left or _USUAL_BUDGET)
        return cls(max_budget=f"{budget:g}", duration=duration)

    @classmethod
    def sent(cls, form: FormData) -> "KeyForm":
        """Read a submitted form. Files and unknown fields are ignored."""
        single = {name: text_of(form, name) for name in _EXPECTED if name not in _SEVERAL}
        known = [name for name, _label in tool_names()]
        tools = tuple(name for name in known if name in texts_of(form, "tools"))
        models, further = tuple(texts_of(form, "models")), further_budgets.sent(form)
        return cls(**single, models=models, tools=tools, further=further)

    def request(self) -> KeyRequest:
        """Return the API's request body. Raises InvalidRequest like the API."""
        return validated(KeyRequest, self.body())

    def body(self) -> dict[str, Any]:
        """Return the values of the fields that are filled in, by the names of the API."""
        body: dict[str, Any] = {
            "max_budget": amount(self.max_budget),
            "models": list(self.models),
            # Null means that the key never expires. Without a duration, the key would get the usual lifetime.
            "duration": self.duration or None,
            "metadata": tools_label(self.tools),
        }
        given: dict[str, Any] = {
            "alias": self.alias,
            "team_id": self.team_id,
            "budget_duration": self.budget_duration,
            "tpm_limit": whole_number(self.tpm_limit),
            "rpm_limit": whole_number(self.rpm_limit),
            "budget_limits": further_budgets.body_of(self.further),
        }
        return body | {name: text for name, text in given.items() if text}


def faults_of(problem: Problem, own_aliases: Collection[str | None], alias: str) -> Mapping[str, str]:
    """Return the errors by field, in the form's order; empty when the problem concerns no field."""
    if isinstance(problem, AlreadyExists):
        is_own = alias.strip() in own_aliases
        own = _("You already have a key with this name. Choose another name.")
        return {"alias": own if is_own else _("Someone else uses this name. Choose another name.")}
    params = [fault["param"] for fault in problem.members.get("errors", ())] or [problem.param or ""]
    fields = [param.partition(".")[0].replace("key_alias", "alias") for param in params]
    refusal = None if isinstance(problem, InvalidRequest) else sentence(problem)
    return {
        field: refusal or _(text) for field, text in (_EXPECTED | _OF_SERVICE_KEYS).items() if field in fields
    }
