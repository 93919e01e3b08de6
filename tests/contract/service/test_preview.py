"""Auditors see what provisioning gives a group or a person, and why. The preview changes nothing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway

pytestmark = pytest.mark.anyio
POWER = "group:default/ai-power-users"
PREVIEW = "/provisioning/preview"


def rules(**defaults: Any) -> dict[str, Any]:
    roles = [{"group": POWER, "max_budget": 75.0, "metadata": {"tier": "power"}}]
    return {
        "audit": {"group": PLATFORM_TEAM},
        "provisioning": {"defaults": {"max_budget": 25.0} | defaults, "roles": roles},
    }


def people(scene: Scene) -> dict[str, Any]:
    """Jane is a power user, olga an auditor, bob in no group."""
    groups = {"jane": [POWER], "olga": [PLATFORM_TEAM], "bob": []}
    return {
        "people": [
            {"ref": scene.ref(name), "email": scene.email(name), "groups": groups[name]} for name in groups
        ]
    }


@pytest.fixture
async def audited(desk_with: OpenDesk, scene: Scene) -> AsyncIterator[Desk]:
    async with desk_with(directory=people(scene), litellm=rules()) as desk:
        yield desk


@pytest.fixture
async def olga(audited: Desk, sign_in: SignIn) -> Visitor:
    return audited.welcome(await sign_in("olga"))


def reasons(preview: dict[str, Any]) -> dict[str, tuple[Any, str]]:
    return {name: (each["value"], each["reason"]) for name, each in preview["effective"].items()}


async def test_the_preview_of_a_group_has_its_role_and_a_reason_for_every_value(olga: Visitor) -> None:
    preview = await olga.read(PREVIEW, group="AI-Power-Users")
    assert (preview["subject"], preview["group"], preview["role"]) == ("group", POWER, POWER)
    assert reasons(preview) == {
        "user_role": ("internal_user", "default"),
        "max_budget": (75.0, f"role {POWER}"),
        "budget_duration": ("30d", "default"),
        "tpm_limit": (100_000, "default"),
        "rpm_limit": (500, "default"),
        "models": ([], "default"),
        "teams": ([], "default"),
        "metadata.cost_center": ("4711", "default"),
        "metadata.tier": ("power", f"role {POWER}"),
    }


async def test_a_group_without_a_role_gets_the_defaults(olga: Visitor) -> None:
    preview = await olga.read(PREVIEW, group=PLATFORM_TEAM)
    assert preview["role"] is None
    assert {reason for _, reason in reasons(preview).values()} == {"default"}


async def test_a_group_has_the_role_of_its_parent(
    desk_with: OpenDesk, scene: Scene, sign_in: SignIn, tmp_path: Path
) -> None:
    written = tmp_path / "people.yaml"
    written.write_text("groups:\n  - {ref: night-shift, parent: ai-power-users}\n")
    directory = people(scene) | {"people_file": written}
    async with desk_with(directory=directory, litellm=rules()) as desk:
        preview = await desk.welcome(await sign_in("olga")).read(PREVIEW, group="night-shift")
    assert preview["role"] == POWER
    assert preview["groups"] == [POWER, "group:default/night-shift"]


async def test_a_preview_of_a_person_without_an_account_creates_none(
    olga: Visitor, scene: Scene, gateway: Gateway
) -> None:
    preview = await olga.read(PREVIEW, user=scene.user_id("jane"))
    assert preview["user"] == scene.ref("jane")
    assert preview["groups"] == [POWER]
    assert preview["role"] == POWER
    assert (preview["user_id"], preview["account_exists"]) == (scene.user_id("jane"), False)
    assert preview["differences"] == []
    assert (await gateway.get("/v2/user/info", user_id=scene.user_id("jane"))).status == 404


async def test_the_preview_shows_what_a_resync_would_change_without_changing_it(
    audited: Desk, desk_with: OpenDesk, scene: Scene, sign_in: SignIn, gateway: Gateway
) -> None:
    bob = audited.welcome(await sign_in("bob"))
    await bob.read("/user/info")
    await gateway.post("/user/update", user_id=bob.user_id, rpm_limit=3)
    changed = rules(max_budget=40.0, rpm_limit=700)
    async with desk_with(directory=people(scene), litellm=changed) as desk:
        olga = desk.welcome(await sign_in("olga"))
        for _ in range(2):
            preview = await olga.read(PREVIEW, user=scene.ref("bob"))
            assert preview["account_exists"] is True
            assert preview["differences"] == [
                {"setting": "max_budget", "current": 25.0, "wanted": 40.0, "settled_by_resync": True},
                {"setting": "rpm_limit", "current": 3, "wanted": 700, "settled_by_resync": False},
            ]


async def test_a_person_who_cannot_have_an_account_is_shown_with_the_reason(
    desk_with: OpenDesk, scene: Scene, sign_in: SignIn
) -> None:
    everybody = people(scene)["people"] + [{"ref": "user:contractors/eve"}]
    async with desk_with(directory={"people": everybody}, litellm=rules()) as desk:
        preview = await desk.welcome(await sign_in("olga")).read(PREVIEW, user="user:contractors/eve")
    assert (preview["user_id"], preview["account_exists"]) == (None, False)
    assert "namespace" in preview["note"]


@pytest.mark.parametrize("query", [{}, {"group": "a", "user": "b"}], ids=["neither", "both"])
async def test_exactly_one_of_group_and_user_is_required(olga: Visitor, query: dict[str, str]) -> None:
    assert_problem(await olga.get(PREVIEW, **query), 422, "invalid-request", param="group")


@pytest.mark.parametrize("param", ["group", "user"])
async def test_unknown_names_are_not_found_and_invalid_ones_are_invalid(olga: Visitor, param: str) -> None:
    assert_problem(await olga.get(PREVIEW, **{param: "nobody"}), 404, "not-found", param=param)
    assert_problem(await olga.get(PREVIEW, **{param: "a b"}), 422, "invalid-request", param=param)
    assert_problem(await olga.get(PREVIEW, **{param: "api:default/x"}), 422, "invalid-request", param=param)


async def test_a_person_outside_of_the_audit_group_sees_nothing(audited: Desk, sign_in: SignIn) -> None:
    bob = audited.welcome(await sign_in("bob"))
    assert_problem(await bob.get(PREVIEW, user="jane"), 403, "permission-missing")


async def test_the_group_alone_is_not_sufficient(desk_with: OpenDesk, scene: Scene, sign_in: SignIn) -> None:
    """The permission can be withdrawn from the group, or granted to others, who also need the group."""
    grants = {"litellm.audit.read": [POWER]}
    async with desk_with(directory=people(scene), litellm=rules(), grants=grants) as desk:
        olga, jane = desk.welcome(await sign_in("olga")), desk.welcome(await sign_in("jane"))
        assert_problem(await olga.get(PREVIEW, group=POWER), 403, "permission-missing")
        assert_problem(await jane.get(PREVIEW, group=POWER), 403, "policy-refused")
        assert [(await each.read("/user/info"))["can_view_audit"] for each in (olga, jane)] == [False, False]


async def test_without_an_audit_group_nobody_is_an_auditor(desk_with: OpenDesk, sign_in: SignIn) -> None:
    async with desk_with(grants={"litellm.audit.read": [PLATFORM_TEAM]}) as desk:
        olga = desk.welcome(await sign_in("olga"))
        assert_problem(await olga.get(PREVIEW, group=PLATFORM_TEAM), 403, "policy-refused")


async def test_the_config_says_whether_a_person_is_an_auditor(olga: Visitor) -> None:
    assert (await olga.read("/user/info"))["can_view_audit"] is True
