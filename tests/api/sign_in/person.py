"""A person with a browser at a portal that signs people in at a provider."""

from dataclasses import dataclass, field

import httpx2

from tests.support.peers.sign_in_provider import SignInProvider

AUDITORS = "auditors"
_FORBIDDEN = 403


@dataclass
class SignedInPerson:
    http: httpx2.AsyncClient = field(repr=False)
    provider: SignInProvider
    name: str = "jane"

    async def goes_to_provider(self) -> str:
        """Start a sign-in. Return the path of the callback, including code and state."""
        answer = await self.http.get("/sign-in/provider?next=/preferences")
        assert answer.status_code == 303, answer.text
        return self.provider.answer_to(answer.headers["location"], self.name)

    async def signs_in(self) -> None:
        answer = await self.http.get(await self.goes_to_provider())
        assert answer.status_code == 303, answer.text

    async def moves_to(self, http: httpx2.AsyncClient) -> "SignedInPerson":
        """The same browser; another replica responds to its next requests."""
        http.cookies = self.http.cookies
        return SignedInPerson(http, self.provider, self.name)

    async def is_signed_in(self) -> bool:
        return (await self._audit_page()).status_code != 303

    async def is_auditor(self) -> bool:
        """Return whether the groups known to the portal include the auditors."""
        answer = await self._audit_page()
        assert answer.status_code in {200, _FORBIDDEN}, answer.status_code
        return answer.status_code != _FORBIDDEN

    async def _audit_page(self) -> httpx2.Response:
        return await self.http.get("/audit")
