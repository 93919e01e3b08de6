"""Receives reports without sign-in. Neither the response nor its time tells whether there is such a key."""

import asyncio
import time
from dataclasses import dataclass, field

import structlog

from keydesk.kit.problems import Problem
from keydesk.leaks.models import Leak, LeakedKey
from keydesk.leaks.service import Leaks
from keydesk.litellm import LiteLLMError
from keydesk.storage.database import STORAGE_FAILURES

_CONCURRENT = 4
"""Reports that are processed at the same time. Others wait, because each block is a write to the database."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PublicReports:
    """`response_seconds` is the time of a response, or of each part of a slow one."""

    leaks: Leaks
    response_seconds: float
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CONCURRENT), repr=False)

    async def receive(self, leak: Leak) -> None:
        """Block the key if there is one.

        Raises LiteLLMError and SQLAlchemy's errors if the key cannot be looked up. Later errors are logged: only a
        report of an existing key can cause them. Reconciliation completes a block that was recorded.
        """
        began_at = time.monotonic()
        try:
            async with self.slots:
                await self._react(leak, await self.leaks.find(leak.secret))
        finally:
            await asyncio.sleep(-(time.monotonic() - began_at) % self.response_seconds)

    async def _react(self, leak: Leak, found: LeakedKey | None) -> None:
        try:
            await self.leaks.react(leak, found)
        except (Problem, LiteLLMError, *STORAGE_FAILURES) as error:
            key_id = found and found.key_id
            _log.error("leaked_key_not_blocked", key_id=key_id, kind=type(error).__name__)
