"""Makes what was approved, and takes back what was granted for a time.

A grant is stored before LiteLLM is changed, so that a crash can leave a grant without effect, but nothing larger
without an end. All changes hold the lease of their object.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.audit.service import had_no_effect
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound, NotRecorded, Problem
from keydesk.kit.request_kind import RequestKind
from keydesk.litellm import LiteLLMError
from keydesk.requests.grant import Grant
from keydesk.requests.grant_store import GrantStore
from keydesk.requests.kinds.kind import Kind, Place, place_of
from keydesk.requests.models import RequestRecord, Terms
from keydesk.requests.store import RequestStore

Check = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Grants:
    kinds: Mapping[RequestKind, Kind]
    store: GrantStore
    requests: RequestStore

    async def grant(
        self, record: RequestRecord, terms: Terms, by: Person, check: Check, also: Sequence[Any]
    ) -> str | None:
        """Make what was approved. A running grant of the same target is replaced: return its request's id.

        `check` gets the value without running grants and raises a Problem if it must not change. `also` are
        statements for the transaction that records the change. Raises NotFound if the object is gone.
        """
        kind = self.kinds[record.kind]
        async with kind.locked(place_of(record)) as found:
            grants = await self.store.of_object(record.kind, record.target_id)
            running = next((each for each in grants if each.target == record.target), None)
            base = _without(grants, found.value)
            check(base)
            new = _grant_for(record, kind, terms, base)
            final = [self.store.putting(new) if new else self.store.removing(record.target)]
            final += [self.requests.ending(running.request_id)] if running else []
            if begun := running.until_recorded(new) if running and new else running or new:
                await self.store.run([self.store.putting(begun)])
            try:
                others = found.value if running is None else running.without(found.value)
                await found.write(by.ref, kind.changed(others, terms), [*final, *also])
            except (Problem, LiteLLMError) as error:
                if had_no_effect(error) and not isinstance(error, NotRecorded):
                    before = self.store.putting(running) if running else self.store.removing(record.target)
                    await self.store.run([before])
                raise
            return running.request_id if running else None

    async def take_back(self, due: Grant, also: Sequence[Any]) -> bool:
        """Take back a grant that has ended. Return False if a later one has replaced it in the meantime.

        `also` are statements for the transaction that records the change. The grant of a deleted object is only
        removed.
        """
        kind, done = self.kinds[due.kind], [self.store.removing(due.target), *also]
        try:
            async with kind.locked(Place(due.user_id, due.target_id, moved=True)) as found:
                if await self.store.find(due.target) != due:
                    return False
                rest = due.without(found.value)
                if rest == found.value:
                    await self.store.run(done)
                else:
                    await found.write(SYSTEM_ACTOR, rest, done)
        except NotFound:
            await self.store.run(done)
        return True

    async def bare(self, kind: RequestKind, target_id: str, value: Any) -> Any:
        """Return the value of an object without its running grants."""
        return _without(await self.store.of_object(kind, target_id), value)

    async def current(self, record: RequestRecord) -> Any:
        """Return the current value without running grants. Raises NotFound if the object is gone."""
        value = await self.kinds[record.kind].read(place_of(record))
        return await self.bare(record.kind, record.target_id, value)


def _without(grants: Sequence[Grant], value: Any) -> Any:
    for each in grants:
        value = each.without(value)
    return value


def _grant_for(record: RequestRecord, kind: Kind, terms: Terms, base: Any) -> Grant | None:
    """Return the grant, or None for a change that nothing has to remember."""
    ends_at = kind.ends_at(terms)
    if ends_at is None:
        return None
    return Grant(record.target, record.id, record.user_id, base, kind.given(terms), ends_at)
