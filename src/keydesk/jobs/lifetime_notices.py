"""The notices about the lifetime of keys: what expires, what Keydesk is about to do, and what it did. Pure."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.jobs.lifetimes_plan import Finding
from keydesk.keys.change_notices import naming, recipient_of
from keydesk.keys.left_alone import is_under_rules
from keydesk.kit.key_ids import KeyIds
from keydesk.lifetimes.models import Violation
from keydesk.litellm import Key
from keydesk.notices.models import Kind, Notice, Value

_EXPIRED_FOR = timedelta(days=7)
"""Keys that expired earlier get no notice, such as those from a time before notices were set up."""
_ACTIONS = {
    Violation.NEVER_EXPIRES: "shorten",
    Violation.TOO_LONG: "shorten",
    Violation.ROTATION_OVERDUE: "rotate",
    Violation.IDLE: "block",
}
_REASONS = {
    Violation.ROTATION_OVERDUE: "The key was not rotated in time.",
    Violation.IDLE: "The key was not used for a long time.",
}


@dataclass(frozen=True, slots=True)
class LifetimeNotices:
    """`expiry_days` are the days before an expiration at which the owner gets a notice."""

    ids: KeyIds
    user_id_domain: str | None
    expiry_days: Sequence[int]

    def of_expirations(
        self, keys: Iterable[Key], now: datetime, service_keys: Set[str] = frozenset()
    ) -> Iterator[Notice]:
        """Yield a notice for each key of a person that expires soon or has just expired, and for service keys."""
        for key in keys:
            is_service_key = self.ids.of(key.token_hash) in service_keys
            if key.expires_at is None or key.blocked or not is_under_rules(key, is_service_key):
                continue
            left, values = key.expires_at - now, {Value.EXPIRES_AT: key.expires_at.isoformat()}
            steps = [days for days in self.expiry_days if timedelta() < left <= timedelta(days=days)]
            period = key.expires_at.isoformat()
            if steps:
                # Steps that have passed together give one notice.
                yield from self._notice(Kind.KEY_EXPIRING, key, period, values, str(min(steps)))
            elif -_EXPIRED_FOR <= left <= timedelta():
                yield from self._notice(Kind.KEY_EXPIRED, key, period, values)

    def of_warning(self, finding: Finding) -> list[Notice]:
        """Return the notice that Keydesk is about to act. `finding.acts_at` also tells later warnings apart."""
        key, acts_at = finding.key, finding.acts_at.isoformat()
        values = {Value.ACTS_AT: acts_at, Value.ACTION: _ACTIONS[finding.violation]}
        if finding.violation is Violation.IDLE:
            if key.last_active_at is not None:
                values[Value.LAST_USED_AT] = key.last_active_at.isoformat()
            return self._notice(Kind.KEY_IDLE, key, acts_at, values)
        return self._notice(Kind.KEY_POLICY, key, acts_at, values, str(finding.violation))

    def of_block(self, finding: Finding) -> list[Notice]:
        """Return the notice that Keydesk blocked the key."""
        values = {Value.BY: SYSTEM_ACTOR, Value.REASON: _REASONS[finding.violation]}
        return self._notice(Kind.KEY_BLOCKED, finding.key, finding.acts_at.isoformat(), values)

    def _notice(
        self, kind: Kind, key: Key, period: str, values: dict[str, str], threshold: str = ""
    ) -> list[Notice]:
        """Return the notice to the owner, or none if the owner is neither a person nor a team."""
        recipient = recipient_of(key, self.user_id_domain)
        if recipient is None:
            return []
        return [Notice(kind, recipient, self.ids.of(key.token_hash), threshold, period, naming(key) | values)]
