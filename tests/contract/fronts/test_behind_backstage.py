"""The web client's calls with real Backstage tokens, directly, through nginx, and through Backstage's own proxy."""

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


def test_a_page_load_of_a_person(front: Front) -> None:
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
def test_a_denied_permission_holds_on_every_road(front: Front, path: str) -> None:
    answer = front.call(front.token("bob"), "POST", path, json=a_key())
    assert answer.status_code == 403
    assert answer.json()["permission"] == "litellm.key.create"
    assert front.call(front.token("jane"), "POST", path, json=a_key()).status_code == 200


def test_a_role_counts_for_the_members_of_child_groups(front: Front) -> None:
    assert front.call(front.token("newbie"), "GET", "/user/info").json()["max_budget"] == 77.0


def test_without_a_token_there_is_nothing(front: Front) -> None:
    answer = front.http.get(f"{front.base}/user/info")
    assert answer.status_code == 401


def test_nobody_becomes_somebody_else_by_asking(front: Front) -> None:
    answer = front.call(front.token("bob"), "GET", "/user/info?user_id=jane")
    assert answer.json()["user_id"] == "bob"


@pytest.mark.parametrize("site", ["same-origin", None])
def test_a_page_of_backstage_may_change_something(front: Front, site: str | None) -> None:
    """What a browser sends with a call of the web client; without Sec-Fetch-Site it speaks plain http."""
    page = {"Origin": front.backstage} | ({"Sec-Fetch-Site": site} if site else {})
    answer = front.call(front.token("jane"), "POST", "/keys/generate", json=a_key(), **page)
    assert answer.status_code == 200, answer.text


def test_a_foreign_page_changes_nothing(front: Front) -> None:
    """Backstage's proxy-backend does not pass on the headers of the page, so there Backstage has to check it."""
    page = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = front.call(front.token("jane"), "POST", "/keys/generate", json=a_key(), **page)
    if "/api/proxy/" in front.base:
        assert answer.status_code == 200, answer.text
        return
    assert answer.status_code == 403, answer.text
    assert answer.json()["type"] == "urn:keydesk:problem:untrusted-origin"
