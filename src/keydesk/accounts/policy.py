"""Maps people to LiteLLM users, and compares accounts with the configuration. Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from keydesk.accounts.models import AppliedSettings, Difference
from keydesk.directory.entry import Entry
from keydesk.kit.durations import to_litellm_budget
from keydesk.kit.entity_refs import full_user_ref
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount
from keydesk.litellm import NewUser, User, UserChanges
from keydesk.settings import AccountDefaults, Provisioning, ProvisioningRole

RESERVED_PREFIX = "keydesk:"
"""Begins texts that Keydesk stores in place of a person or a LiteLLM user id. No account can have such an id."""
_RESERVED_USER_IDS = {"default_user_id"}
"""LiteLLM's user for the master key, which owns objects without another owner."""
_EVERY_MODEL = "all-proxy-models"
_MAPS = {"metadata", "teams"}
"""Settings that others can add entries to. Only entries that Keydesk applied or wants are compared."""


def litellm_user_id(person: Person, domain: str | None) -> str:
    """Return the LiteLLM user id: the entity name, plus `@domain` if one is configured and the name has none.

    Raises NotAnAccount for other namespaces than `default`, so that two people never share an account.
    """
    if person.namespace != "default":
        raise NotAnAccount(
            message("Users in this directory namespace cannot have an account."),
            hint=message("Only users in the namespace 'default' can have one."),
        )
    if domain and person.name.endswith(f"@{domain.lower()}"):
        # The person `bob` already has this id, and could be someone else.
        raise NotAnAccount(
            message("Your user name already ends with the domain that Keydesk appends to user names."),
            hint=message("Ask the platform team to change litellm.userIdDomain or your user name."),
        )
    user_id = f"{person.name}@{domain}" if domain and "@" not in person.name else person.name
    if user_id in _RESERVED_USER_IDS or user_id.casefold().startswith(RESERVED_PREFIX):
        raise NotAnAccount(
            message("LiteLLM reserves this user name."),
            hint=message("Ask the platform team for another user name."),
        )
    return user_id


def ref_of_account(user_id: str, domain: str | None) -> str | None:
    """Return the reference of the person with this LiteLLM user id, or None if the id is no user name."""
    name = user_id.removesuffix(f"@{domain}") if domain else user_id
    try:
        return full_user_ref(f"user:default/{name}")
    except ValueError:
        return None


def wanted_settings(settings: AccountDefaults) -> AppliedSettings:
    """Return the configured settings of an account as JSON, in LiteLLM's format."""
    duration = settings.budget_duration
    return {
        "user_role": settings.user_role,
        "max_budget": settings.max_budget,
        "budget_duration": to_litellm_budget(duration) if duration else None,
        "tpm_limit": settings.tpm_limit,
        "rpm_limit": settings.rpm_limit,
        "models": sorted(settings.models),
        "teams": sorted(settings.teams),
        "metadata": dict(settings.metadata),
    }


def new_user(user_id: str, entry: Entry, wanted: AppliedSettings, now: datetime) -> NewUser:
    """Return the request to LiteLLM for a new account: the configured settings and its origin."""
    metadata = {**wanted["metadata"], **_origin(entry, now)}
    given = {
        **wanted,
        "metadata": metadata,
        "models": tuple(wanted["models"]),
        "teams": tuple(wanted["teams"]),
    }
    return NewUser(user_id=user_id, user_email=entry.email, user_alias=entry.display_name, **given)


def _origin(entry: Entry, now: datetime) -> dict[str, str]:
    origin = {
        "provisioned_by": "keydesk",
        "provisioned_at": now.isoformat(),
        "backstage_entity": entry.ref,
        "backstage_email": entry.email,
        "backstage_display_name": entry.display_name,
    }
    return {name: value for name, value in origin.items() if value is not None}


def differences(user: User, applied: AppliedSettings, wanted: AppliedSettings) -> list[Difference]:
    """Return the settings that differ from `wanted`. Settings that are not in `applied` are not compared.

    A setting that matches neither `applied` nor `wanted` was changed by someone else.
    """
    found = []
    for setting in sorted(applied):
        current = _current(user, setting, {*applied[setting], *wanted[setting]} if setting in _MAPS else ())
        if not _same(setting, current, wanted[setting]):
            by_hand = not _same(setting, current, applied[setting])
            found.append(Difference(user.user_id, setting, current, wanted[setting], by_hand))
    return found


def _current(user: User, setting: str, ours: Iterable[str]) -> Any:
    if setting == "metadata":
        return {name: user.metadata[name] for name in ours if name in user.metadata}
    if setting == "teams":
        return sorted(set(user.teams).intersection(ours))
    return sorted(user.models) if setting == "models" else getattr(user, setting)


def _same(setting: str, one: Any, other: Any) -> bool:
    """Compare two values. An empty list of models and `all-proxy-models` both mean every model."""
    if setting == "models":
        return (set(one) - {_EVERY_MODEL}) == (set(other) - {_EVERY_MODEL})
    return bool(one == other)


def changes_for(found: Iterable[Difference], user: User, applied: AppliedSettings) -> UserChanges:
    """Return the user update that resolves the differences, except those of teams."""
    changes: dict[str, Any] = {}
    for difference in found:
        if difference.setting == "metadata":
            kept = {name: value for name, value in user.metadata.items() if name not in applied["metadata"]}
            changes["metadata"] = {**kept, **difference.wanted}
        elif difference.setting == "models":
            changes["models"] = tuple(difference.wanted) or (_EVERY_MODEL,)
        elif difference.setting != "teams":
            changes[difference.setting] = difference.wanted
    return UserChanges(**changes)


def effective_settings(provisioning: Provisioning, groups: Collection[str]) -> AccountDefaults:
    """Return the defaults, overridden by the first role whose group is among `groups`.

    Metadata is merged, and the role's values win. Every other setting of the role replaces the default.
    """
    role = role_for(provisioning, groups)
    if role is None:
        return provisioning.defaults
    overrides = {name: getattr(role, name) for name in role.model_fields_set - {"group"}}
    merged = {"metadata": {**provisioning.defaults.metadata, **role.metadata}}
    return provisioning.defaults.model_copy(update=overrides | merged)


def role_for(provisioning: Provisioning, groups: Collection[str]) -> ProvisioningRole | None:
    """Return the first role whose group is among `groups`, or None."""
    return next((role for role in provisioning.roles if role.group in groups), None)
