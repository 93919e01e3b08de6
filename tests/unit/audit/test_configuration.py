"""Configuration changes between starts are recorded without secrets."""

from typing import Any

import pytest
from pydantic import SecretStr

from keydesk.audit.configuration import ConfigurationRecord
from keydesk.audit.configuration_store import ConfigurationStore
from keydesk.settings import Settings
from keydesk.settings.loading import load_settings
from tests.unit.audit.logs import Log

pytestmark = pytest.mark.anyio
MASTER_KEY = "sk-" + "configuration-canary-0123456789"


@pytest.fixture
def record(log: Log) -> ConfigurationRecord:
    return ConfigurationRecord(log.audit, ConfigurationStore(log.database), b"a key of the tests")


def configured(master_key: str = MASTER_KEY, **changes: Any) -> Settings:
    gateway = {"base_url": "http://gateway", "master_key": SecretStr(master_key)} | changes
    return load_settings(None, litellm=gateway, demo={"enabled": True})


async def changes_of(log: Log) -> list[tuple[Any, Any]]:
    return [(entry.before_value, entry.updated_values) async for entry in log.store.entries()]


async def test_the_first_start_records_everything_without_its_secrets(
    log: Log, record: ConfigurationRecord
) -> None:
    await record.started_with(configured())
    ((before, after),) = await changes_of(log)
    assert before == {}
    assert after["litellm.baseUrl"] == "http://gateway"
    assert after["litellm.masterKey"].startswith("*** (")
    assert MASTER_KEY not in str(after)


async def test_an_unchanged_configuration_is_not_recorded(log: Log, record: ConfigurationRecord) -> None:
    for _ in range(3):
        await record.started_with(configured())
    assert len(await changes_of(log)) == 1


async def test_only_changed_settings_are_recorded(log: Log, record: ConfigurationRecord) -> None:
    await record.started_with(configured())
    await record.started_with(configured(user_id_domain="example.com"))
    assert (await changes_of(log))[1] == (
        {"litellm.userIdDomain": None},
        {"litellm.userIdDomain": "example.com"},
    )


async def test_a_changed_secret_has_a_different_fingerprint(log: Log, record: ConfigurationRecord) -> None:
    await record.started_with(configured())
    await record.started_with(configured(MASTER_KEY[::-1]))
    before, after = (await changes_of(log))[1]
    assert list(before) == list(after) == ["litellm.masterKey"]
    assert before != after
    assert MASTER_KEY not in str(before) + str(after)
