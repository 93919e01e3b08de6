"""Keys that can do more than call models: they are marked, and `keydesk keys narrow` restricts them."""

from typing import Any

import pytest

from keydesk.audit.policy import Filter
from keydesk.keys.narrowing import KeyNarrowing, WideKey
from tests.support.desk.desk import Desk, SignIn
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, VirtualKey, unique
from tests.support.upstream.reading import key_of

pytestmark = pytest.mark.anyio
MODEL_CALLS = ["llm_api_routes"]


def narrowing_of(desk: Desk) -> KeyNarrowing:
    service: KeyNarrowing = desk.app.state.services.key_narrowing
    return service


async def planned(desk: Desk, *keys: VirtualKey) -> list[WideKey]:
    """Return the plan for these keys. A shared gateway has others as well."""
    ids = [desk.app.state.services.keys.ids.of(key.token) for key in keys]
    found = [wide async for page in narrowing_of(desk).pages() for wide in page.wide]
    return [wide for key_id in ids for wide in found if wide.key_id == key_id]


@pytest.mark.parametrize(
    ("fields", "can_manage"),
    [
        ({"key_type": "default"}, True),
        ({"key_type": "management"}, True),
        ({"key_type": "llm_api"}, False),
        ({"key_type": "read_only"}, False),
        ({"key_type": "default", "allowed_routes": ["/chat/completions"]}, False),
        ({"key_type": "default", "allowed_routes": ["llm_api_routes", "/key/generate"]}, True),
        ({"key_type": "default", "allowed_routes": ["/*"]}, True),
    ],
)
async def test_the_list_marks_keys_that_can_manage_the_gateway(
    as_person: SignIn, make: Maker, fields: dict[str, Any], can_manage: bool
) -> None:
    jane = await as_person("jane")
    await make.key(jane.person, **fields)
    (shown,) = await jane.read("/keys")
    assert shown["can_manage_gateway"] is can_manage


async def test_a_default_key_is_restricted_to_model_calls(
    as_person: SignIn, desk: Desk, gateway: Gateway, make: Maker
) -> None:
    jane = await as_person("jane")
    key = await make.key(
        jane.person, key_type="default", metadata={"purpose": "ci"}, max_budget=5.0, tpm_limit=1000
    )
    before = await key_of(gateway, key)
    (wide,) = await planned(desk, key)
    assert (wide.owner, wide.left_alone, list(wide.narrowed)) == (jane.user_id, None, MODEL_CALLS)
    assert (await gateway.post("/key/generate", credential=key.secret)).status == 200

    await narrowing_of(desk).narrow(wide)

    assert (await gateway.post("/key/generate", credential=key.secret)).status == 403
    assert (await gateway.chat(key.secret)).status == 200
    after = await key_of(gateway, key)
    kept = ("metadata", "max_budget", "tpm_limit", "key_alias", "user_id", "models", "expires")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert await planned(desk, key) == []
    assert not (await jane.key(wide.key_id))["can_manage_gateway"]


async def test_a_key_keeps_its_model_routes(
    as_person: SignIn, desk: Desk, gateway: Gateway, make: Maker
) -> None:
    jane = await as_person("jane")
    key = await make.key(
        jane.person, key_type="default", allowed_routes=["/chat/completions", "/key/generate"]
    )
    (wide,) = await planned(desk, key)
    await narrowing_of(desk).narrow(wide)
    assert (await key_of(gateway, key))["allowed_routes"] == ["/chat/completions"]


async def test_narrowing_is_audited(as_person: SignIn, desk: Desk, make: Maker) -> None:
    jane = await as_person("jane")
    (wide,) = await planned(desk, await make.key(jane.person, key_type="default"))
    await narrowing_of(desk).narrow(wide)
    page = await desk.app.state.services.audit_reader.page(
        Filter(action="updated", actors=("keydesk",)), 1, 100
    )
    (log,) = [log for log in page.audit_logs if log.object_id == wide.key_id]
    assert (log.table_name, log.outcome) == ("LiteLLM_VerificationToken", "succeeded")
    assert log.before_value == {"user_id": jane.user_id, "allowed_routes": []}
    assert log.updated_values == {"allowed_routes": MODEL_CALLS}


async def test_the_owners_own_block_can_still_be_lifted(as_person: SignIn, desk: Desk, make: Maker) -> None:
    jane = await as_person("jane")
    key = await make.key(jane.person, key_type="default")
    key_id = desk.app.state.services.keys.ids.of(key.token)
    assert (await jane.post(f"/keys/{key_id}/block")).status_code == 200
    (wide,) = await planned(desk, key)
    await narrowing_of(desk).narrow(wide)
    assert (await jane.key(key_id))["blocked"]
    assert (await jane.post(f"/keys/{key_id}/unblock")).status_code == 200


async def test_keys_without_a_person_are_listed_and_not_changed(
    desk: Desk, make: Maker, gateway: Gateway
) -> None:
    administrator = await make.person(user_role="proxy_admin")
    alice = await make.person()
    keys = [
        await make.key(key_type="default"),
        await make.key(administrator, key_type="default"),
        await make.key(alice, key_type="default", allowed_routes=["/my-own/path"]),
    ]
    found = await planned(desk, *keys)
    assert [wide.left_alone for wide in found] == [
        "has no owner",
        "belongs to an administrator",
        "has custom routes",
    ]
    for wide in found:
        with pytest.raises(ValueError, match="cannot narrow"):
            await narrowing_of(desk).narrow(wide)
    assert (await key_of(gateway, keys[0]))["allowed_routes"] == []


async def test_every_page_is_read(desk: Desk, make: Maker) -> None:
    alice = await make.person(user_id=unique("alice"))
    keys = [await make.key(alice, key_type="default") for _ in range(3)]
    assert len(await planned(desk, *keys)) == len(keys)
