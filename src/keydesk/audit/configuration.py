"""Records configuration changes since the last start. Secrets are replaced by fingerprints."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr

from keydesk.audit.configuration_store import ConfigurationStore
from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit

Flat = dict[str, Any]
_FINGERPRINT_CHARACTERS = 8
_LARGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class ConfigurationRecord:
    audit: Audit
    store: ConfigurationStore
    key: bytes

    async def started_with(self, settings: BaseModel) -> None:
        """Record added, removed and changed settings, if any. Raises SQLAlchemy's errors."""
        now = dict(self._flat(settings, ""))
        before = await self.store.last()
        if before == now:
            return
        old, new = differing(before or {}, now)
        change = Change(SYSTEM_ACTOR, Action.CONFIGURED, AuditedTable.CONFIGURATION, None, old, new)
        await self.audit.note(change)
        await self.store.remember(now)

    def _flat(self, value: Any, path: str) -> Iterator[tuple[str, Any]]:
        if isinstance(value, BaseModel):
            for name, field in type(value).model_fields.items():
                yield from self._flat(getattr(value, name), f"{path}.{field.alias or name}".lstrip("."))
        elif isinstance(value, SecretStr):
            yield path, f"*** ({self._fingerprint(value.get_secret_value())})"
        else:
            text = json.dumps(value, default=self._plain, sort_keys=True)
            is_long = len(text) > _LARGEST_VALUE
            yield path, f"... ({self._fingerprint(text)})" if is_long else json.loads(text)

    def _plain(self, value: Any) -> Any:
        return dict(self._flat(value, "")) if isinstance(value, BaseModel | SecretStr) else str(value)

    def _fingerprint(self, text: str) -> str:
        """Return a short HMAC. It shows that a value changed, and does not allow guessing the value."""
        return hmac.digest(self.key, text.encode(), hashlib.sha256).hex()[:_FINGERPRINT_CHARACTERS]


def differing(before: Flat, now: Flat) -> tuple[Flat, Flat]:
    """Return the old and the new values of the settings that differ."""
    paths = {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
    return (
        {path: before[path] for path in sorted(paths) if path in before},
        {path: now[path] for path in sorted(paths) if path in now},
    )
