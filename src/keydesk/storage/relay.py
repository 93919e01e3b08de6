"""How a process tells others of a change before it answers, and whether it would hear of theirs."""

from collections.abc import Collection
from typing import Protocol


class Dropped(Protocol):
    """Forgets what the topics touch, at once."""

    def __call__(self, topics: Collection[str], *, certain: bool = True) -> None:
        """Where nobody is certain that it changed, it may still be shown while LiteLLM cannot be asked."""


class Relay(Protocol):
    async def start(self) -> None:
        """Begin to listen. The database is at its newest schema."""

    async def aclose(self) -> None:
        """Stop listening; whoever waits for this process need not any longer."""

    def may_serve(self) -> bool:
        """Whether every change made elsewhere that was answered until now has been heard of here."""

    async def publish(self, topics: Collection[str], *, certain: bool = True) -> None:
        """Return once every other process that may serve has forgotten these, or may not serve any longer."""
