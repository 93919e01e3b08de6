"""In-memory links and used tokens, with the same rules as those in the database."""

from keydesk.auth.used_tokens import OneTimeToken
from keydesk.kit.problems import NotSignedIn


class LinksInMemory:
    def __init__(self) -> None:
        self.refs: dict[tuple[str, str], str] = {}

    async def ref_for(self, issuer: str, subject: str, wanted_ref: str) -> str:
        ref = self.refs.get((issuer, subject))
        if ref is None:
            if wanted_ref in self.refs.values():
                raise NotSignedIn
            ref = self.refs[issuer, subject] = wanted_ref
        return ref


class UsedTokensInMemory:
    def __init__(self) -> None:
        self.names: set[str] = set()

    async def use(self, token: OneTimeToken) -> bool:
        is_first = token.name not in self.names
        self.names.add(token.name)
        return is_first
