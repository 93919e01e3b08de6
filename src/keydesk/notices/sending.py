"""Sends due messages. Safe on several replicas: each message is claimed in the database before it is sent."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import anyio
import stamina
import structlog

from keydesk.notices.channel_store import ChannelStore
from keydesk.notices.messages import Batch, Channel, DeliveryError, Failure, Renderer
from keydesk.notices.people_store import Choices, PeopleStore
from keydesk.notices.planning import Planner
from keydesk.notices.policy import retry_delay
from keydesk.notices.store import DeliveryStore
from keydesk.notices.tally import Tally
from keydesk.settings import Notices
from keydesk.storage.database import STORAGE_FAILURES

_log = structlog.get_logger(__name__)
_MESSAGES_PER_CLAIM = 20
_CLAIM_IN_TIMEOUTS = 6
_RESERVED_TIMEOUTS = 2
_FIRST_PAUSE, _LAST_PAUSE = timedelta(seconds=15), timedelta(minutes=5)


@dataclass(slots=True)
class _Pause:
    """How long this replica leaves a channel alone after a failure. Doubles with each failure in a row."""

    ends_at: float = float("-inf")
    length: timedelta = timedelta()

    def extend(self) -> timedelta:
        self.length = min(max(self.length * 2, _FIRST_PAUSE), _LAST_PAUSE)
        self.ends_at = time.monotonic() + self.length.total_seconds()
        return self.length


@dataclass(frozen=True, slots=True)
class Sender:
    store: DeliveryStore
    planner: Planner
    people: PeopleStore
    channels: Sequence[Channel]
    confirmations: ChannelStore
    render: Renderer
    settings: Notices
    tally: Tally
    pauses: dict[str, _Pause] = field(default_factory=dict)

    async def apply(self) -> None:
        """Plan all new notices and send everything that is due. A failing channel does not delay the others."""
        if not self.channels:
            return
        confirmed = await self.confirmed()
        await self.planner.apply(confirmed)
        await self._give_up()
        await asyncio.gather(*(self._send_due(each) for each in self.channels if each.name in confirmed))
        self.tally.measured(await self.store.backlog())

    async def _give_up(self) -> None:
        days = self.settings.give_up_after_days
        for channel, number in (await self.store.give_up(timedelta(days=days))).items():
            self.tally.sent[channel, "given_up"] += number
            _log.error("notices_given_up", channel=channel, notices=number, days=days)

    async def prune(self) -> int:
        """Delete old notices. Return their number."""
        return await self.store.prune(timedelta(days=self.settings.keep_days))

    async def confirmed(self) -> set[str]:
        """Return the names of the channels that may send."""
        by_settings = {each.name for each in self.channels if getattr(self.settings, each.name).confirmed}
        return by_settings | set(await self.confirmations.confirmed())

    @property
    def _claim_seconds(self) -> float:
        return self.settings.timeout_seconds * _CLAIM_IN_TIMEOUTS

    async def _send_due(self, channel: Channel) -> None:
        try:
            await self._drain(channel)
        finally:
            await channel.aclose()

    async def _drain(self, channel: Channel) -> None:
        pause = self.pauses.setdefault(channel.name, _Pause())
        length = timedelta(seconds=self._claim_seconds)
        while time.monotonic() >= pause.ends_at:
            # The claim expires by the database's clock. It began before the answer of the database.
            began_at = time.monotonic()
            found = await self.store.claim(channel.name, _MESSAGES_PER_CLAIM, channel.max_notices, length)
            if not found:
                return
            if not await self._send_all(channel, found, began_at):
                _log.warning("notice_channel_failed", channel=channel.name, pause=str(pause.extend()))
            else:
                self.pauses[channel.name] = pause = _Pause()

    async def _send_all(self, channel: Channel, batches: Sequence[Batch], began_at: float) -> bool:
        """Send the messages one after the other. Return False if the channel failed."""
        reserve = self.settings.timeout_seconds * _RESERVED_TIMEOUTS
        choices = await self.people.of({batch.recipient for batch in batches})
        for done, batch in enumerate(batches):
            if time.monotonic() > began_at + self._claim_seconds - reserve:
                # A message that is sent after its claim ends could be sent twice.
                await self.store.release([each.id for each in batches[done:]], timedelta())
                return True
            reader = choices.get(batch.recipient, Choices())
            # A message that is being sent is completed and recorded before the process stops.
            with anyio.CancelScope(shield=True):
                failure = await self._send(channel, batch, reader)
            if failure is not None and failure.stops_channel:
                await self.store.release([each.id for each in batches[done + 1 :]], _FIRST_PAUSE)
                return False
        return True

    async def _send(self, channel: Channel, batch: Batch, reader: Choices) -> DeliveryError | None:
        """Send one message and record the result. Return the failure."""
        failure = await self._failure(channel, batch, reader)
        async for attempt in stamina.retry_context(on=STORAGE_FAILURES, attempts=5, timeout=10):
            with attempt:
                outcome = await self._record(batch, failure)
        self.tally.sent[channel.name, outcome] += len(batch.notices)
        if failure is not None:
            level = _log.error if failure.is_permanent else _log.warning
            level("notice_not_sent", channel=channel.name, message=batch.id, reason=str(failure))
        return failure

    async def _failure(self, channel: Channel, batch: Batch, reader: Choices) -> DeliveryError | None:
        try:
            async with asyncio.timeout(self.settings.timeout_seconds):
                language = reader.language or self.settings.language
                await channel.send(batch, self.render.notices(batch, language, reader.time_zone))
        except TimeoutError:
            return DeliveryError(Failure.TIMED_OUT)
        except DeliveryError as error:
            return error
        except Exception as error:  # noqa: BLE001 - one message must not stop the others
            _log.error("notice_not_sent_unexpectedly", channel=channel.name, exc_info=error)
            return DeliveryError(Failure.UNEXPECTED)
        return None

    async def _record(self, batch: Batch, failure: DeliveryError | None) -> str:
        if failure is None:
            await self.store.delivered(batch.id)
            return "delivered"
        if failure.is_permanent:
            await self.store.failed(batch.id, failure.failure)
            return "skipped" if failure.failure is Failure.NO_ADDRESS else "failed"
        await self.store.retry(batch.id, retry_delay(batch.attempts), failure.failure)
        return "retried"
