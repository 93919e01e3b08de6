"""Rules for creating and changing keys. Pure."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from keydesk.budgets.policy import Budget, check_budget
from keydesk.keys.models import BlockMark, BudgetLimit, KeyRequest, KeyUpdate
from keydesk.keys.owners import team_of, user_id_of
from keydesk.keys.secrets import ROTATION_MEMBER
from keydesk.kit.durations import to_litellm, to_litellm_budget
from keydesk.kit.messages import Message, message
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest, PolicyRefused, UpstreamRefused
from keydesk.lifetimes.models import Violation
from keydesk.lifetimes.policy import violation_of_block
from keydesk.litellm import Key, KeyChanges, NewBudgetLimit, NewKey, User
from keydesk.settings import KeyGeneration

INTENT_MEMBER = "keydesk_intent"
"""Metadata member with the id of the audit intent. Reconciliation finds orphaned keys by it."""
CREATOR_MEMBER = "created_by_backstage_user"
"""Metadata member with the entity reference of the person who created the key."""
OWNER_MEMBER = "keydesk_owner"
"""Metadata member of service keys, so that the person who created one does not pass for its owner."""
_TEAM = "team"
_SERVICE_ACCOUNT_MEMBER = "service_account_id"
"""Metadata member of service accounts that were created in LiteLLM. LiteLLM obeys it, so Keydesk never sets it."""
SLOT_PREFIX = "opencode-"
"""Prefix of the names of keys that Keydesk creates for OpenCode."""
SLOT_MEMBER = "keydesk_slot"
"""Metadata member with the slot of the key. The name alone does not prove that Keydesk created it."""


def check_new_budget(request: KeyRequest, rules: KeyGeneration) -> None:
    """Raise PolicyRefused if a budget of the new key is not allowed."""
    check_budget(Budget.requested(request.max_budget, request.budget_duration), rules, "key")
    _check_limits(request.budget_limits, rules)


def check_changed_budget(update: KeyUpdate, key: Key, rules: KeyGeneration) -> None:
    """Raise PolicyRefused if a budget of the key after the update is not allowed."""
    fields = update.model_fields_set
    _check_limits(update.budget_limits, rules)
    if update.budget_limits and ROTATION_MEMBER in key.metadata:
        raise PolicyRefused(
            message("This key was rotated, so it cannot have several budgets."),
            hint=message("Create a new key."),
            param="budget_limits",
        )
    if fields & {"max_budget", "budget_duration"}:
        requested = Budget.requested(update.max_budget, update.budget_duration)
        usd = requested.usd if "max_budget" in fields else key.max_budget
        period = requested.period if "budget_duration" in fields else key.budget_duration
        check_budget(Budget(usd, period), rules, "key")


def _check_limits(limits: Iterable[BudgetLimit], rules: KeyGeneration) -> None:
    for limit in limits:
        try:
            check_budget(Budget.requested(limit.max_budget, limit.budget_duration), rules, "key")
        except PolicyRefused as refused:
            raise PolicyRefused(refused.error, hint=refused.hint, param="budget_limits") from None


def policy_violations(key: Key, rules: KeyGeneration) -> tuple[Message, ...]:
    """Return the rules for new keys that an existing key breaks."""
    found = []
    try:
        check_budget(Budget(key.max_budget, key.budget_duration), rules, "key")
    except PolicyRefused as refused:
        found.append(refused.error)
    if key.team_id is None and rules.team_required:
        found.append(message("Every key must belong to a team."))
    return tuple(found)


def check_team_given(team_id: str | None, rules: KeyGeneration) -> None:
    if team_id is None and rules.team_required:
        raise InvalidRequest(
            message("team_id: expected the id of one of your teams, because every key must belong to a team"),
            hint=message("Choose one of your teams."),
            param="team_id",
        )


def is_blocked_by(actor: str, key: Key, mark: BlockMark | None) -> bool:
    """Return whether `actor` blocked the key through Keydesk and nobody has changed the key since.

    LiteLLM updates `settings_updated_at` with every change of settings. Older releases only have `updated_at`, which
    also changes with spend. With those releases, the result is false once the key has new spend.
    """
    if not key.blocked or mark is None or mark.by != actor:
        return False
    return mark.as_of is None or key.changed_at == mark.as_of


def violation_blocking(key: Key, mark: BlockMark | None) -> Violation | None:
    """Return the violation of the policy for lifetimes for which Keydesk blocked the key, or None."""
    violation = violation_of_block(mark.by) if mark else None
    return violation if violation and mark and is_blocked_by(mark.by, key, mark) else None


def check_cleared(update: KeyUpdate, changed: Key) -> None:
    """Raise UpstreamRefused if LiteLLM returned 200 but did not clear a field, as 1.84 does with budget_duration."""
    for name in sorted(update.model_fields_set & Key.model_fields.keys()):
        if getattr(update, name) is None and getattr(changed, name) is not None:
            raise UpstreamRefused(
                message(
                    "This LiteLLM release cannot clear %(field)s. The previous value is still set.",
                    field=name,
                ),
                hint=message("Set %(field)s to another value, or create a new key without it.", field=name),
                param=name,
            )


def belongs_to(key: Key, person: Person, user: User) -> bool:
    """Return whether the person's account owns the key or the person created it for another account."""
    return key.user_id == user.user_id or key.metadata.get(CREATOR_MEMBER) == person.ref


Stamps = dict[str, str | None]


def stamps(person: Person, user: User, now: datetime, intent_id: str) -> Stamps:
    """Return the metadata members that describe who created a key, when and how. They override configured metadata."""
    return {
        CREATOR_MEMBER: person.ref,
        "created_by_email": user.user_email,
        "created_by_display_name": user.user_alias,
        "created_via": "keydesk",
        "created_at_iso": now.isoformat(),
        INTENT_MEMBER: intent_id,
        OWNER_MEMBER: None if team_of(user.user_id) is None else _TEAM,
    }


def new_key(request: KeyRequest, user: User, stamped: Stamps) -> NewKey:
    """Return the request to LiteLLM for a new key. The models of `request` have passed the policy."""
    known = {name: value for name, value in stamped.items() if value is not None}
    return NewKey(
        key_alias=request.alias,
        user_id=user_id_of(user.user_id),
        team_id=request.team_id,
        models=tuple(request.models),
        duration=to_litellm(request.duration) if request.duration else None,
        max_budget=request.max_budget,
        budget_duration=to_litellm_budget(request.budget_duration) if request.budget_duration else None,
        budget_limits=_stored(request.budget_limits) or None,
        tpm_limit=request.tpm_limit,
        rpm_limit=request.rpm_limit,
        metadata={name: value for name, value in request.stored_metadata().items() if name not in stamped}
        | known,
    )


def key_changes(update: KeyUpdate, models: tuple[str, ...] | None) -> KeyChanges:
    """Return the update request to LiteLLM with the fields that are set in `update`, including null.

    `models` are the requested models that have passed the policy, or None if the update does not set them.
    """
    fields = update.model_dump(include=update.model_fields_set - {"models", "budget_limits"})
    if "budget_limits" in update.model_fields_set:
        fields["budget_limits"] = _stored(update.budget_limits)
    if fields.get("duration"):
        fields["duration"] = to_litellm(fields["duration"])
    if fields.get("budget_duration"):
        fields["budget_duration"] = to_litellm_budget(fields["budget_duration"])
    return KeyChanges(**fields) if models is None else KeyChanges(**fields, models=models)


def _stored(limits: Iterable[BudgetLimit]) -> tuple[NewBudgetLimit, ...]:
    return tuple(
        NewBudgetLimit(max_budget=each.max_budget, budget_duration=to_litellm_budget(each.budget_duration))
        for each in limits
    )


def is_reserved(alias: str) -> bool:
    """Return whether the name has the reserved prefix, ignoring case and Unicode compatibility forms."""
    return unicodedata.normalize("NFKC", alias).strip().casefold().startswith(SLOT_PREFIX)


def is_of_team(key: Key) -> bool:
    """Return whether a key without a user was created for its team, with Keydesk or as a service account of LiteLLM."""
    return key.metadata.get(OWNER_MEMBER) == _TEAM or bool(key.metadata.get(_SERVICE_ACCOUNT_MEMBER))


def check_not_reserved(alias: str, param: str) -> None:
    """Raise PolicyRefused if the name is reserved for Keydesk."""
    if is_reserved(alias):
        raise PolicyRefused(
            message(
                "Names that start with %(prefix)s are reserved for keys that Keydesk creates.",
                prefix=SLOT_PREFIX,
            ),
            hint=message("Choose another name."),
            param=param,
        )
