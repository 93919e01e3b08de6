"""The leases that serialise changes of keys over all replicas. Their order is in storage/leases.py."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from keydesk.audit.models import Change
from keydesk.audit.service import Audit
from keydesk.storage.leases import Held


def alias_lease(alias: str) -> str:
    """Return the name of the lease under which an alias is given to a key."""
    return f"key-alias:{alias}"


def key_lease(key_id: str) -> str:
    """Return the name of the lease under which one key is changed. `key_id` is Keydesk's, never LiteLLM's hash."""
    return f"key:{key_id}"


@asynccontextmanager
async def recording_under(lease: Held, audit: Audit, change: Change) -> AsyncIterator[None]:
    """Record the change that the block makes. The outcome's transaction also gives the lease back."""
    async with audit.recording(change) as intent:
        yield
        intent.also.append(lease.giving_back)
    lease.given_back = True
