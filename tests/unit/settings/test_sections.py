"""Settings do not change once they are read, and have the plugin's defaults."""

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


def test_nothing_can_be_changed_afterwards(folder: Folder) -> None:
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
    assert gateway.key_generation.model_dump() == {
        "allow_unlimited_budget": False,
        "team_required": True,
        "reset_spend_group": None,
    }
    assert gateway.team_admin.max_budget_ceiling == 1000
    assert not gateway.team_admin.group
    assert not gateway.team_admin.object_permissions.enabled
    assert gateway.bridge.client_id == "abby-cli"
    assert (gateway.opencode.key_duration, gateway.opencode.max_budget) == ("30d", 50)
    assert gateway.url_for_people == "http://litellm:4000"


def test_programs_write_settings_by_their_own_names() -> None:
    gateway = Gateway(base_url="http://x/", master_key=SecretStr(MASTER_KEY))
    assert gateway.base_url == "http://x"
    assert Database(url=SecretStr("sqlite:///x.db")).pool_size == 10


def test_keys_for_different_purposes_differ_and_come_from_the_secret_where_there_is_one(
    folder: Folder,
) -> None:
    without = folder.settings(DEMO)
    with_secret: Settings = folder.settings({**DEMO, "secret": "s" * 32})
    assert without.derived_key("a") == folder.settings(DEMO).derived_key("a")
    assert len({without.derived_key("a"), without.derived_key("b"), with_secret.derived_key("a")}) == 3
    assert len(without.derived_key("a")) == 32
