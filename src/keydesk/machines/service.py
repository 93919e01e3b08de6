"""Signed-in machines: issue their tokens, check and rotate them, and end them."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NoReturn

from authlib.oauth2.rfc6749.errors import InvalidGrantError

from keydesk.audit.models import Action, AuditedTable, Change, Outcome
from keydesk.audit.service import Audit
from keydesk.auth.grants import Grant
from keydesk.auth.session_store import load_asserted
from keydesk.auth.sessions import PersonSessions, ProviderSession, session_hash
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import IdentityProviderUnavailable, NotFound, NotSignedIn, StorageUnavailable
from keydesk.machines.models import ListedMachine, Machine, SignInRequest, Tokens
from keydesk.machines.policy import ACCESS_LIFETIME
from keydesk.machines.store import MachineStore
from keydesk.machines.tokens import (
    ParsedToken,
    digest_of,
    is_same,
    new_access_token,
    new_refresh_token,
    parse_token,
)
from keydesk.notices.models import Kind, Notice, Value
from keydesk.notices.outbox import Outbox
from keydesk.storage.database import STORAGE_FAILURES

_RETRY_SECONDS = 30
_ID = re.compile(r"[0-9a-f]{32}")
_ENDED = message("This machine is not signed in anymore. Run `keydesk login` again.")


@dataclass(frozen=True)
class Machines:
    """`unasked_lifetime` is the longest sign-in of a person whom Keydesk cannot confirm with a provider later."""

    store: MachineStore
    sessions: PersonSessions
    audit: Audit
    clock: Clock
    outbox: Outbox
    unasked_lifetime: timedelta

    async def begin(self, request: SignInRequest, grant: Grant | None) -> tuple[Tokens, str]:
        """Sign in the machine of an approved request. Return its tokens and the hash of its session.

        `grant` holds the provider's tokens for this machine alone.
        """
        person = Person(
            request.ref or "", load_asserted(dict(request.asserted) if request.asserted else None)
        )
        provider = (
            ProviderSession(request.issuer, request.subject or "", None, "", grant)
            if request.issuer and grant
            else None
        )
        until = None if provider else self.clock() + self.unasked_lifetime
        shown = {"name": request.name, "address": request.address}
        change = Change(person.ref, Action.SIGNED_IN, AuditedTable.MACHINE, request.id, after=shown)
        async with self.audit.recording(change) as intent:
            session_id = (await self.sessions.begin(person, provider, until)).get_secret_value()
            tokens = _new_tokens(session_id, person.ref)
            blank = Machine(
                id_hash=session_hash(session_id),
                id=request.id,
                ref=person.ref,
                **shown,
                access_hash="",
                access_expires_at=self.clock(),
                refresh_hash="",
            )
            await self.store.add(self._with(blank, tokens))
            intent.also += self.outbox.adding([_notice(request, person.ref)])
        return tokens, blank.id_hash

    async def person_of(self, token: ParsedToken) -> Person:
        """Return the person of an access token.

        Raises NotSignedIn, StorageUnavailable, and IdentityProviderUnavailable if the provider has not been able to
        confirm the person for too long.
        """
        try:
            machine = await self.store.find(session_hash(token.session_id))
        except STORAGE_FAILURES:
            raise StorageUnavailable from None
        if machine is None or not token.is_access or not is_same(machine.access_hash, token.digest):
            raise NotSignedIn(_ENDED)
        if machine.access_expires_at <= self.clock():
            raise NotSignedIn(message("This access token has expired."))
        return await self._confirmed(token.session_id)

    async def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens. Each refresh token works once: its reuse ends the sign-in (RFC 9700, 4.14.2).

        Raises InvalidGrantError and the problems of `person_of`.
        """
        token = parse_token(refresh_token)
        machine = await self.store.find(session_hash(token.session_id)) if token else None
        if token is None or machine is None or token.is_access:
            raise InvalidGrantError(description="The refresh token is not valid.")
        if not is_same(machine.refresh_hash, token.digest):
            await self._end_reused(machine)
        try:
            await self._confirmed(token.session_id)
        except NotSignedIn:
            raise InvalidGrantError(description="The sign-in has ended.") from None
        tokens = _new_tokens(token.session_id, machine.ref)
        if not await self.store.rotate(machine, self._with(machine, tokens)):
            await self._end_reused(machine)
        return tokens

    async def revoke(self, text: str) -> None:
        """End the sign-in of a token, which can be an old one. Does nothing for any other text (RFC 7009)."""
        token = parse_token(text)
        machine = await self.store.find(session_hash(token.session_id)) if token else None
        if machine is not None:
            await self._end(machine)

    async def of_person(self, ref: str) -> Sequence[ListedMachine]:
        """Return the machines on which the person is signed in, most recently used first."""
        now = self.clock()
        return [each for each in await self.store.of_person(ref) if each.expires_at > now]

    async def sign_out(self, ref: str, machine_id: str) -> str:
        """End the sign-in of one of the person's machines. Return its name. Raises NotFound."""
        machine = await self.store.find_of(ref, machine_id) if _ID.fullmatch(machine_id) else None
        if machine is None:
            raise NotFound(message("You are not signed in on this machine."))
        await self._end(machine)
        return machine.name

    async def end_reused_code(self, id_hash: str | None) -> None:
        """End the sign-in that was started with a code that somebody sent again."""
        machine = await self.store.find(id_hash) if id_hash else None
        if machine is not None:
            await self._end_reused(machine)

    async def _confirmed(self, session_id: str) -> Person:
        session = await self.sessions.find(session_id)
        if session is not None:
            return session.person
        if await self.sessions.awaits_provider(session_id):
            raise IdentityProviderUnavailable(_RETRY_SECONDS)
        raise NotSignedIn(_ENDED)

    async def _end_reused(self, machine: Machine) -> NoReturn:
        """End the sign-in, because two programs have the same secret. Always raises InvalidGrantError."""
        what = {"name": machine.name, "reason": "a code or refresh token was used twice"}
        refused = Change(machine.ref, Action.REFUSED, AuditedTable.MACHINE, machine.id, after=what)
        await self.audit.note(refused, Outcome.FAILED)
        await self._end(machine)
        raise InvalidGrantError(description="It was used before. The machine is signed out.")

    async def _end(self, machine: Machine) -> None:
        shown = {"name": machine.name, "address": machine.address}
        change = Change(machine.ref, Action.SIGNED_OUT, AuditedTable.MACHINE, machine.id, before=shown)
        async with self.audit.recording(change):
            await self.store.remove(machine.id_hash)

    def _with(self, machine: Machine, tokens: Tokens) -> Machine:
        return replace(
            machine,
            access_hash=digest_of(tokens.access),
            access_expires_at=self.clock() + ACCESS_LIFETIME,
            refresh_hash=digest_of(tokens.refresh),
        )


def _new_tokens(session_id: str, person: str) -> Tokens:
    seconds = int(ACCESS_LIFETIME.total_seconds())
    return Tokens(new_access_token(session_id), new_refresh_token(session_id), seconds, person)


def _notice(request: SignInRequest, ref: str) -> Notice:
    """Return the notice to the person. Each machine has an id of its own, so each sign-in has a notice."""
    return Notice(
        Kind.MACHINE_SIGNED_IN,
        ref,
        request.id,
        values={Value.NAME: request.name, Value.ADDRESS: request.address},
    )


def new_machine_id() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True)
class MachineTokens:
    """Verifies the access tokens of machines. Every request reads the database, so that a revoked token never works."""

    machines: Machines

    async def verify(self, token: str) -> Person | None:
        parsed = parse_token(token)
        return await self.machines.person_of(parsed) if parsed else None

    def cached(self, digest: bytes) -> Person | None:  # noqa: ARG002 - the protocol's argument
        return None
