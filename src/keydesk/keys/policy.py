"""The rules for keys that the configuration and the key's owner set. Pure."""

import unicodedata
from datetime import datetime

from keydesk.budgets.policy import Budget, check_budget
from keydesk.keys.models import BlockMark, KeyRequest, KeyUpdate
from keydesk.kit.durations import to_litellm, to_litellm_budget
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest, PolicyRefused, UpstreamRefused
from keydesk.litellm import Key, KeyChanges, NewKey, User
from keydesk.settings import KeyGeneration

INTENT_MEMBER = "keydesk_intent"
"""The metadata member that ties a key to its audit record, by which an orphan is found."""

CREATOR_MEMBER = "created_by_backstage_user"
"""The metadata member that holds the entity reference of the person who created a key."""
SLOT_PREFIX = "opencode-"
"""How the names of the keys begin that Keydesk makes for OpenCode."""
SLOT_MEMBER = "keydesk_slot"
"""The metadata member that says which slot a key was made for. A name alone proves nothing."""


def check_new_budget(request: KeyRequest, rules: KeyGeneration) -> None:
    """Raise PolicyRefused for a budget that no key may have."""
    check_budget(Budget.asked(request.max_budget, request.budget_duration), rules, "key")


def check_changed_budget(update: KeyUpdate, key: Key, rules: KeyGeneration) -> None:
    """Raise PolicyRefused where the budget of the key, as it will be, is one that no key may have."""
    said = update.model_fields_set
    if said & {"max_budget", "budget_duration"}:
        asked = Budget.asked(update.max_budget, update.budget_duration)
        usd = asked.usd if "max_budget" in said else key.max_budget
        period = asked.period if "budget_duration" in said else key.budget_duration
        check_budget(Budget(usd, period), rules, "key")


def check_team_given(team_id: str | None, rules: KeyGeneration) -> None:
    if team_id is None and rules.team_required:
        raise InvalidRequest(
            "team_id: expected the id of one of your teams, because every key must belong to a team",
            hint="Choose one of your teams.",
            param="team_id",
        )


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
                f"This LiteLLM release cannot clear {name}. The previous value is still set.",
                hint=f"Set {name} to another value, or create a new key without it.",
                param=name,
            )


def belongs_to(key: Key, person: Person, user: User) -> bool:
    """Return whether the key is on the person's account, or was created by the person for another account."""
    return key.user_id == user.user_id or key.metadata.get(CREATOR_MEMBER) == person.ref


Stamps = dict[str, str | None]


def stamps(person: Person, user: User, now: datetime, intent_id: str) -> Stamps:
    """Who asked for a key, when and how; unknown ones are None. They win over configured metadata."""
    return {
        CREATOR_MEMBER: person.ref,
        "created_by_email": user.user_email,
        "created_by_display_name": user.user_alias,
        "created_via": "keydesk",
        "created_at_iso": now.isoformat(),
        INTENT_MEMBER: intent_id,
    }


def new_key(request: KeyRequest, user: User, stamped: Stamps) -> NewKey:
    """The key to ask LiteLLM for, member by member. The request's models are those policy allowed."""
    known = {name: value for name, value in stamped.items() if value is not None}
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
        metadata={name: value for name, value in request.stored_metadata().items() if name not in stamped}
        | known,
    )


def key_changes(update: KeyUpdate, models: tuple[str, ...] | None) -> KeyChanges:
    """The change to send: only what was said, null included. `models` are those policy allowed, if any were said."""
    said = update.model_dump(include=update.model_fields_set - {"models"})
    if said.get("duration"):
        said["duration"] = to_litellm(said["duration"])
    if said.get("budget_duration"):
        said["budget_duration"] = to_litellm_budget(said["budget_duration"])
    return KeyChanges(**said) if models is None else KeyChanges(**said, models=models)


def is_reserved(alias: str) -> bool:
    """Return whether a name looks like one of Keydesk's own, in any case and any Unicode notation."""
    return unicodedata.normalize("NFKC", alias).strip().casefold().startswith(SLOT_PREFIX)


def check_free(alias: str, param: str) -> None:
    """Raise PolicyRefused for a name that belongs to Keydesk."""
    if is_reserved(alias):
        raise PolicyRefused(
            f"Names that start with {SLOT_PREFIX} are reserved for keys that Keydesk creates.",
            hint="Choose another name.",
            param=param,
        )
