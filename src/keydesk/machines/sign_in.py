"""Signs in a machine: a person confirms its request in the portal, and the machine fetches its tokens once."""

import hmac
from dataclasses import dataclass
from typing import NoReturn

from authlib.oauth2.rfc6749.errors import AccessDeniedError, InvalidGrantError
from authlib.oauth2.rfc8628.errors import AuthorizationPendingError, ExpiredTokenError, SlowDownError

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.auth.grants import SealedGrants
from keydesk.auth.session_store import dump_asserted
from keydesk.auth.sessions import ProviderSession
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting, SignInFailed
from keydesk.machines.models import Authorization, DeviceCodes, Kind, SignInRequest, State, Tokens
from keydesk.machines.policy import (
    CODE_LIFETIME,
    POLL_SECONDS,
    REQUEST_LIFETIME,
    SLOW_DOWN_SECONDS,
    check_verifier,
    new_user_code,
    polls_too_fast,
)
from keydesk.machines.request_store import RequestStore
from keydesk.machines.service import Machines, new_machine_id
from keydesk.machines.tokens import digest_of, new_code

_OVER = message("This sign-in was already answered, or it has expired.")
_AGAIN = message("Run `keydesk login` again.")


@dataclass(frozen=True)
class MachineSignIn:
    """`sealed` encrypts the provider's tokens until the machine fetches its own, for a few seconds."""

    requests: RequestStore
    machines: Machines
    sealed: SealedGrants
    code_key: bytes
    audit: Audit
    clock: Clock

    async def start_device(self, name: str, address: str) -> DeviceCodes:
        """Return new codes for a machine without a browser (RFC 8628)."""
        device_code, user_code, now = new_code(), new_user_code(), self.clock()
        await self.requests.add(
            SignInRequest(
                id=new_machine_id(),
                kind=Kind.DEVICE,
                state=State.PENDING,
                name=name,
                address=address,
                created_at=now,
                expires_at=now + REQUEST_LIFETIME,
                interval_seconds=POLL_SECONDS,
                code_hash=digest_of(device_code),
                user_code_hash=self._user_code_hash(user_code),
            )
        )
        return DeviceCodes(device_code, user_code, int(REQUEST_LIFETIME.total_seconds()), POLL_SECONDS)

    async def pending(self, user_code: str) -> SignInRequest | None:
        """Return the request that waits for a person to confirm this code."""
        return self._if_pending(await self.requests.find_by_user_code(self._user_code_hash(user_code)))

    async def still_pending(self, request_id: str) -> SignInRequest | None:
        """Return the request if nobody has answered it yet."""
        return self._if_pending(await self.requests.find(request_id))

    def _if_pending(self, found: SignInRequest | None) -> SignInRequest | None:
        if found is None or found.state is not State.PENDING or found.expires_at <= self.clock():
            return None
        return found

    async def confirm_device(self, request: SignInRequest, person: Person, browser: str) -> str:
        """Note that the person has confirmed the code in this browser session. Return the request's id.

        Raises Conflicting if somebody has answered the request before.
        """
        if not await self.requests.move(
            request, State.CONFIRMED, self.clock(), ref=person.ref, browser=browser
        ):
            raise Conflicting(_OVER, hint=_AGAIN)
        return request.id

    async def confirm_by_token(self, request: SignInRequest, person: Person, browser: str) -> None:
        """Confirm and approve the request for a person without a session here. Raises Conflicting.

        No provider can confirm the person later, so the machine's sign-in ends after a limited time.
        """
        await self.approve(await self.confirm_device(request, person, browser), person, browser, None)

    async def confirm_loopback(self, asked: Authorization, address: str, person: Person, browser: str) -> str:
        """Note that the person has confirmed an authorization request. Return the id of its new request."""
        now, request_id = self.clock(), new_machine_id()
        await self.requests.add(
            SignInRequest(
                id=request_id,
                kind=Kind.LOOPBACK,
                state=State.CONFIRMED,
                name=asked.name,
                address=address,
                created_at=now,
                expires_at=now + REQUEST_LIFETIME,
                interval_seconds=0,
                challenge=asked.challenge,
                redirect_uri=asked.redirect_uri,
                client_state=asked.state,
                ref=person.ref,
                browser=browser,
            )
        )
        return request_id

    async def decline(self, request: SignInRequest, person: Person) -> None:
        """Reject the request, so that the machine learns it with its next poll. Raises Conflicting."""
        change = Change(person.ref, Action.DECLINED, AuditedTable.MACHINE, request.id, after=_shown(request))
        async with self.audit.recording(change):
            if not await self.requests.move(request, State.DECLINED, self.clock()):
                raise Conflicting(_OVER, hint=_AGAIN)

    async def approve(
        self, request_id: str, person: Person, browser: str, provider: ProviderSession | None
    ) -> tuple[SignInRequest, str | None]:
        """Let the machine fetch its tokens. Return the request, and the authorization code for a loopback redirect.

        Only the person who confirmed the request can do so, in the same browser session. With a provider, `provider`
        holds tokens of a sign-in of its own, so that machine and browser do not use up each other's refresh token.
        Raises SignInFailed.
        """
        request = await self.requests.find(request_id)
        if request is None or request.ref != person.ref or request.browser != browser:
            raise SignInFailed(message("This sign-in was started in another browser or by another person."))
        code = new_code() if request.kind is Kind.LOOPBACK else None
        change = Change(person.ref, Action.APPROVED, AuditedTable.MACHINE, request.id, after=_shown(request))
        async with self.audit.recording(change):
            if request.state is not State.CONFIRMED or not await self.requests.move(
                request, State.APPROVED, self.clock(), **self._approved(request, person, provider, code)
            ):
                raise SignInFailed(_OVER)
        return request, code

    async def poll(self, device_code: str) -> Tokens:
        """Return the tokens of a device code, once. Raises the errors of RFC 8628, section 3.5."""
        request = await self.requests.find_by_code(Kind.DEVICE, digest_of(device_code))
        if request is None:
            raise InvalidGrantError(description="The device_code is not valid.")
        await self._refuse_reuse(request)
        if request.expires_at <= self.clock():
            raise ExpiredTokenError
        if request.state is State.DECLINED:
            raise AccessDeniedError
        if request.state is not State.APPROVED:
            await self._wait(request)
        await self._burn(request)
        return await self._redeemed(request)

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Return the tokens of an authorization code. The code is used up, even if the verifier is wrong."""
        request = await self.requests.find_by_code(Kind.LOOPBACK, digest_of(code))
        if request is None:
            raise InvalidGrantError(description="The code is not valid.")
        await self._refuse_reuse(request)
        await self._burn(request)
        check_verifier(verifier, request.challenge)
        if redirect_uri != request.redirect_uri:
            raise InvalidGrantError(description="The redirect_uri is not the one of the code.")
        return await self._redeemed(request)

    async def _refuse_reuse(self, request: SignInRequest) -> None:
        if request.state is State.USED:
            await self.machines.end_reused_code(request.session_hash)
            raise InvalidGrantError(description="The code was used before.")

    async def _burn(self, request: SignInRequest) -> None:
        """Use up the code, before anything else can fail."""
        if request.state is not State.APPROVED or not await self.requests.move(
            request, State.USED, self.clock(), sealed_grant=None
        ):
            raise InvalidGrantError(description="The code was used before or has expired.")

    async def _redeemed(self, request: SignInRequest) -> Tokens:
        grant = self.sealed.open(request.sealed_grant, request.id) if request.issuer else None
        if request.issuer and grant is None:
            raise InvalidGrantError(description="The code was issued with another secret.")
        tokens, session_hash = await self.machines.begin(request, grant)
        await self.requests.change(request.id, session_hash=session_hash)
        return tokens

    async def _wait(self, request: SignInRequest) -> NoReturn:
        """Tell the machine to poll again, and less often if it polls too fast. Always raises."""
        now, interval = self.clock(), request.interval_seconds
        is_too_fast = polls_too_fast(request.polled_at, now, interval)
        interval += SLOW_DOWN_SECONDS if is_too_fast else 0
        await self.requests.change(request.id, polled_at=now, interval_seconds=interval)
        raise SlowDownError if is_too_fast else AuthorizationPendingError

    def _approved(
        self, request: SignInRequest, person: Person, provider: ProviderSession | None, code: str | None
    ) -> dict[str, object]:
        """Return the columns of an approved request."""
        columns: dict[str, object] = {"asserted": dump_asserted(person.asserted)}
        if provider is not None:
            columns |= {"issuer": provider.issuer, "subject": provider.subject}
            columns["sealed_grant"] = self.sealed.seal(provider.grant, request.id)
        if code is not None:
            columns |= {"code_hash": digest_of(code), "expires_at": self.clock() + CODE_LIFETIME}
        return columns

    def _user_code_hash(self, user_code: str) -> str:
        return hmac.digest(self.code_key, user_code.encode(), "sha256").hex()


def _shown(request: SignInRequest) -> dict[str, str]:
    return {"name": request.name, "address": request.address}
