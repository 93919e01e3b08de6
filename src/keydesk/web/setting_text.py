"""Settings of keys, teams and accounts in words: their labels, values and reasons. Pure."""

from collections.abc import Mapping
from typing import Any

from keydesk.web.formats import duration, number, usd
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.values import value_text

_LABELS = {
    "key_alias": N_("Name"),
    "team_alias": N_("Name"),
    "duration": N_("Expires in"),
    "user_role": N_("Role in LiteLLM"),
    "max_budget": N_("Budget"),
    "budget_duration": N_("Resets every"),
    "tpm_limit": N_("Tokens per minute"),
    "rpm_limit": N_("Requests per minute"),
    "models": N_("Models"),
    "teams": N_("Teams"),
    "metadata": N_("Metadata"),
    "keys": N_("Keys"),
}
_ROLES = {
    "proxy_admin": N_("Administrator"),
    "proxy_admin_viewer": N_("Administrator, read only"),
    "internal_user": N_("User"),
    "internal_user_viewer": N_("User, read only"),
}
_EMPTY = {"models": N_("All models"), "teams": N_("None"), "metadata": N_("None")}
_LIMITS = {"max_budget", "tpm_limit", "rpm_limit"}
_DURATIONS = {"budget_duration", "duration"}
_ROLE = "role "


def setting_label(name: str) -> str:
    """Return the label of a setting. `metadata.cost_center` keeps the name of its entry."""
    setting, _dot, entry = name.partition(".")
    label = _(_LABELS[setting]) if setting in _LABELS else setting
    return f"{label}: {entry}" if entry else label


def setting_value(name: str, value: Any) -> str:
    """Return the value of a setting as pages show it elsewhere."""
    if name in _EMPTY and not value:
        return _(_EMPTY[name])
    if name in _LIMITS and isinstance(value, int | float | None):
        return _("No limit") if value is None else (usd if name == "max_budget" else number)(value)
    if name in _DURATIONS and isinstance(value, str | None):
        return duration(value)
    return _(_ROLES[value]) if name == "user_role" and value in _ROLES else value_text(value)


def reason_text(reason: str, groups: Mapping[str, str]) -> str:
    """Return why a setting has its value. `groups` are titles by reference."""
    group = reason.removeprefix(_ROLE)
    return (
        _("Role of %(group)s", group=groups.get(group, group)) if reason.startswith(_ROLE) else _("Default")
    )
