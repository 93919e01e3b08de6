"""Plans deliveries: decides for each new notice on which channels it is sent, and when."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from keydesk.notices.messages import StoredNotice
from keydesk.notices.people_store import Choices, PeopleStore
from keydesk.notices.policy import URGENT, personal_channels
from keydesk.notices.store import DeliveryStore, Planned
from keydesk.settings import Notices
from keydesk.settings.notices import OperatorChannel

PERSONAL = ("mail", "backstage")
"""The channels that send to one person."""
_NOTICES_AT_ONCE = 200
_GROUP = "group:"
_NAMED = ("user:", _GROUP)
_TO_GROUPS = "backstage"
"""The channel that can send to a group."""


class Contacts(Protocol):
    """Finds the people who are responsible for keys that no person owns."""

    async def of(self, key_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return the references of people in the directory, by key id."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Notices to anyone but a person go to the contacts of their keys, and to the channels of the operator."""

    store: DeliveryStore
    people: PeopleStore
    contacts: Contacts
    settings: Notices

    async def apply(self, confirmed: Set[str]) -> int:
        """Add the deliveries of all new notices on the confirmed channels. Return the number of notices."""
        total = 0
        while found := await self.store.unplanned(_NOTICES_AT_ONCE):
            planned = await self._planned(found, confirmed)
            total += await self.store.plan([notice.id for notice in found], planned)
        return total

    async def _planned(self, notices: Sequence[StoredNotice], confirmed: Set[str]) -> list[Planned]:
        recipients = await self._recipients(notices)
        refs = {ref for _, ref in recipients}
        choices = await self.people.of(refs)
        pause = timedelta(minutes=self.settings.digest_minutes)
        due = await self.store.next_message_at(refs, pause)
        deliveries = [*self._personal(recipients, confirmed, choices, due), *self._shared(notices, confirmed)]
        # Several people can get a notice of one event, but a shared channel needs one delivery.
        return list({each.id: each for each in deliveries}.values())

    async def _recipients(self, notices: Sequence[StoredNotice]) -> list[tuple[StoredNotice, str]]:
        """Return the people and groups that get each notice."""
        subjects = {notice.subject for notice in notices if not notice.recipient.startswith(_NAMED)}
        contacts = await self.contacts.of(subjects) if subjects else {}
        return [
            (notice, ref)
            for notice in notices
            for ref in (
                [notice.recipient]
                if notice.recipient.startswith(_NAMED)
                else contacts.get(notice.subject, ())
            )
        ]

    def _personal(
        self,
        recipients: Iterable[tuple[StoredNotice, str]],
        confirmed: Set[str],
        choices: Mapping[str, Choices],
        due: Mapping[tuple[str, str], datetime],
    ) -> Iterator[Planned]:
        available = [channel for channel in PERSONAL if channel in confirmed]
        for notice, ref in recipients:
            kind, turned_off = notice.kind, choices.get(ref, Choices()).turned_off
            if ref.startswith(_GROUP):
                channels = [_TO_GROUPS] if _TO_GROUPS in available else []
            else:
                channels = personal_channels(kind, available, turned_off, self.settings.always)
            for channel in channels:
                yield Planned(notice, channel, ref, None if kind in URGENT else due.get((channel, ref)))

    def _shared(self, notices: Sequence[StoredNotice], confirmed: Set[str]) -> Iterator[Planned]:
        for channel in confirmed - set(PERSONAL):
            settings: OperatorChannel = getattr(self.settings, channel)
            for notice in notices:
                if notice.kind in settings.kinds:
                    yield Planned(notice, channel, "", None)
