"""Shows a service key to its contacts, who need no access to the team. They see nothing else of it."""

from dataclasses import dataclass

from keydesk.accounts.names import PeopleNames
from keydesk.audit.models import AuditedTable
from keydesk.audit.policy import Filter
from keydesk.audit.reading import AuditReader
from keydesk.keys.owners import team_owner
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound
from keydesk.litellm import Team
from keydesk.service_keys.models import ContactKeyView, KeyEvent, ManagingGroup, ServiceKeyView
from keydesk.service_keys.service import ServiceKeys
from keydesk.teams.policy import OWNING_GROUP

_LATEST = 20
_SHOWN = set(ContactKeyView.model_fields) & set(ServiceKeyView.model_fields) - {"team_id"}


@dataclass(frozen=True, slots=True)
class KeyOfContact:
    """A service key, and the team that owns it."""

    key: ServiceKeyView
    team: Team
    managed_by: ManagingGroup | None


@dataclass(frozen=True, slots=True)
class KeysOfContacts:
    service_keys: ServiceKeys
    log: AuditReader
    names: PeopleNames

    async def find(self, person: Person, key_id: str) -> KeyOfContact:
        """Return a service key. Raises NotFound unless the person is one of the contacts who get its notices."""
        contacts = self.service_keys.contacts
        record = await contacts.store.find(key_id)
        if record is None or person.ref not in (await contacts.of([key_id]))[key_id]:
            raise _not_a_contact()
        key = await self.service_keys.keys.find_for_auditor(key_id, team_owner(record.team_id))
        if key is None:
            raise _not_a_contact()
        team = await self.service_keys.teams.existing(record.team_id)
        (described,) = await self.service_keys.described([key])
        return KeyOfContact(described, team, await self._managed_by(team))

    async def view(self, person: Person, key_id: str) -> ContactKeyView:
        """Return the key with its latest changes. See `find`."""
        found = await self.find(person, key_id)
        changes = Filter(table_name=AuditedTable.KEY, object_id=key_id)
        return ContactKeyView(
            **{name: getattr(found.key, name) for name in _SHOWN},
            team_id=found.team.team_id,
            team_alias=found.team.team_alias,
            managed_by=found.managed_by,
            history=[
                KeyEvent(
                    at=each.updated_at, action=each.action, changed_by=each.changed_by, outcome=each.outcome
                )
                for each in (await self.log.page(changes, 1, _LATEST)).audit_logs
            ],
        )

    async def _managed_by(self, team: Team) -> ManagingGroup | None:
        group = team.metadata.get(OWNING_GROUP)
        if not isinstance(group, str) or not group:
            return None
        return ManagingGroup(ref=group, title=(await self.names.of_groups([group]))[group])


def _not_a_contact() -> NotFound:
    return NotFound(
        message("You are not a contact of a service key with this id."),
        hint=message("Ask an admin of the team to make you a contact of the key."),
    )
