"""Links in memory, with the same manners as those in the database."""

from keydesk.problems import NotSignedIn


class RememberedLinks:
    def __init__(self) -> None:
        self.refs: dict[tuple[str, str], str] = {}

    async def ref_for(self, issuer: str, subject: str, wanted_ref: str) -> str:
        ref = self.refs.get((issuer, subject))
        if ref is None:
            if wanted_ref in self.refs.values():
                raise NotSignedIn
            ref = self.refs[issuer, subject] = wanted_ref
        return ref
