"""Finds the email address of a person: in the directory, or the one that the person confirmed in the portal."""

from dataclasses import dataclass

from keydesk.directory.entry import Directory
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.notices.messages import DeliveryError, Failure
from keydesk.notices.people_store import PeopleStore


@dataclass(frozen=True, slots=True)
class Addresses:
    """With `from_claims`, only a signed-in person's token has the address, so people confirm it in the portal."""

    directory: Directory
    people: PeopleStore
    from_claims: bool

    async def of(self, ref: str) -> str:
        """Return the address. Raises DeliveryError."""
        try:
            entry = await self.directory.find(Person(ref))
        except DirectoryUnavailable:
            if not self.from_claims:
                raise DeliveryError(Failure.DEFERRED) from None
            address = (await self.people.of([ref])).get(ref)
            email = address.email if address else None
        else:
            email = entry.email if entry else None
        if not email:
            raise DeliveryError(Failure.NO_ADDRESS)
        return email
