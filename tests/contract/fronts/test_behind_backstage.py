"""The web client's requests with real Backstage tokens, directly, through nginx, and through Backstage's own proxy."""

import uuid
from typing import Any

import pytest

from tests.contract.fronts.conftest import Front

pytestmark = [pytest.mark.real_backstage, pytest.mark.real_litellm]
PAGE_LOAD = ["/health", "/config", "/user/info", "/keys", "/models", "/teams", "/usage"]


def a_key(**fields: Any) -> dict[str, Any]:
    return {
        "alias": f"front-{uuid.uuid4().hex[:10]}",
        "models": [],
        "duration": "30d",
        "max_budget": 5,
    } | fields


def test_a_person_can_load_a_page(front: Front) -> None:
    token = front.token("jane")
    answers = {path: front.call(token, "GET", path) for path in PAGE_LOAD}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(PAGE_LOAD, 200)
    account = answers["/user/info"].json()
    assert (account["user_id"], account["user_email"], account["max_budget"]) == (
        "jane",
        "jane@example.com",
        12.0,
    )


def test_the_life_of_a_key(front: Front) -> None:
    token = front.token("jane")
    issued = front.call(token, "POST", "/keys/generate", json=a_key()).json()
    path = f"/keys/{issued['token']}"
    assert front.call(token, "POST", f"{path}/update", json={"max_budget": 7}).json()["max_budget"] == 7.0
    assert front.call(token, "POST", f"{path}/block").json() == {"success": True}
    assert front.call(token, "POST", f"{path}/unblock").json() == {"success": True}
    assert front.call(token, "DELETE", path).json() == {"success": True}
    assert issued["token"] not in {key["token"] for key in front.call(token, "GET", "/keys").json()}


@pytest.mark.parametrize("path", ["/keys/generate", "/bridge/keys"])
def test_a_denied_permission_is_denied_on_every_path(front: Front, path: str) -> None:
    answer = front.call(front.token("bob"), "POST", path, json=a_key())
    assert answer.status_code == 403
    assert answer.json()["permission"] == "litellm.key.create"
    assert front.call(front.token("jane"), "POST", path, json=a_key()).status_code == 200


def test_a_role_applies_to_members_of_child_groups(front: Front) -> None:
    assert front.call(front.token("newbie"), "GET", "/user/info").json()["max_budget"] == 77.0


def test_without_a_token_there_is_no_access(front: Front) -> None:
    answer = front.http.get(f"{front.base}/user/info")
    assert answer.status_code == 401


def test_headers_cannot_change_the_identity(front: Front) -> None:
    answer = front.call(front.token("bob"), "GET", "/user/info?user_id=jane")
    assert answer.json()["user_id"] == "bob"


@pytest.mark.parametrize("site", ["same-origin", None])
def test_a_backstage_page_may_change_something(front: Front, site: str | None) -> None:
    """The headers are those of a browser with the web client over plain HTTP, without Sec-Fetch-Site."""
    page = {"Origin": front.backstage} | ({"Sec-Fetch-Site": site} if site else {})
    answer = front.call(front.token("jane"), "POST", "/keys/generate", json=a_key(), **page)
    assert answer.status_code == 200, answer.text


def test_a_foreign_page_cannot_change_anything(front: Front) -> None:
    """Backstage's proxy-backend drops the headers of the page, so there Backstage must check it."""
    page = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = front.call(front.token("jane"), "POST", "/keys/generate", json=a_key(), **page)
    if "/api/proxy/" in front.base:
        assert answer.status_code == 200, answer.text
        return
    assert answer.status_code == 403, answer.text
    assert answer.json()["type"] == "urn:keydesk:problem:untrusted-origin"
