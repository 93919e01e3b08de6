"""The rules for keys that the configuration and the key's owner set. Pure."""

from datetime import datetime

from keydesk.durations import to_litellm, to_litellm_budget
from keydesk.identity.principal import Person
from keydesk.keys.models import BlockMark, KeyRequest, KeyUpdate
from keydesk.litellm import Key, KeyChanges, NewKey, User
from keydesk.problems import InvalidRequest, PolicyRefused, UpstreamRefused
from keydesk.settings import KeyGeneration

INTENT_MEMBER = "keydesk_intent"
"""The metadata member that ties a key to its audit record, by which an orphan is found."""


def check_budget(max_budget: float | None, rules: KeyGeneration) -> None:
    """Raise PolicyRefused for a key without a budget where each must have one."""
    if max_budget is None and not rules.allow_unlimited_budget:
        raise PolicyRefused(
            "Every key needs a budget.", hint="Set max_budget to an amount in US dollars.", param="max_budget"
        )


def check_team_given(team_id: str | None, rules: KeyGeneration) -> None:
    if team_id is None and rules.team_required:
        raise InvalidRequest("team_id: every key must belong to one of your teams", param="team_id")


def is_blocked_by(who: str, key: Key, mark: BlockMark | None) -> bool:
    """Whether the block on the key is the one `who` set through the key desk, and nobody's since.

    LiteLLM moves `settings_updated_at` with every change; if it moved on, somebody else was there. Releases without
    it move `updated_at` with spend as well: there, a key whose spend was counted after the block stays blocked.
    """
    if not key.blocked or mark is None or mark.by != who:
        return False
    return mark.as_of is None or key.changed_at == mark.as_of


def check_cleared(update: KeyUpdate, changed: Key) -> None:
    """Raise UpstreamRefused if LiteLLM answered 200 but kept a value. Release 1.84 keeps the period of a budget."""
    for name in sorted(update.model_fields_set & Key.model_fields.keys()):
        if getattr(update, name) is None and getattr(changed, name) is not None:
            raise UpstreamRefused(
                f"This release of LiteLLM cannot clear {name}, so it stays as it was.",
                hint=f"Set {name} to another value, or create a new key without it.",
                param=name,
            )


Stamps = dict[str, str | None]


def stamps(person: Person, user: User, now: datetime, intent_id: str) -> Stamps:
    """Who asked for a key, when and how; these win over what the caller put into the metadata, unknown ones too."""
    return {
        "created_by_backstage_user": person.ref,
        "created_by_email": user.user_email,
        "created_by_display_name": user.user_alias,
        "created_via": "keydesk",
        "created_at_iso": now.isoformat(),
        INTENT_MEMBER: intent_id,
    }


def new_key(request: KeyRequest, user: User, stamped: Stamps) -> NewKey:
    """The key to ask LiteLLM for, member by member. The request's models are those policy allowed."""
    metadata = {**request.metadata, **stamped}
    return NewKey(
        key_alias=request.alias,
        user_id=user.user_id,
        team_id=request.team_id,
        models=tuple(request.models),
        duration=to_litellm(request.duration) if request.duration else None,
        max_budget=request.max_budget,
        budget_duration=to_litellm_budget(request.budget_duration) if request.budget_duration else None,
        tpm_limit=request.tpm_limit,
        rpm_limit=request.rpm_limit,
        metadata={name: value for name, value in metadata.items() if value is not None},
    )


def key_changes(update: KeyUpdate, models: tuple[str, ...] | None) -> KeyChanges:
    """The change to send: only what was said, null included. `models` are those policy allowed, if any were said."""
    said = update.model_dump(include=update.model_fields_set - {"models"})
    if said.get("duration"):
        said["duration"] = to_litellm(said["duration"])
    if said.get("budget_duration"):
        said["budget_duration"] = to_litellm_budget(said["budget_duration"])
    return KeyChanges(**said) if models is None else KeyChanges(**said, models=models)
