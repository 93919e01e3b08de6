"""The form that edits a key: initial values, and the changes in a submitted form. Pure."""

from dataclasses import asdict, dataclass
from typing import Any

from starlette.datastructures import FormData

from keydesk.keys.models import KeyUpdate, KeyView
from keydesk.web.form_fields import amount, text_of, texts_of, validated, whole_number

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

    @classmethod
    def of(cls, key: KeyView) -> "EditForm":
        numbers = {name: getattr(key, name) for name in ("max_budget", "tpm_limit", "rpm_limit")}
        shown = {name: "" if value is None else f"{value:.12g}" for name, value in numbers.items()}
        return cls(
            key.key_alias or "", budget_duration=key.budget_duration or "", models=tuple(key.models), **shown
        )

    @classmethod
    def sent(cls, form: FormData) -> "EditForm":
        single = {name: text_of(form, name) for name in _SINGLE}
        return cls(**single, models=tuple(texts_of(form, "models")))

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
        }
        names = {name: "key_alias" if name == "alias" else name for name in changed}
        return validated(KeyUpdate, {names[name]: values[names[name]] for name in changed})
