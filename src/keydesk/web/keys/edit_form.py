"""The form that edits a key: initial values, and the changes in a submitted form. Pure."""

from dataclasses import asdict, dataclass
from typing import Any

from starlette.datastructures import FormData

from keydesk.keys.models import KeyUpdate, KeyView
from keydesk.web.form_fields import amount, text_of, texts_of, validated, whole_number
from keydesk.web.keys import further_budgets

_NAMES = {"alias": "key_alias", "further": "budget_limits"}
"""The API's names of fields, where they differ."""
_SINGLE = ("alias", "max_budget", "budget_duration", "duration", "tpm_limit", "rpm_limit")


@dataclass(frozen=True, slots=True)
class EditForm:
    """The texts of the form's fields. An empty `duration` keeps the key's expiration."""

    alias: str = ""
    max_budget: str = ""
    budget_duration: str = ""
    duration: str = ""
    tpm_limit: str = ""
    rpm_limit: str = ""
    models: tuple[str, ...] = ()
    further: further_budgets.Texts = further_budgets.EMPTY

    @classmethod
    def of(cls, key: KeyView) -> "EditForm":
        numbers = {name: getattr(key, name) for name in ("max_budget", "tpm_limit", "rpm_limit")}
        shown = {name: "" if value is None else f"{value:.12g}" for name, value in numbers.items()}
        return cls(
            key.key_alias or "",
            budget_duration=key.budget_duration or "",
            models=tuple(key.models),
            further=further_budgets.texts_of(key.budget_limits),
            **shown,
        )

    @classmethod
    def sent(cls, form: FormData) -> "EditForm":
        single = {name: text_of(form, name) for name in _SINGLE}
        return cls(**single, models=tuple(texts_of(form, "models")), further=further_budgets.sent(form))

    def update(self, key: KeyView) -> KeyUpdate | None:
        """Return the changes, or None without any. Raises InvalidRequest like the API."""
        before, now = asdict(EditForm.of(key)), asdict(self)
        before["models"], now["models"] = sorted(before["models"]), sorted(now["models"])
        changed = {name for name in now if now[name] != before[name]}
        if not changed:
            return None
        values: dict[str, Any] = {
            "key_alias": self.alias,
            "max_budget": amount(self.max_budget),
            "budget_duration": self.budget_duration or None,
            "duration": self.duration,
            "tpm_limit": whole_number(self.tpm_limit),
            "rpm_limit": whole_number(self.rpm_limit),
            "models": list(self.models),
            "budget_limits": further_budgets.body_of(self.further, key.budget_limits),
        }
        names = {name: _NAMES.get(name, name) for name in changed}
        return validated(KeyUpdate, {names[name]: values[names[name]] for name in changed})
