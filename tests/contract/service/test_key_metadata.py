"""A caller's `metadata` is stored as labels, in a place where LiteLLM reads no settings."""

from typing import Any

import pytest

from tests.support.desk.desk import SignIn
from tests.support.desk.people import Scene
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import VirtualKey, token_of, unique
from tests.support.upstream.reading import key_of
from tests.support.upstream.special_metadata import SPECIAL

pytestmark = pytest.mark.anyio
LABELS = "keydesk_labels"
STAMPS = ("created_by_backstage_user", "created_by_email", "created_via", "created_at_iso", "keydesk_intent")
IN_PARTS = [sorted(SPECIAL)[start : start + 20] for start in range(0, len(SPECIAL), 20)]
"""The maximum number of labels of a key."""


def as_virtual_key(issued: dict[str, Any]) -> VirtualKey:
    return VirtualKey(issued["key"], token_of(issued["key"]), issued["key_alias"])


@pytest.mark.parametrize("names", IN_PARTS)
async def test_no_special_name_reaches_litellms_own_metadata(
    as_person: SignIn, gateway: Gateway, names: list[str]
) -> None:
    jane = await as_person("jane")
    said = dict.fromkeys(names, "1")
    key = as_virtual_key(await jane.issue(unique("laptop"), metadata=said))
    stored = (await key_of(gateway, key))["metadata"]
    assert SPECIAL.intersection(stored) == set()
    assert stored[LABELS] == said
    assert (await gateway.chat(key.secret)).status == 200


async def test_a_label_is_not_a_setting(as_person: SignIn, gateway: Gateway) -> None:
    """With a `service_account_id` among its settings, LiteLLM refuses a key without a team."""
    labels = {"service_account_id": "build-server"}
    obeyed = await gateway.post("/key/generate", metadata=labels)
    assert obeyed.status == 400
    assert "service_account_id" in obeyed.error["message"] or "team_id" in obeyed.error["message"]
    jane = await as_person("jane")
    assert (await gateway.chat((await jane.issue(unique("laptop"), metadata=labels))["key"])).status == 200


@pytest.mark.parametrize("path", ["/key/info", "/key/list"])
async def test_litellm_stores_labels_unchanged(as_person: SignIn, gateway: Gateway, path: str) -> None:
    jane = await as_person("jane")
    said = {
        "purpose": "tests",
        "tags": '["a"]',
        "ünïcode": "as it is",
        "with.dots": "os.environ/HOME",
        "": "",
    }
    key = as_virtual_key(await jane.issue(unique("laptop"), metadata=said))
    if path == "/key/info":
        found = await key_of(gateway, key)
    else:
        asked = {"key_hash": key.token, "return_full_object": "true"}
        (found,) = (await gateway.get(path, **asked)).body["keys"]
    assert found["metadata"][LABELS] == said


async def test_labels_cannot_replace_stamps(as_person: SignIn, gateway: Gateway, scene: Scene) -> None:
    jane = await as_person("jane")
    said = dict.fromkeys((*STAMPS, LABELS), "forged")
    metadata = (await key_of(gateway, as_virtual_key(await jane.issue(unique("laptop"), metadata=said))))[
        "metadata"
    ]
    assert metadata["created_by_backstage_user"] == scene.ref("jane")
    assert metadata[LABELS] == said
    assert "forged" not in {metadata[name] for name in STAMPS}


async def test_a_key_never_has_aliases(as_person: SignIn, gateway: Gateway) -> None:
    """CVE-2026-136538: with `aliases`, a key can call models that it is not allowed to use."""
    jane = await as_person("jane")
    refused = await jane.post(
        "/keys/generate", alias=unique("laptop"), max_budget=1.0, aliases={"gpt-4o-mini": "premium-xl"}
    )
    assert (refused.status_code, refused.json()["param"]) == (422, "aliases")
    issued = await jane.issue(unique("laptop"), metadata={"aliases": "premium-xl"})
    changed = await jane.post(f"/keys/{issued['token']}/update", aliases={"gpt-4o-mini": "premium-xl"})
    assert (changed.status_code, changed.json()["param"]) == (422, "aliases")
    assert (await key_of(gateway, as_virtual_key(issued)))["aliases"] == {}
