"""Deletes expired sign-ins of machines and expired requests for them."""

from dataclasses import dataclass

from keydesk.auth.sessions import PersonSessions
from keydesk.kit.clock import Clock
from keydesk.machines.request_store import RequestStore
from keydesk.machines.store import MachineStore


@dataclass(frozen=True, slots=True)
class PruneMachines:
    sessions: PersonSessions
    machines: MachineStore
    requests: RequestStore
    clock: Clock

    async def apply(self) -> int:
        """Return the number of deleted rows. Raises SQLAlchemy's errors."""
        ended = await self.sessions.prune()
        orphans = await self.machines.remove_orphans()
        return ended + orphans + await self.requests.remove_expired(self.clock())
