"""A longer lifetime of a key than the policy allows, or no expiration.

The grant is remembered until the approved expiration, so that the job for lifetimes does not act on the key. LiteLLM
ends the key itself.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting
from keydesk.lifetimes.policy import FOREVER
from keydesk.litellm import KeyChanges, User
from keydesk.requests.bodies import Approval, NewRequest
from keydesk.requests.kinds.keys import KeyObjects
from keydesk.requests.kinds.kind import Locked, Members, Place, Subject
from keydesk.requests.lifetime_policy import check_beyond_policy
from keydesk.requests.models import RequestRecord, Terms

_MEMBER = "expires_at"
Expiration = Mapping[str, str | None]


@dataclass(frozen=True)
class KeyLifetime:
    keys: KeyObjects
    members = Members(frozenset({"key_id"}))

    async def subject(self, user: User, body: NewRequest) -> Subject:
        """Return the key without its team: the policy for lifetimes is not up to the admins of the team."""
        key_id = body.key_id or ""
        key = await self.keys.find(user.user_id, key_id)
        return Subject(key_id, _expiration(key.expires_at), key.key_alias)

    async def read(self, place: Place) -> Expiration:
        return _expiration((await self.keys.find(place.user_id, place.target_id)).expires_at)

    @asynccontextmanager
    async def locked(self, place: Place) -> AsyncIterator[Locked]:
        async with self.keys.locked(place) as key:

            async def write(by: str, until: datetime | None, also: Sequence[Any]) -> None:
                clearing = self.keys.keys.issuer.lifetimes.warnings.clearing(place.target_id)
                await self.keys.write(key, by, KeyChanges(duration=self._duration(until)), [*also, clearing])

            yield Locked(_expiration(key.key.expires_at), write)

    async def check_new(self, person: Person, record: RequestRecord) -> None:
        issuer, key = self.keys.keys.issuer, await self.keys.find(record.user_id, record.target_id)
        rules = await issuer.lifetime_rules(person, record.user_id, key.team_id)
        check_beyond_policy(record.asked.until, key, rules, issuer.clock())

    def check_now(
        self, record: RequestRecord, terms: Terms, current: Expiration, _approval: Approval
    ) -> None:
        expires_at = current[_MEMBER]
        was_removed = expires_at is None and record.before[_MEMBER] is not None
        ends_later = expires_at and terms.until and terms.until < datetime.fromisoformat(expires_at)
        if was_removed or ends_later:
            raise Conflicting(
                message("This key expires later than that already."), hint=message("Decline the request.")
            )

    def given(self, terms: Terms) -> Expiration:
        return _expiration(terms.until)

    def ends_at(self, terms: Terms) -> datetime:
        return terms.until or FOREVER

    def changed(self, _current: Expiration, terms: Terms) -> datetime | None:
        return terms.until

    def _duration(self, until: datetime | None) -> str | None:
        """Return the lifetime in whole seconds, with which the key does not outlive the approval."""
        if until is None:
            return None
        return f"{max(1, int((until - self.keys.keys.issuer.clock()).total_seconds()))}s"


def _expiration(at: datetime | None) -> dict[str, str | None]:
    return {_MEMBER: at.isoformat() if at else None}
