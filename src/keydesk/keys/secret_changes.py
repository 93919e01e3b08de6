"""What to change in LiteLLM for each secret of a rotated key, so that all secrets share one budget. Pure."""

from dataclasses import dataclass
from typing import Any

from keydesk.keys.secrets import Carried, FoldedKey, carrying, spent_usd, was_reset
from keydesk.litellm import Key, KeyChanges

_NEGLIGIBLE_USD = 1e-9
_OF_CURRENT = {"key_alias", "duration", "max_budget"}


@dataclass(frozen=True, slots=True)
class SecretChanges:
    """The changes of the current secret, and of each previous one."""

    current: KeyChanges
    previous: tuple[tuple[Key, KeyChanges], ...] = ()


def changes_of_secrets(folded: FoldedKey, changes: KeyChanges) -> SecretChanges:
    """Return the changes of each secret for a change of the key. Only the current secret has its name and expiry."""
    if not folded.previous and folded.carried.share_usd is None:
        return SecretChanges(changes)
    fields = changes.model_dump(exclude_unset=True)
    shared = {name: value for name, value in fields.items() if name not in _OF_CURRENT}
    own, others = KeyChanges(), {secret.token_hash: KeyChanges() for secret in folded.previous}
    if "max_budget" in fields:
        budgets = shared_budget(folded, fields["max_budget"])
        own = budgets.current
        others |= {secret.token_hash: share for secret, share in budgets.previous}
    previous = ((secret, _merged(shared, others[secret.token_hash])) for secret in folded.previous)
    return SecretChanges(_merged(fields, own), tuple(each for each in previous if each[1].model_fields_set))


def _merged(fields: dict[str, Any], more: KeyChanges) -> KeyChanges:
    return KeyChanges(**{**fields, **more.model_dump(exclude_unset=True)})


def shared_budget(folded: FoldedKey, budget_usd: float | None) -> SecretChanges:
    """Divide what is left of the budget equally between the secrets that have not ended."""
    carried, current = folded.carried, folded.current
    counted = [secret for secret in folded.previous if Carried.by(secret).number > carried.ended]
    if budget_usd is None:
        shares = tuple((secret, KeyChanges(max_budget=None)) for secret in counted)
        return SecretChanges(_with_share(current, carried, None, None), shares)
    spent = spent_usd(carried, current, folded.previous)
    left = max(0.0, budget_usd - spent) / (1 + len(counted))
    shares = tuple((secret, KeyChanges(max_budget=secret.spend + left)) for secret in counted)
    return SecretChanges(_with_share(current, carried, budget_usd, current.spend + left), shares)


def _with_share(
    current: Key, carried: Carried, budget_usd: float | None, share_usd: float | None
) -> KeyChanges:
    shared = carried.model_copy(update={"budget_usd": budget_usd, "share_usd": share_usd})
    return KeyChanges(max_budget=share_usd, metadata=carrying(current.metadata, shared))


def counting_ended(folded: FoldedKey) -> KeyChanges:
    """Return the change of the current secret with which it counts what the previous secrets spent."""
    carried, current = folded.carried, folded.current
    ended = 0.0 if _is_reset(folded) else spent_usd(carried, current, folded.previous) - current.spend
    if ended <= _NEGLIGIBLE_USD:
        return without_shares(folded)
    budget = folded.key.max_budget
    share = None if budget is None else max(0.0, budget - ended)
    counted = carried.model_copy(
        update={
            "base_usd": 0.0,
            "ended_usd": ended,
            "ended": carried.number - 1,
            "last_active_at": folded.key.last_active_at,
        }
    )
    return _with_share(current, counted, budget, share)


def without_shares(folded: FoldedKey) -> KeyChanges:
    """Return the change of the current secret after which it has the budget of the key for itself."""
    carried = folded.carried
    alone = Carried(
        number=carried.number,
        created_at=carried.created_at,
        last_active_at=folded.key.last_active_at,
        ended=carried.number - 1,
        previous_ends_at=carried.previous_ends_at,
        **_until_reset(folded),
    )
    changes: dict[str, Any] = {"metadata": carrying(folded.current.metadata, alone)}
    if carried.share_usd is not None:
        changes["max_budget"] = folded.key.max_budget
    if carried.period is not None and was_reset(carried, folded.current):
        changes["budget_duration"] = carried.period
    return KeyChanges(**changes)


def _until_reset(folded: FoldedKey) -> dict[str, Any]:
    """Return what to keep until LiteLLM resets the spend: the period of the key, if LiteLLM has a shorter one."""
    carried = folded.carried
    if carried.period is None or was_reset(carried, folded.current):
        return {}
    return {"period": carried.period, "resets_at": carried.resets_at}


def with_carried(folded: FoldedKey, **changed: Any) -> KeyChanges:
    """Return the change of the current secret that changes what it carries over."""
    carried = folded.carried.model_copy(update=changed)
    return KeyChanges(metadata=carrying(folded.current.metadata, carried))


def _is_reset(folded: FoldedKey) -> bool:
    return any(was_reset(folded.carried, secret) for secret in (folded.current, *folded.previous))
