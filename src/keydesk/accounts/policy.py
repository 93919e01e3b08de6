"""Which LiteLLM user a person is, and what a new account is given. Pure."""

from datetime import datetime

from keydesk.accounts.models import AppliedSettings
from keydesk.directory.entry import Entry
from keydesk.durations import to_litellm_budget
from keydesk.identity.principal import Person
from keydesk.litellm import NewUser, User, UserChanges
from keydesk.problems import NotAnAccount
from keydesk.settings import AccountDefaults

_RESERVED_USER_IDS = {"default_user_id"}
"""The master key's own user in LiteLLM, which owns what nobody else does."""
_COMPARED = ("user_role", "max_budget", "budget_duration", "tpm_limit", "rpm_limit")


def litellm_user_id(person: Person, domain: str | None) -> str:
    """The entity's name, with `@domain` where one is configured and the name has none.

    Only the namespace `default` maps so: two people must never share an account. Raises NotAnAccount.
    """
    if person.namespace != "default":
        raise NotAnAccount(
            "People of this directory namespace have no accounts here.",
            hint="Only people of the namespace 'default' can have one.",
        )
    user_id = f"{person.name}@{domain}" if domain and "@" not in person.name else person.name
    if user_id in _RESERVED_USER_IDS:
        raise NotAnAccount("This name is reserved by LiteLLM and cannot have an account.")
    return user_id


def new_user(user_id: str, entry: Entry, defaults: AccountDefaults, now: datetime) -> NewUser:
    """The account to create: every default of the configuration, and where it came from."""
    duration = defaults.budget_duration
    return NewUser(
        user_id=user_id,
        user_email=entry.email,
        user_alias=entry.display_name,
        user_role=defaults.user_role,
        max_budget=defaults.max_budget,
        budget_duration=to_litellm_budget(duration) if duration else None,
        models=defaults.models,
        teams=defaults.teams,
        tpm_limit=defaults.tpm_limit,
        rpm_limit=defaults.rpm_limit,
        metadata={**defaults.metadata, **_origin(entry, now)},
    )


def _origin(entry: Entry, now: datetime) -> dict[str, str]:
    origin = {
        "provisioned_by": "keydesk",
        "provisioned_at": now.isoformat(),
        "backstage_entity": entry.ref,
        "backstage_email": entry.email,
        "backstage_display_name": entry.display_name,
    }
    return {name: value for name, value in origin.items() if value is not None}


def applied_settings(wanted: NewUser) -> AppliedSettings:
    """What is remembered of a provisioning: the settings, not the person's name and address."""
    return wanted.model_dump(mode="json", include={*_COMPARED, "models", "teams"})


def differs(wanted: NewUser, found: User) -> bool:
    """Whether LiteLLM stored something else than was sent, as it does when two creations race."""
    return set(wanted.models) != set(found.models) or any(
        getattr(wanted, name) != getattr(found, name) for name in _COMPARED
    )


def corrections(wanted: NewUser) -> UserChanges:
    """The update that makes a user what was asked for."""
    return UserChanges(models=wanted.models, **{name: getattr(wanted, name) for name in _COMPARED})
