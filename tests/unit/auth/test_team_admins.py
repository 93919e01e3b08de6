"""Team admins by the directory, with nested groups; nobody while it is unavailable."""

import pytest

from keydesk.auth.group_members import TeamAdmins
from keydesk.directory.entry import Entry
from keydesk.directory.static import StaticDirectory
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.settings import DirectoryPerson

pytestmark = pytest.mark.anyio

ADMINS, OTHERS = "group:default/admins", "group:default/others"
JANE = Person("user:default/jane")


def directory(*groups: str) -> StaticDirectory:
    person = DirectoryPerson(ref=JANE.ref, groups=groups)
    return StaticDirectory([person], {"group:default/leads": [ADMINS]})


class DownDirectory(StaticDirectory):
    async def find(self, person: Person) -> Entry | None:
        raise DirectoryUnavailable(message("no answer about %(person)s", person=person.ref))


async def test_groups_are_in_the_order_of_the_configuration() -> None:
    admins = TeamAdmins((ADMINS, OTHERS), directory(OTHERS, ADMINS))
    assert await admins.groups_of(JANE) == (ADMINS, OTHERS)


async def test_members_of_a_child_group_are_members() -> None:
    assert await TeamAdmins((ADMINS,), directory("group:default/leads")).groups_of(JANE) == (ADMINS,)


async def test_other_and_unknown_people_are_in_no_group() -> None:
    admins = TeamAdmins((ADMINS,), directory(OTHERS))
    assert await admins.groups_of(JANE) == ()
    assert await admins.groups_of(Person("user:default/nobody")) == ()


async def test_the_directory_is_not_called_without_groups() -> None:
    assert await TeamAdmins((), DownDirectory([])).groups_of(JANE) == ()


async def test_an_unavailable_directory_makes_nobody_a_team_admin() -> None:
    with pytest.raises(DirectoryUnavailable):
        await TeamAdmins((ADMINS,), DownDirectory([])).groups_of(JANE)
