"""Ends previous secrets of rotated keys, and removes old links between secrets and keys."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from keydesk.keys.secret_store import KeySecrets
from keydesk.keys.settling import Settling
from keydesk.kit.clock import Clock
from keydesk.kit.problems import Problem
from keydesk.litellm import BreakerOpen, LiteLLMError

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SettleRotations:
    secrets: KeySecrets
    settling: Settling
    clock: Clock

    async def apply(self) -> int:
        """Do what is due for each rotation. Return the number of rotations. One that fails is due again next time."""
        settled = 0
        for secret in await self.secrets.due(self.clock()):
            try:
                await self.settling.settle(secret)
                settled += 1
            except BreakerOpen:
                break
            except (LiteLLMError, Problem) as error:
                _log.warning("rotation_not_settled", key_id=secret.key_id, kind=type(error).__name__)
        return settled


@dataclass(frozen=True, slots=True)
class PruneSecrets:
    """Removes links of secrets that ended `days` ago. Days of usage that are read again need them until then."""

    secrets: KeySecrets
    days: int
    clock: Clock

    async def apply(self) -> int:
        """Return the number of removed links."""
        return await self.secrets.prune(self.clock() - timedelta(days=self.days))
