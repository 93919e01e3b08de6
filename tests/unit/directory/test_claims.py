"""The directory that uses only the claims of the person's own token."""

import pytest

from keydesk.directory.assembly import ClaimsDirectory
from keydesk.directory.entry import Entry
from keydesk.kit.people import Asserted, Person
from keydesk.kit.problems import DirectoryUnavailable

pytestmark = pytest.mark.anyio


async def test_a_person_has_the_claims_of_their_token() -> None:
    said = Asserted(
        "jane@example.com", "Jane Doe", frozenset({"Group:Default/Admins", "platform", "a b", "/x/y"})
    )
    assert await ClaimsDirectory().find(Person("user:default/jane", said)) == Entry(
        "user:default/jane",
        "jane@example.com",
        "Jane Doe",
        frozenset({"group:default/admins", "group:default/platform"}),
    )


async def test_a_person_without_such_a_token_cannot_be_looked_up() -> None:
    directory = ClaimsDirectory()
    jane, bob = Person("user:default/jane", Asserted()), Person("user:default/bob")
    with pytest.raises(DirectoryUnavailable):
        await directory.find(bob)
    with pytest.raises(DirectoryUnavailable):
        await directory.find_many([jane, bob])
    assert await directory.find_many([jane]) == {jane.ref: Entry(jane.ref)}
