"""Existing accounts follow the directory and the configuration.

Manual settings stay. Keys of people who left are blocked.
"""

from typing import Any

import pytest

from keydesk.audit.models import AuditedTable
from keydesk.audit.policy import Filter
from tests.support.desk.desk import Desk, OpenDesk, Visitor
from tests.support.desk.people import Scene
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.reading import person_of

pytestmark = pytest.mark.anyio
POWER = "group:default/ai-power-users"


def people(scene: Scene, *groups: str, present: bool = True) -> dict[str, Any]:
    jane = {"ref": scene.ref("jane"), "email": scene.email("jane"), "groups": list(groups)}
    bob = {"ref": scene.ref("bob"), "email": scene.email("bob")}
    return {"people": [jane, bob] if present else [bob]}


def provisioning(**defaults: Any) -> dict[str, Any]:
    roles = [{"group": POWER, "max_budget": 75.0, "metadata": {"tier": "power"}}]
    return {"provisioning": {"defaults": {"max_budget": 25.0} | defaults, "roles": roles}}


async def visit(desk: Desk, scene: Scene, make: Maker) -> Visitor:
    make.user_ids.append(scene.user_id("jane"))
    jane = await desk.sign_in(scene.user_id("jane"))
    await jane.read("/user/info")
    return jane


async def test_a_group_decides_what_a_new_account_gets(
    desk_with: OpenDesk, scene: Scene, make: Maker, gateway: Gateway
) -> None:
    async with desk_with(directory=people(scene, POWER), litellm=provisioning()) as desk:
        jane = await visit(desk, scene, make)
    stored = await person_of(gateway, jane.person)
    assert (stored["max_budget"], stored["metadata"]["tier"]) == (75.0, "power")


async def test_joining_a_group_updates_an_existing_account(
    desk_with: OpenDesk, scene: Scene, make: Maker
) -> None:
    async with desk_with(directory=people(scene), litellm=provisioning()) as desk:
        await visit(desk, scene, make)
    async with desk_with(directory=people(scene, POWER), litellm=provisioning()) as desk:
        jane = await desk.sign_in(scene.user_id("jane"))
        assert (await jane.read("/user/info"))["max_budget"] == 75.0


async def test_a_changed_configuration_updates_an_existing_account_also_to_every_model(
    desk_with: OpenDesk, scene: Scene, make: Maker, gateway: Gateway
) -> None:
    async with desk_with(directory=people(scene), litellm=provisioning(models=["gpt-4o-mini"])) as desk:
        await visit(desk, scene, make)
    async with desk_with(directory=people(scene), litellm=provisioning(rpm_limit=7)) as desk:
        jane = await visit(desk, scene, make)
        assert (await jane.issue(f"jane-any-{scene.name}", models=["gpt-4o"]))["models"] == ["gpt-4o"]
    stored = await person_of(gateway, jane.person)
    assert (stored["models"], stored["rpm_limit"]) == (["all-proxy-models"], 7)


async def test_a_deleted_team_does_not_prevent_an_account(
    desk_with: OpenDesk, scene: Scene, make: Maker, gateway: Gateway, empty_database: str
) -> None:
    """Nor does it prevent the other teams of a new person. Each team is audited separately."""
    real, gone = await make.team(), unique("gone")
    own = {"database": {"url": empty_database}}
    async with desk_with(directory=people(scene), litellm=provisioning(), **own) as desk:
        await visit(desk, scene, make)
    teams = provisioning(teams=[gone, real.team_id], rpm_limit=7)
    async with desk_with(directory=people(scene), litellm=teams, **own) as desk:
        jane, bob = await visit(desk, scene, make), await desk.sign_in(scene.user_id("bob"))
        make.user_ids.append(bob.user_id)
        for each in (jane, bob):
            account = await each.read("/user/info")
            assert account["teams"] == [real.team_id]
            assert (await person_of(gateway, each.person))["rpm_limit"] == 7
        page = await desk.app.state.services.audit_reader.page(
            Filter(table_name=AuditedTable.MEMBERSHIP), 1, 100
        )
    made = {(log.object_id, log.outcome) for log in page.audit_logs}
    assert made == {(real.team_id, "succeeded"), (gone, "failed")}


async def test_manual_settings_of_an_administrator_stay(
    desk_with: OpenDesk, scene: Scene, make: Maker, gateway: Gateway
) -> None:
    async with desk_with(directory=people(scene), litellm=provisioning()) as desk:
        jane = await visit(desk, scene, make)
    await gateway.post("/user/update", user_id=jane.user_id, max_budget=500.0)
    async with desk_with(directory=people(scene, POWER), litellm=provisioning()) as desk:
        jane = await visit(desk, scene, make)
        assert (await jane.read("/user/info"))["max_budget"] == 500.0
        plan = await desk.app.state.services.resync_accounts.plan()
    (found,) = [each for each in plan.differences if each.user_id == jane.user_id]
    assert (found.setting, found.current, found.wanted, found.by_hand) == ("max_budget", 500.0, 75.0, True)


async def test_planning_changes_nothing(
    desk_with: OpenDesk, scene: Scene, make: Maker, gateway: Gateway
) -> None:
    async with desk_with(directory=people(scene), litellm=provisioning()) as desk:
        jane = await visit(desk, scene, make)
    async with desk_with(directory=people(scene, POWER), litellm=provisioning()) as desk:
        plan = await desk.app.state.services.resync_accounts.plan()
    assert {each.setting for each in plan.differences if each.user_id == jane.user_id} == {
        "max_budget",
        "metadata",
    }
    assert (await person_of(gateway, jane.person))["max_budget"] == 25.0


async def test_keys_of_a_person_who_left_are_blocked_and_only_those_are_unblocked_on_return(
    desk_with: OpenDesk, scene: Scene, make: Maker, empty_database: str
) -> None:
    async with desk_with(
        database={"url": empty_database}, directory=people(scene), litellm=provisioning()
    ) as desk:
        jane = await visit(desk, scene, make)
        laptop = await jane.issue(f"jane-laptop-{scene.name}")
        old = await jane.issue(f"jane-old-{scene.name}")
        await jane.post(f"/keys/{old['token']}/block")
    async with desk_with(
        database={"url": empty_database}, directory=people(scene, present=False), litellm=provisioning()
    ) as desk:
        await desk.app.state.services.resync_accounts.apply(even_if_many_leave=True)
        gone = desk.welcome(jane)
        assert (await gone.get("/keys")).status_code == 403
    async with desk_with(
        database={"url": empty_database}, directory=people(scene), litellm=provisioning()
    ) as desk:
        plan = await desk.app.state.services.resync_accounts.plan()
        assert jane.user_id in {record.user_id for record in plan.returners}
        back = desk.welcome(jane)
        await back.read("/user/info")
        assert [(await back.key(key["token"]))["blocked"] for key in (laptop, old)] == [False, True]


async def test_no_key_is_blocked_if_everyone_seems_to_have_left(
    desk_with: OpenDesk, scene: Scene, make: Maker, empty_database: str
) -> None:
    names = [f"mass{number}-{scene.name}" for number in range(12)]
    crowd = [{"ref": f"user:default/{name}", "email": f"{name}@example.com"} for name in names]
    make.user_ids += names
    async with desk_with(
        database={"url": empty_database}, directory={"people": crowd}, litellm=provisioning()
    ) as desk:
        for name in names:
            await (await desk.sign_in(name)).read("/user/info")
    async with desk_with(
        database={"url": empty_database},
        directory={"people": [{"ref": "user:default/nobody-else"}]},
        litellm=provisioning(),
    ) as desk:
        plan = await desk.app.state.services.resync_accounts.apply()
        assert plan.loses_too_many
        again = await desk.app.state.services.resync_accounts.plan()
    assert {record.user_id for record in again.leavers} >= set(names)
