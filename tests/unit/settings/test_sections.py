"""Settings are immutable and have the plugin's defaults."""

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from keydesk.settings import Database, Gateway, Section, Settings
from tests.unit.settings.writing import DEMO, MASTER_KEY, Folder


def assert_frozen(section: BaseModel) -> None:
    for name in type(section).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(section, name, None)
        inner = getattr(section, name)
        if isinstance(inner, Section):
            assert_frozen(inner)


def test_settings_cannot_be_changed(folder: Folder) -> None:
    assert_frozen(folder.settings(DEMO))


def test_the_defaults_are_those_of_the_plugin(folder: Folder) -> None:
    gateway = folder.settings(DEMO).litellm
    assert gateway.provisioning.defaults.model_dump() == {
        "max_budget": 10.0,
        "budget_duration": "30d",
        "models": (),
        "teams": (),
        "user_role": "internal_user",
        "tpm_limit": None,
        "rpm_limit": None,
        "metadata": {},
    }
    assert (gateway.key_generation.allow_unlimited_budget, gateway.key_generation.team_required) == (
        False,
        True,
    )
    assert gateway.team_admin.max_budget_ceiling == 1000
    assert not gateway.team_admin.group
    assert not gateway.team_admin.object_permissions.enabled
    assert gateway.bridge.client_id == "abby-cli"
    assert (gateway.opencode.key_duration, gateway.opencode.max_budget) == ("30d", 50)
    assert gateway.url_for_people == "http://litellm:4000"


def test_programs_can_use_python_names() -> None:
    gateway = Gateway(base_url="http://x/", master_key=SecretStr(MASTER_KEY))
    assert gateway.base_url == "http://x"
    assert Database(url=SecretStr("sqlite:///x.db")).pool_size == 10


def test_keys_for_different_purposes_differ_and_are_derived_from_the_secret(
    folder: Folder,
) -> None:
    without = folder.settings(DEMO)
    with_secret: Settings = folder.settings({**DEMO, "secret": "s" * 32})
    assert without.derived_key("a") == folder.settings(DEMO).derived_key("a")
    assert len({without.derived_key("a"), without.derived_key("b"), with_secret.derived_key("a")}) == 3
    assert len(without.derived_key("a")) == 32
