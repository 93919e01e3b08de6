"""Answers the platform team's questions about all keys from the index. No request lists the keys of the gateway."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

from keydesk.accounts.names import PeopleNames
from keydesk.key_index.models import AllKeysPage, IndexState, KeyFilter, Sort
from keydesk.key_index.rereading import Rereading
from keydesk.key_index.search_store import KeySearch
from keydesk.keys.models import KeyView
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest, NotReady
from keydesk.service_keys.contacts import KeyContacts

_LEAST_TEXT = 3
"""Shorter texts match the names of too many people."""
_MOST_PEOPLE = 1000
_MOST_WITHOUT_CONTACT = 10_000
"""Databases limit the number of values in a statement."""


@dataclass(frozen=True, slots=True)
class KeyIndex:
    search: KeySearch
    rereading: Rereading
    names: PeopleNames
    contacts: KeyContacts

    async def state(self) -> IndexState | None:
        return await self.rereading.store.state()

    async def as_of(self) -> datetime:
        """Return when the last complete pass began. Raises NotReady before the first one is complete."""
        state = await self.state()
        if state is None or state.as_of is None:
            raise NotReady(
                message("Keydesk has not read all keys of the gateway yet."),
                hint=message("Try again in a few minutes."),
                retry_after_seconds=60,
            )
        return state.as_of

    async def page(self, filters: KeyFilter, sort: Sort, page: int, page_size: int) -> AllKeysPage:
        """Return one page of the matching keys. Raises NotReady and InvalidRequest."""
        as_of = await self.as_of()
        await self.rereading.follow_if_possible()
        filters = await self._with_contacts(await self._with_people(filters))
        total = await self.search.count(filters)
        skipped = (page - 1) * page_size
        found = await self.search.page(filters, sort, skipped, page_size) if skipped < total else []
        return AllKeysPage(
            keys=found,
            total=total,
            page=page,
            page_size=page_size,
            total_pages=-(-total // page_size),
            as_of=as_of,
        )

    async def export(self, filters: KeyFilter) -> AsyncIterator[list[KeyView]]:
        """Return all matching keys, some at a time, ordered by id. Raises NotReady and InvalidRequest."""
        await self.as_of()
        await self.rereading.follow_if_possible()
        return self.search.batches(await self._with_contacts(await self._with_people(filters)))

    async def _with_people(self, filters: KeyFilter) -> KeyFilter:
        """Return the filter with the accounts of people whose name or email address contains the text."""
        if len(filters.text) < _LEAST_TEXT:
            return filters
        people = await self.names.accounts_matching(filters.text)
        if len(people) > _MOST_PEOPLE:
            raise InvalidRequest(
                message("More than %(most)s people match this search.", most=_MOST_PEOPLE),
                hint=message("Enter more of the name or email address."),
                param="search",
            )
        return replace(filters, people=tuple(people))

    async def _with_contacts(self, filters: KeyFilter) -> KeyFilter:
        """Return the filter with the service keys that have no contact in the directory."""
        if not filters.no_contact:
            return filters
        lacking = await self.contacts.lacking()
        if len(lacking) > _MOST_WITHOUT_CONTACT:
            raise InvalidRequest(
                message("More than %(most)s service keys have no contact.", most=_MOST_WITHOUT_CONTACT),
                hint=message("Use `keydesk keys plan` to list them."),
                param="no_contact",
            )
        return replace(filters, lacking_contact=tuple(lacking))
