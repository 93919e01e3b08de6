"""What people and operators can do with notices: choose, see deliveries, and send a test."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keydesk.kit.clock import Clock
from keydesk.kit.rate_limiter import RateLimiter
from keydesk.notices.addresses import Addresses
from keydesk.notices.channel_store import ChannelStore
from keydesk.notices.delivery_log_store import DeliveryLog
from keydesk.notices.messages import Batch, Channel, DeliveryError, Failure, Renderer
from keydesk.notices.outbox import Outbox
from keydesk.notices.people_store import Choices, PeopleStore
from keydesk.notices.planning import PERSONAL
from keydesk.notices.sending import Sender
from keydesk.settings import Notices as NoticeSettings


@dataclass(frozen=True, slots=True)
class Notices:
    settings: NoticeSettings
    outbox: Outbox
    sender: Sender
    people: PeopleStore
    log: DeliveryLog
    addresses: Addresses
    confirmations: ChannelStore
    render: Renderer
    build_channels: Callable[[], Sequence[Channel]]
    clock: Clock
    tests: RateLimiter
    """Limits the tests of each person."""

    @property
    def names(self) -> list[str]:
        """The channels in the settings."""
        return [channel.name for channel in self.sender.channels]

    async def personal(self) -> list[str]:
        """Return the confirmed channels that send to each person."""
        confirmed = await self.sender.confirmed()
        return [name for name in PERSONAL if name in confirmed]

    async def choices_of(self, ref: str) -> Choices:
        return (await self.people.of([ref])).get(ref, Choices())

    async def choose(self, ref: str, choices: Choices) -> None:
        """Store the choices of a person. Kinds that the operator requires stay on if no other channel has them."""
        await self.people.save(ref, choices)

    async def test(self, name: str, recipient: str, language: str) -> Failure | None:
        """Send a test on one channel and return why it failed. `recipient` is a person for a personal channel."""
        channel = next(each for each in self.build_channels() if each.name == name)
        batch = Batch(uuid.uuid4().hex, recipient if channel.is_personal else "", (), 1, self.clock())
        try:
            async with asyncio.timeout(self.settings.timeout_seconds):
                await channel.send(batch, self.render.test(language))
        except TimeoutError:
            return Failure.TIMED_OUT
        except DeliveryError as error:
            return error.failure
        finally:
            await channel.aclose()
        return None
