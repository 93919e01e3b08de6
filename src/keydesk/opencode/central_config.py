"""Answers OpenCode with the configuration of a key, also while nothing that Keydesk needs is available.

Any failure of this answer stops every command of OpenCode, so there is none: it waits for a few seconds at most, and
then repeats the last answer of the key from memory.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from cachetools import TTLCache

from keydesk.kit.problems import NotSignedIn, PolicyRefused
from keydesk.litellm import token_hash_of
from keydesk.me.service import OwnKeys
from keydesk.opencode.central import NOTHING, config_of, not_available, sign_in_again

_PATIENCE_SECONDS = 3.0
_REMEMBERED, _REMEMBERED_SECONDS = 5_000, 7 * 24 * 3600.0
_log = structlog.get_logger(__name__)


class CentralConfig:
    """`gateway` is the URL of LiteLLM for people. The secret of a key is hashed first and is not stored."""

    def __init__(self, own_keys: OwnKeys, gateway: str) -> None:
        self._own_keys = own_keys
        self._gateway = gateway
        self._last: TTLCache[str, Mapping[str, Any]] = TTLCache(_REMEMBERED, _REMEMBERED_SECONDS)

    async def of(self, secret: str | None, caller: str, address: str) -> Mapping[str, Any]:
        """Return the configuration for a key. Raises nothing.

        `caller` is the network address of the caller, for the limits, and `address` the one of Keydesk.
        """
        if secret is None:
            return NOTHING
        key = token_hash_of(secret)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                answer = await self._current(secret, caller)
        except (NotSignedIn, PolicyRefused):
            self._last.pop(key, None)
            return sign_in_again(self._gateway, address)
        except Exception as error:  # noqa: BLE001 - see the module's docstring
            _log.warning("opencode_config_from_memory", kind=type(error).__name__)
            return self._last.get(key) or not_available(self._gateway)
        self._last[key] = answer
        return answer

    async def _current(self, secret: str, caller: str) -> Mapping[str, Any]:
        known = await self._own_keys.known(secret, caller)
        return config_of(self._gateway, known.models, await self._own_keys.catalogue.models())
