"""What the policy for lifetimes means for keys: when they must be rotated, and what Keydesk does about violations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from keydesk.api.dependencies import calling_person, services_of
from keydesk.keys.models import KeyView
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.lifetimes.models import Violation, Warned
from keydesk.lifetimes.policy import acts_at, must_rotate_by, violation_of_block
from keydesk.settings import LifetimeRules
from keydesk.web.formats import day, duration
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.status import Mark

_ADVICE = {
    Violation.NEVER_EXPIRES: N_(
        "Every key must expire. On %(day)s at the earliest, Keydesk lets this key expire %(longest)s later. "
        "To choose the date yourself, extend the key."
    ),
    Violation.TOO_LONG: N_(
        "This key expires too late. On %(day)s at the earliest, Keydesk lets it expire %(longest)s later. "
        "To choose the date yourself, extend the key."
    ),
    Violation.ROTATION_OVERDUE: N_(
        "This key must be rotated. Keydesk blocks it on %(day)s at the earliest. Rotate it before that day."
    ),
    Violation.IDLE: N_(
        "Not used for a long time. Keydesk blocks this key on %(day)s at the earliest, unless it is used. "
        "Delete it if it is no longer needed."
    ),
}
_BLOCKED = {
    Violation.ROTATION_OVERDUE: N_(
        "Keydesk blocked this key because it was not rotated in time. Rotate it to get a new secret."
    ),
    Violation.IDLE: N_(
        "Keydesk blocked this key because it was not used for a long time. Extend it if you still need it."
    ),
}


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """`blocked_for` is the violation for which Keydesk blocked the key."""

    rules: LifetimeRules
    rotate_by: datetime | None
    warned: Sequence[Warned]
    blocked_for: Violation | None

    @property
    def is_violated(self) -> bool:
        return bool(self.warned or self.blocked_for)

    @property
    def extendable(self) -> bool:
        """Return whether an extension corrects the violation, although the key is blocked or never expires."""
        if self.blocked_for is not None:
            return self.blocked_for is Violation.IDLE
        return any(each.violation is Violation.NEVER_EXPIRES for each in self.warned)

    @property
    def marks(self) -> list[Mark]:
        """Return what the owner should know, in the reader's language."""
        if self.blocked_for is not None:
            return [Mark(_("blocked by policy"), _(_BLOCKED[self.blocked_for]), urgent=True)]
        return [Mark(_("violates policy"), self._advice(each), urgent=True) for each in self.warned]

    def _advice(self, warned: Warned) -> str:
        when, longest = day(acts_at(warned.at, self.rules)), duration(self.rules.usual)
        return _(_ADVICE[warned.violation], day=when, longest=longest)


async def rules_of_caller(request: Request, team_id: str | None) -> LifetimeRules:
    """Return the rules for the caller's keys. Without a directory, those of people without a role."""
    lifetimes = services_of(request).lifetimes
    try:
        return await lifetimes.rules_for(await calling_person(request), team_id)
    except DirectoryUnavailable:
        return lifetimes.rules_of(None, team_id)


async def policies_of(request: Request, keys: Sequence[KeyView]) -> dict[str, KeyPolicy]:
    """Return the policy for each of the caller's keys by key id. Without a directory, it is unknown and empty."""
    services, person = services_of(request), await calling_person(request)
    blocked = [key.token for key in keys if key.blocked]
    if not services.apply_lifetimes.plan.is_needed and not blocked:
        return {}
    try:
        rules = {
            team_id: await services.lifetimes.rules_for(person, team_id)
            for team_id in {key.team_id for key in keys}
        }
    except DirectoryUnavailable:
        return {}
    blockers = await services.keys.store.blockers(blocked)
    warned = await services.lifetimes.warnings.of(key.token for key in keys)
    rotated = await services.keys.secrets.rotated_at([key.token for key in keys])
    return {
        key.token: KeyPolicy(
            rules[key.team_id],
            must_rotate_by(rotated.get(key.token, key.created_at), rules[key.team_id]),
            [each for each in warned if each.key_id == key.token and not key.blocked],
            violation_of_block(blockers.get(key.token)),
        )
        for key in keys
    }
