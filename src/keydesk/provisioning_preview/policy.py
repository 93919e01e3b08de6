"""Explains where each effective value comes from."""

from collections.abc import Collection
from typing import Any

from keydesk.accounts.models import AppliedSettings
from keydesk.provisioning_preview.models import EffectiveValue
from keydesk.settings import ProvisioningRole

_METADATA = "metadata"
_DEFAULT = "default"


def explained(wanted: AppliedSettings, role: ProvisioningRole | None) -> dict[str, EffectiveValue]:
    """Return each value with its reason. Metadata is merged by name, so each name has its own reason."""
    reason = f"role {role.group}" if role else _DEFAULT
    overridden: Collection[str] = role.model_fields_set if role else ()
    named: Collection[str] = role.metadata if role else ()
    values = {
        name: _value(value, reason if name in overridden else _DEFAULT)
        for name, value in wanted.items()
        if name != _METADATA
    }
    return values | {
        f"{_METADATA}.{name}": _value(text, reason if name in named else _DEFAULT)
        for name, text in sorted(wanted[_METADATA].items())
    }


def _value(value: Any, reason: str) -> EffectiveValue:
    return EffectiveValue(value=value, reason=reason)
