"""Blocks keys for the watchdog, after it has read each key again under its lease."""

from dataclasses import dataclass

import structlog

from keydesk.alerts.findings import WATCHDOG, FindingKind, Seen
from keydesk.audit.models import SYSTEM_ACTOR, Action
from keydesk.key_index.rereading import Rereading
from keydesk.keys.blocking import block_for, change_of_block, is_blocked
from keydesk.keys.change_notices import naming, recipient_of
from keydesk.keys.secrets import FoldedKey
from keydesk.keys.service import Keys
from keydesk.keys.store import recording_under
from keydesk.kit.problems import NotFound, Problem
from keydesk.litellm import LiteLLMError
from keydesk.notices.models import Kind, Notice, Value
from keydesk.notices.outbox import Outbox

_log = structlog.get_logger(__name__)
_REASONS = {
    FindingKind.STILL_ANSWERS: "The key was still used although its budget is used up.",
    FindingKind.OWNER_GONE: "The owner of the key is gone.",
}


@dataclass(frozen=True, slots=True)
class BlockKeys:
    keys: Keys
    rereading: Rereading
    outbox: Outbox
    user_id_domain: str | None

    async def block(self, seen: Seen) -> bool:
        """Block the key of a finding. Return whether it was blocked. A failure is logged; the next check repeats it."""
        hashes = await self.rereading.hashes_of([seen.subject])
        try:
            async with self.keys.at(hashes).locked(seen.owner, seen.subject) as locked:
                if is_blocked(locked.folded):
                    return False
                change = change_of_block(locked.folded, Action.BLOCKED)
                async with recording_under(locked.lease, self.keys.audit, change) as intent:
                    await block_for(self.keys.gateway, self.keys.store, locked.folded, WATCHDOG)
                    intent.also += self.outbox.adding(self._notices(seen, locked.folded, intent.id))
                return True
        except NotFound:
            return False
        except (LiteLLMError, Problem) as error:
            _log.warning("key_not_blocked", key=seen.subject, kind=type(error).__name__)
            return False

    def _notices(self, seen: Seen, key: FoldedKey, change_id: str) -> list[Notice]:
        recipient = recipient_of(key.current, self.user_id_domain)
        if recipient is None:
            return []
        values = {**naming(key.current), Value.BY: SYSTEM_ACTOR, Value.REASON: _REASONS[seen.kind]}
        return [Notice(Kind.KEY_BLOCKED, recipient, key.key_id, period=change_id, values=values)]
