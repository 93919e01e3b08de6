"""Lists, creates and changes the keys that a team owns, for the admins of the team.

In LiteLLM, such a key has a team and no user, so that no person's departure ends it. Changes go through the services
of people's keys, with the team as the owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from keydesk.allowances.models import AllowanceView
from keydesk.audit.models import Action
from keydesk.keys.contact_store import ServiceKeyRecord
from keydesk.keys.extending import KeyExtensions
from keydesk.keys.models import KeyUpdate, KeyView, RotatedKeyView, RotationRequest
from keydesk.keys.owners import as_user, team_of
from keydesk.keys.rotation import KeyRotation
from keydesk.keys.secrets import view_of
from keydesk.keys.service import Keys
from keydesk.keys.store import recording_under
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound, PolicyRefused
from keydesk.litellm import User
from keydesk.service_keys.contacts import KeyContacts
from keydesk.service_keys.models import IssuedServiceKeyView, ServiceKeyRequest, ServiceKeyView
from keydesk.teams.service import Teams


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """Every method raises NotFound for a team that the person does not manage, and for a key of another owner.

    Changes raise PolicyRefused for a key that was created outside of Keydesk and is not adopted.
    """

    keys: Keys
    rotation: KeyRotation
    extensions: KeyExtensions
    teams: Teams
    contacts: KeyContacts

    async def of_team(self, person: Person, team_id: str) -> list[ServiceKeyView]:
        """Return the keys that the team owns, newest first."""
        owner = await self._owner(person, team_id)
        views, records = await self.keys.of(owner), await self.contacts.store.of_team(team_id)
        return await self._described(views, records)

    async def allowance(self, person: Person, team_id: str) -> AllowanceView:
        """Return what all service keys of the team may have together, and what is left of it."""
        owner = await self._owner(person, team_id)
        return await self.keys.issuer.allowance.view(owner.user_id)

    async def create(self, person: Person, team_id: str, request: ServiceKeyRequest) -> IssuedServiceKeyView:
        """Create a key that the team owns.

        Raises PolicyRefused if service keys are turned off, InvalidRequest for a contact who is not in the directory,
        and the errors of `Issuer.issue_for_team`.
        """
        await self._owner(person, team_id)
        if not self.keys.issuer.rules.service_keys:
            raise PolicyRefused(
                message("Service keys are turned off."),
                hint=message("Ask the platform team to set litellm.keyGeneration.serviceKeys to true."),
            )
        contacts = await self.contacts.checked(request.contacts)
        issuer = self.keys.issuer
        issued = await issuer.issue_for_team(person, request.key_request(team_id), request.contacts)
        return IssuedServiceKeyView(**dict(issued), contacts=contacts)

    async def update(self, person: Person, team_id: str, key_id: str, update: KeyUpdate) -> ServiceKeyView:
        """Update the fields that are set in `update`, under the same policy as for a new key."""
        owner = await self._owner_of_lasting(person, team_id, key_id)
        return await self._view(await self.keys.update(person, owner, key_id, update))

    async def extend(self, person: Person, team_id: str, key_id: str, duration: str) -> ServiceKeyView:
        """Let the key expire after `duration` from now. See `KeyExtensions.extend`."""
        owner = await self._owner_of_lasting(person, team_id, key_id)
        return await self._view(await self.extensions.extend(person, owner, key_id, duration))

    async def rotate(
        self, person: Person, team_id: str, key_id: str, request: RotationRequest
    ) -> RotatedKeyView:
        """Return the key with a new secret. See `KeyRotation.rotate`."""
        owner = await self._owner_of_lasting(person, team_id, key_id)
        return await self.rotation.rotate(person, owner, key_id, request)

    async def end_previous_secret(self, person: Person, team_id: str, key_id: str) -> ServiceKeyView:
        """End the previous secret of a rotated key. Does nothing if none works."""
        owner = await self._owner_of(person, team_id, key_id)
        return await self._view(await self.rotation.settling.end_now(person, owner, key_id))

    async def block(self, person: Person, team_id: str, key_id: str) -> None:
        """Block the key. Every admin of the team can unblock it. Does nothing if it is blocked already."""
        await self.keys.block(person, await self._owner_of(person, team_id, key_id), key_id)

    async def unblock(self, person: Person, team_id: str, key_id: str) -> None:
        """Unblock a key that an admin of the team blocked. Raises PolicyRefused if someone else blocked it."""
        await self.keys.unblock(person, await self._owner_of(person, team_id, key_id), key_id)

    async def delete(self, person: Person, team_id: str, key_id: str) -> None:
        await self.keys.delete(person, await self._owner_of(person, team_id, key_id), key_id)

    async def set_contacts(
        self, person: Person, team_id: str, key_id: str, contacts: Sequence[str]
    ) -> ServiceKeyView:
        """Replace the contacts of the key. Raises InvalidRequest for a contact who is not in the directory."""
        owner = await self._owner_of_lasting(person, team_id, key_id)
        await self.contacts.checked(contacts)
        async with self.keys.locked(owner.user_id, key_id) as locked:
            before = await self.contacts.store.find(key_id)
            change = self.keys.change_of(person, Action.UPDATED, locked.key, {"contacts": list(contacts)})
            change.before["contacts"] = list(before.contacts) if before else []
            async with recording_under(locked.lease, self.keys.audit, change) as intent:
                intent.also += self.contacts.store.setting(key_id, owner.user_id, contacts)
        return await self._view(view_of(locked.folded))

    async def _owner(self, person: Person, team_id: str) -> User:
        """Return the owner of the team's keys."""
        await self.teams.owned(person, team_id)
        owner = as_user(team_id)
        if team_of(owner.user_id) is None:
            raise PolicyRefused(message("This team cannot own keys, because its id in LiteLLM is too long."))
        return owner

    async def _owner_of(self, person: Person, team_id: str, key_id: str) -> User:
        """Return the owner of one of the team's keys, after checking that its admins may change it."""
        owner = await self._owner(person, team_id)
        record = await self.contacts.store.find(key_id)
        if record is not None and record.team_id == team_id:
            return owner
        if all(view.token != key_id for view in await self.keys.of(owner)):
            raise _no_such_key()
        raise PolicyRefused(
            message("This key was created outside of Keydesk, so you cannot change it here."),
            hint=message("Ask the platform team to adopt it under Admin > Adopt keys."),
        )

    async def _owner_of_lasting(self, person: Person, team_id: str, key_id: str) -> User:
        """Return the owner like `_owner_of`. Raises PolicyRefused for the key of a workload, which must end soon."""
        owner = await self._owner_of(person, team_id, key_id)
        record = await self.contacts.store.find(key_id)
        if record is not None and record.rule is not None:
            raise PolicyRefused(
                message("A job got this key for a short time, so you can only block or delete it."),
                hint=message("The rules for jobs are in the configuration of Keydesk."),
            )
        return owner

    async def described(self, views: Sequence[KeyView]) -> list[ServiceKeyView]:
        """Return the keys with their contacts."""
        return await self._described(views, await self.contacts.store.of(view.token for view in views))

    async def _view(self, view: KeyView) -> ServiceKeyView:
        return (await self.described([view]))[0]

    async def _described(
        self, views: Sequence[KeyView], records: dict[str, ServiceKeyRecord]
    ) -> list[ServiceKeyView]:
        shown = {view.token: records[view.token].contacts for view in views if view.token in records}
        contacts = await self.contacts.views(ref for refs in shown.values() for ref in refs)
        return [
            ServiceKeyView(
                **dict(view),
                contacts=[contacts[ref] for ref in shown.get(view.token, ())],
                is_managed=view.token in shown,
                rule=records[view.token].rule if view.token in records else None,
            )
            for view in views
        ]


def _no_such_key() -> NotFound:
    return NotFound(
        message("The team has no service key with this id."),
        hint=message("Check the id in the list of the team's service keys."),
    )
