"""Which person a subject of an OpenID Connect provider is, for good: user names change hands, subjects do not."""

from typing import Protocol


class Links(Protocol):
    """Binds each (issuer, subject) to one person, and each person to one subject, on first sight."""

    async def ref_for(self, issuer: str, subject: str, wanted_ref: str) -> str:
        """The person that the subject is: the one it was bound to first, else `wanted_ref` from now on.

        So whoever is renamed keeps their account, and whoever is given a used name gets nobody's. Raises
        NotSignedIn when another subject has that person, and StorageUnavailable.
        """
