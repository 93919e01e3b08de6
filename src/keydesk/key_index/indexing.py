"""Reads all keys of the gateway, page by page, into the index. A pass continues after a restart, on any replica.

Pages are sorted by creation, and the last page is read first. New keys only add to pages that have been read. A
deleted key moves later keys one place towards the pages that have not, so that they are read twice, but never missed.
"""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from keydesk.key_index.models import IndexState
from keydesk.key_index.rereading import Rereading
from keydesk.key_index.store import KeyIndexStore
from keydesk.kit.clock import Clock
from keydesk.litellm import LiteLLM

_FOLLOW_AFTER = 50
"""Pages after which changed keys are read again during a pass."""
_MISSED_AT_ONCE = 50
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeyIndexing:
    """`every` is the time between the beginnings of passes, or None if nobody can read the index."""

    gateway: LiteLLM
    store: KeyIndexStore
    rereading: Rereading
    clock: Clock
    every: timedelta | None

    async def apply(self) -> int:
        """Read changed keys again, and take the pass that is due to its end. Return the number of its steps.

        A pass can take longer than the lease of the job. If another replica then reads the same page, only one of them
        can record it, and the other stops. Raises LiteLLMError. The next run continues at the same page.
        """
        if self.every is None:
            return 0
        await self.rereading.follow()
        before = await self.store.last_change()
        steps = 0
        while await self._step():
            steps += 1
            if steps % _FOLLOW_AFTER == 0:
                await self.rereading.follow()
        state = await self.store.state()
        if steps and state is not None:
            await self.rereading.follow_again(state, before)
        return steps

    async def _step(self) -> bool:
        """Take the next step of the pass. Return False if there is nothing to do until the next run."""
        state = await self.store.state()
        if state is None or state.page is None:
            return self._is_due(state) and await self._begin(state)
        if state.page > 0:
            return await self._read_page(state, state.page)
        return await self._check_not_found(state)

    def _is_due(self, state: IndexState | None) -> bool:
        if state is None or state.as_of is None or self.every is None:
            return True
        return self.clock() - state.as_of >= self.every

    async def _begin(self, state: IndexState | None) -> bool:
        first = await self.gateway.keys.page(1)
        return await self.store.begin(state, first.pages)

    async def _read_page(self, state: IndexState, number: int) -> bool:
        page = await self.gateway.keys.page(number)
        rows = self.rereading.rows
        if not await self.store.put_page(rows.of(page.keys, state.generation).values(), state):
            return False
        for rotated in rows.lacking(page.keys):
            await self.rereading.reread(rotated.key_id, state.generation, by_owner=True)
        return True

    async def _check_not_found(self, state: IndexState) -> bool:
        """Remove keys that are gone, or complete the pass if all have been found.

        Each key is read once more before it is removed: LiteLLM does not order keys that were created in the same
        millisecond, so a page can lack one of them.
        """
        missed = await self.store.not_found(state.generation, _MISSED_AT_ONCE)
        for each in missed:
            await self.rereading.reread(each.key_id, state.generation)
        if not missed:
            await self.store.finish(state)
            _log.info("key_index_complete", generation=state.generation, pages=state.pages)
        return bool(missed)
