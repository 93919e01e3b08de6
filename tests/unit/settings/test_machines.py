"""`portal.machines.confirmationUrl`: what it needs, and what has no effect without more."""

from typing import Any

import pytest

from keydesk.settings import Settings
from keydesk.settings.ineffective import ineffective_settings
from keydesk.settings.loading import SettingsError, load_settings

PAGE = "https://backstage.example.com/keydesk-machines"
BACKSTAGE: dict[str, Any] = {"backstage": {"base_url": "https://backstage.example.com"}}
PORTAL: dict[str, Any] = {"base_url": "https://keys.example.com", "machines": {"confirmation_url": PAGE}}


def settings(**changes: Any) -> Settings:
    sections: dict[str, Any] = {
        "litellm": {"base_url": "http://127.0.0.1:4000", "master_key": "sk-1"},
        "identity": BACKSTAGE,
        "directory": {"people": [{"ref": "jane"}]},
        "portal": PORTAL,
    }
    return load_settings(None, **sections | changes)


def test_backstage_alone_is_enough() -> None:
    found = settings()
    assert (found.signs_in_machines, found.signs_in_to_portal) == (True, False)
    assert not settings(portal={}).signs_in_machines
    off = settings(portal=PORTAL | {"machines": {"confirmation_url": PAGE, "enabled": False}})
    assert not off.signs_in_machines


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"portal": {"machines": {"confirmation_url": PAGE}}}, "portal.baseUrl: is required"),
        (
            {"identity": {"trusted_proxy": {"networks": ["127.0.0.1/32"]}}},
            "portal.machines.confirmationUrl: requires identity.backstage",
        ),
        (
            {"portal": PORTAL | {"machines": {"confirmation_url": "http://backstage.example.com/x"}}},
            "portal.machines.confirmationUrl: must start with https://",
        ),
        (
            {"portal": PORTAL | {"machines": {"confirmation_url": f"{PAGE}?code=1"}}},
            "portal.machines.confirmationUrl: must not contain",
        ),
    ],
)
def test_what_is_missing_is_named(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(**changes)
    assert expected in str(refused.value)


def test_machines_without_permissions_are_a_warning() -> None:
    assert list(ineffective_settings(settings())) == []
    (warning,) = ineffective_settings(settings(permissions={"backstage": True}))
    assert "cannot create keys until grants has groups with litellm.key.create" in warning
    granted = settings(permissions={"backstage": True}, grants={"litellm.key.create": ["engineers"]})
    assert list(ineffective_settings(granted)) == []
    off = settings(portal=PORTAL | {"machines": {"confirmation_url": PAGE, "enabled": False}})
    (warning,) = ineffective_settings(off)
    assert "has no effect" in warning
