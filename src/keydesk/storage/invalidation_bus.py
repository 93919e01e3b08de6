"""How a process tells others of a change before it answers, and whether it would hear of theirs."""

from collections.abc import Collection
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection


class Dropped(Protocol):
    """Forgets what the tags touch, at once."""

    def __call__(self, tags: Collection[str], *, certain: bool = True) -> None:
        """Where nobody is certain that it changed, it may still be shown while LiteLLM cannot be asked."""


class Notice(Protocol):
    """Tells other processes of one change. It goes out with the transaction that records the change, or not at all."""

    async def send(self, connection: AsyncConnection) -> None:
        """Make it part of the transaction of `connection`."""

    async def heard(self) -> None:
        """Return once every other process that may serve has forgotten what it names. Call after the commit."""


class NoNotice:
    """The notice where there is nobody to tell."""

    async def send(self, connection: AsyncConnection) -> None:
        pass

    async def heard(self) -> None:
        pass


class InvalidationBus(Protocol):
    async def start(self) -> None:
        """Begin to listen. The database is at its newest schema."""

    async def aclose(self) -> None:
        """Stop listening; whoever waits for this process need not any longer."""

    def may_serve(self) -> bool:
        """Whether every change made elsewhere that was answered until now has been heard of here."""

    def notice(self, tags: Collection[str]) -> Notice:
        """Return a notice that these have changed for certain."""

    async def publish(self, tags: Collection[str], *, certain: bool = True) -> None:
        """Return once every other process that may serve has forgotten these, or may not serve any longer.

        For what has no transaction to go with. Where it cannot be sent, others find the open intent in the log.
        """
