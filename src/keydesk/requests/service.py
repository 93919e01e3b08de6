"""Makes, lists, withdraws, approves and declines requests. Raises NotFound for requests of other people.

Every step holds the lease of the request, reads it again, and checks the caller at that moment.
"""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keydesk.accounts.store import AccountStore
from keydesk.audit.models import SYSTEM_ACTOR, Action
from keydesk.audit.service import Audit
from keydesk.directory.entry import Directory, Entry
from keydesk.keys.service import Keys
from keydesk.kit.clock import Clock
from keydesk.kit.durations import max_length_of
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting, DirectoryUnavailable, NotFound, PolicyRefused, TooMany
from keydesk.kit.request_kind import RequestKind
from keydesk.litellm import User
from keydesk.requests.allowance import within_allowance
from keydesk.requests.approvers import Approvers, no_such_request
from keydesk.requests.bodies import Approval, NewRequest
from keydesk.requests.granting import Grants
from keydesk.requests.models import FirstApproval, RequestRecord, RequestState, Terms, is_request_id
from keydesk.requests.notices import RequestNotices
from keydesk.requests.policy import approved_terms, check_at_most, check_end, check_open, needs_second
from keydesk.requests.steps import step
from keydesk.requests.store import RequestStore
from keydesk.settings import Requests as Settings
from keydesk.storage.leases import Leases

_MOST_OPEN = 20


@dataclass(frozen=True, slots=True)
class Requests:
    settings: Settings
    store: RequestStore
    grants: Grants
    keys: Keys
    approvers: Approvers
    directory: Directory
    accounts: AccountStore
    leases: Leases
    audit: Audit
    clock: Clock
    notices: RequestNotices

    async def create(self, person: Person, user: User, body: NewRequest) -> RequestRecord:
        """Store a request. Raises InvalidRequest or PolicyRefused, and TooMany for too many open requests."""
        self.check_enabled()
        async with self.leases.hold(f"requests-of:{person.ref}"):
            if await self.store.open_of(person.ref) >= _MOST_OPEN:
                raise TooMany(
                    message("You have reached the maximum number of open requests."),
                    remedy=message("Withdraw a request that you no longer need."),
                    most=_MOST_OPEN,
                )
            self._check_kind(body.kind)
            record = await self._new(person, user, body)
            await self.grants.kinds[body.kind].check_new(person, record)
            check_end(record.kind, record.asked.until, self.settings, record.created_at)
            groups = await self.approvers.groups_for(record)
            async with self.audit.recording(step(record, person.ref, Action.REQUESTED)) as intent:
                intent.also += [self.store.adding(record), *self.notices.of_request(record, groups)]
        return record

    async def of(self, person: Person) -> list[RequestRecord]:
        """Return the newest requests of the person, newest first."""
        self.check_enabled()
        return await self.store.of_person(person.ref)

    async def to_decide(self, person: Person) -> list[RequestRecord]:
        """Return the open requests of others that the person may decide, oldest first.

        Raises DirectoryUnavailable.
        """
        self.check_enabled()
        teams = await self.approvers.teams_of(person)
        if teams == []:
            return []
        found = await self.store.pending(teams=teams, until=self.clock())
        return [record for record in found if record.ref != person.ref]

    async def find(self, person: Person, request_id: str) -> RequestRecord:
        """Return a request that the person made or may decide. Raises NotFound."""
        self.check_enabled()
        record = await self._again(request_id)
        if record.ref != person.ref and not await self.approvers.can_see(person, record):
            raise no_such_request()
        return record

    async def current(self, record: RequestRecord) -> Any:
        """Return the current value of what the request is about, without running grants. Raises NotFound."""
        return await self.grants.current(record)

    async def withdraw(self, person: Person, request_id: str) -> RequestRecord:
        """Withdraw an own request. Raises NotFound, and Conflicting if it is no longer open."""
        async with self._locked(request_id) as record:
            if record.ref != person.ref:
                raise no_such_request()
            check_open(record, self.clock())
            await self._close(record, RequestState.WITHDRAWN, Action.WITHDRAWN, person.ref)
        return await self._again(request_id)

    async def decline(self, person: Person, request_id: str, reason: str) -> RequestRecord:
        """Decline a request of somebody else. Raises NotFound, Conflicting and PolicyRefused."""
        async with self._locked(request_id) as record:
            await self.approvers.check(person, record)
            check_open(record, self.clock())
            await self._close(record, RequestState.DECLINED, Action.DECLINED, person.ref, reason)
        return await self._again(request_id)

    async def approve(self, person: Person, request_id: str, approval: Approval) -> RequestRecord:
        """Approve a request of somebody else, or less than requested. Above the limit, two people must approve.

        The second person approves at most what the first one did. Raises NotFound, Conflicting and PolicyRefused.
        """
        async with self._locked(request_id) as record:
            entry = await self.approvers.check(person, record)
            check_open(record, self.clock())
            await self._check_requester(record)
            self.grants.kinds[record.kind].members.check_approval(approval, record)
            terms = approved_terms(record, approval, self.settings, self.clock())
            if not needs_second(terms, self.settings) or await self._is_second(record, entry, terms):
                async with within_allowance(self.keys, self.settings, record, entry, terms):
                    await self._grant(person, record, terms, approval)
            else:
                await self._approve_first(person, record, terms)
        return await self._again(request_id)

    async def expire(self, now: datetime) -> int:
        """Close the requests whose time for a decision has passed. Return their number."""
        closed = 0
        for due in await self.store.expired(now):
            async with self._locked(due.id) as record:
                if record.state is RequestState.PENDING:
                    await self._close(record, RequestState.EXPIRED, Action.EXPIRED, SYSTEM_ACTOR)
                    closed += 1
        return closed

    def check_enabled(self) -> None:
        """Raise NotFound unless requests are turned on."""
        if not self.settings.enabled:
            raise NotFound(
                message("Requests are turned off."),
                hint=message("Ask the platform team."),
            )

    async def _new(self, person: Person, user: User, body: NewRequest) -> RequestRecord:
        kind, now = self.grants.kinds[body.kind], self.clock()
        kind.members.check_new(body)
        subject = await kind.subject(user, body)
        return RequestRecord(
            id=uuid.uuid4().hex,
            ref=person.ref,
            email=await self._email(person),
            user_id=user.user_id,
            kind=body.kind,
            target_id=subject.target_id,
            target_name=subject.name,
            team_id=subject.team_id,
            asked=body.terms(),
            before=await self.grants.bare(body.kind, subject.target_id, subject.value),
            reason=body.reason,
            cost_center=body.cost_center,
            state=RequestState.PENDING,
            created_at=now,
            expires_at=now + max_length_of(self.settings.wait_for),
        )

    def _check_kind(self, kind: RequestKind) -> None:
        if kind not in self.settings.kinds:
            raise PolicyRefused(
                message("Requests of the kind %(kind)s are turned off.", kind=kind),
                hint=message("Ask the platform team."),
                param="kind",
            )

    async def _email(self, person: Person) -> str | None:
        try:
            entry = await self.directory.find(person)
        except DirectoryUnavailable:
            return None
        return entry.email if entry else None

    async def _check_requester(self, record: RequestRecord) -> None:
        """Raise Conflicting if the person who made the request has left."""
        try:
            is_gone = await self.directory.find_now(Person(record.ref)) is None
        except DirectoryUnavailable:
            # The person is known from their own token only.
            is_gone = False
        if is_gone or await self.accounts.has_left(record.user_id):
            raise Conflicting(
                message("The person who made the request is no longer in the directory."),
                hint=message("Decline the request."),
            )

    async def _is_second(self, record: RequestRecord, entry: Entry, terms: Terms) -> bool:
        first = record.first
        if first is None or not await self.approvers.still_counts(first, record, entry):
            return False
        check_at_most(terms, first.terms, message("The first approver approved less."))
        return True

    async def _approve_first(self, person: Person, record: RequestRecord, terms: Terms) -> None:
        first, groups = FirstApproval(person.ref, terms), await self.approvers.groups_for(record)
        change = step(record, person.ref, Action.APPROVED, RequestState.PENDING, terms.stored())
        async with self.audit.recording(change) as intent:
            told = self.notices.of_request(record, groups, first)
            intent.also += [self.store.approving_first(record, first), *told]

    async def _grant(self, person: Person, record: RequestRecord, terms: Terms, approval: Approval) -> None:
        state = RequestState.GRANTED if terms.until else RequestState.APPROVED
        decided = self.store.deciding(record, state, person.ref, self.clock(), granted=terms.stored())
        also = [decided, *self.notices.of_decision(record, state, person.ref, granted=terms)]
        async with self.audit.recording(
            step(record, person.ref, Action.APPROVED, state, terms.stored())
        ) as intent:

            def check(current: Any) -> None:
                self.grants.kinds[record.kind].check_now(record, terms, current, approval)
                # From now on LiteLLM may change, so a failure leaves the outcome to reconciliation.
                intent.has_begun = True

            replaced = await self.grants.grant(record, terms, person, check, also)
        if replaced is not None and (earlier := await self.store.find(replaced)) is not None:
            await self.audit.note(step(earlier, person.ref, Action.GRANT_ENDED, RequestState.ENDED))

    async def _close(
        self, record: RequestRecord, state: RequestState, action: Action, by: str, reason: str | None = None
    ) -> None:
        more: dict[str, Any] = {"reason": reason} if reason else {}
        decided = self.store.deciding(record, state, by, self.clock(), decision_reason=reason)
        async with self.audit.recording(step(record, by, action, state, more)) as intent:
            intent.also += [decided, *self.notices.of_decision(record, state, by, reason=reason)]

    async def _again(self, request_id: str) -> RequestRecord:
        record = await self.store.find(request_id) if is_request_id(request_id) else None
        if record is None:
            raise no_such_request()
        return record

    @asynccontextmanager
    async def _locked(self, request_id: str) -> AsyncIterator[RequestRecord]:
        """Hold the lease of the request and yield it. Raises NotFound."""
        self.check_enabled()
        await self._again(request_id)
        async with self.leases.hold(f"request:{request_id}"):
            yield await self._again(request_id)
