"""Who decides about requests, when, and how much they can approve."""

import asyncio
from datetime import timedelta

import pytest

from keydesk.audit.policy import Filter
from tests.contract.service.requests.conftest import (
    REQUESTS,
    Office,
    approve,
    asked,
    budget,
    directory,
    ref_of,
    tomorrow,
)
from tests.support.desk.desk import Desk, Visitor
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
TWICE = REQUESTS | {"second_approval_above_usd": 80.0}


async def test_a_permanent_budget_is_approved(jane: Visitor, olga: Visitor) -> None:
    request = await asked(jane)
    assert request["state"] == "pending"
    assert request["id"] in [each["id"] for each in await olga.read("/requests/to_decide")]
    decided = await approve(olga, request)
    assert (decided["state"], decided["granted"]) == ("approved", {"max_budget": 60.0, "until": None})
    assert await budget(jane) == 60.0
    assert [each["state"] for each in await jane.read("/requests")] == ["approved"]


async def test_two_simultaneous_decisions_give_one(desk: Desk, office: Office, jane: Visitor) -> None:
    olga, carol = await office.person(desk, "olga"), await office.person(desk, "carol")
    request = await asked(jane)
    paths = [f"/requests/{request['id']}/{what}" for what in ("approve", "decline")]
    answers = await asyncio.gather(olga.post(paths[0]), carol.post(paths[1], reason="No"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    state = (await jane.read(f"/requests/{request['id']}"))["state"]
    assert (await budget(jane), state) in [(60.0, "approved"), (25.0, "declined")]


async def test_nobody_decides_their_own_request(office: Office) -> None:
    """Not with another account either: Bob has the same email address as Carol."""
    async with office.open("carol", "bob", "olga", emails={"bob": "carol"}) as desk:
        carol, olga = [await office.person(desk, name) for name in ("carol", "olga")]
        bob = await office.visitor(desk, "bob")
        request = await asked(carol)
        for visitor in (carol, bob):
            answer = await visitor.post(f"/requests/{request['id']}/approve")
            assert_problem(answer, 403, "policy-refused")
            answer = await visitor.post(f"/requests/{request['id']}/decline", reason="No")
            assert_problem(answer, 403, "policy-refused")
        assert await budget(carol) == 25.0
        await approve(olga, request)


async def test_a_large_budget_needs_two_different_people(office: Office) -> None:
    async with office.open("carol", "bob", "olga", emails={"bob": "carol"}, requests=TWICE) as desk:
        jane, carol, olga = [await office.person(desk, name) for name in ("jane", "carol", "olga")]
        bob = await office.visitor(desk, "bob")
        request = await asked(jane, max_budget=100.0)
        for visitor in (carol, carol, bob):
            first = await approve(visitor, request)
            assert (first["state"], first["first_approved_by"]) == ("pending", ref_of(visitor))
        answer = await olga.post(f"/requests/{request['id']}/approve", max_budget=100.0)
        assert answer.json()["state"] == "approved"
        assert await budget(jane) == 100.0


async def test_the_second_person_approves_at_most_what_the_first_did(office: Office) -> None:
    async with office.open(requests=TWICE) as desk:
        jane, carol, olga = [await office.person(desk, name) for name in ("jane", "carol", "olga")]
        request = await asked(jane, max_budget=100.0)
        await approve(carol, request, max_budget=90.0)
        answer = await olga.post(f"/requests/{request['id']}/approve")
        assert_problem(answer, 403, "policy-refused", param="max_budget")
        decided = await approve(olga, request, max_budget=90.0)
        assert decided["granted"]["max_budget"] == 90.0


async def test_one_person_can_approve_a_smaller_budget_alone(office: Office) -> None:
    async with office.open(requests=TWICE) as desk:
        jane, olga = await office.person(desk, "jane"), await office.person(desk, "olga")
        decided = await approve(olga, await asked(jane, max_budget=100.0), max_budget=80.0)
        assert decided["state"] == "approved"


async def test_a_first_approval_of_a_person_who_lost_the_group_does_not_count(office: Office) -> None:
    async with office.open("carol", "olga", requests=TWICE) as desk:
        jane, carol = await office.person(desk, "jane"), await office.person(desk, "carol")
        request = await asked(jane, max_budget=100.0)
        await approve(carol, request)
    async with office.open("bob", "olga", requests=TWICE) as desk:
        olga, bob, carol = [await office.person(desk, name) for name in ("olga", "bob", "carol")]
        assert_problem(await carol.post(f"/requests/{request['id']}/approve"), 404, "not-found")
        assert (await approve(olga, request))["state"] == "pending"
        assert (await approve(bob, request))["state"] == "approved"


async def test_an_approval_shows_that_the_budget_has_changed(
    office: Office, jane: Visitor, olga: Visitor
) -> None:
    request = await asked(jane)
    await office.gateway.post("/user/update", user_id=jane.user_id, max_budget=30.0)
    path = f"/requests/{request['id']}/approve"
    problem = assert_problem(await olga.post(path), 409, "conflict", param="current_budget")
    assert (problem["previous_budget"], problem["current_budget"]) == (25.0, 30.0)
    assert await budget(jane) == 30.0
    assert (await approve(olga, request, current_budget=30.0))["state"] == "approved"


async def test_a_request_without_a_decision_expires(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    request = await asked(jane)
    office.clock.by = timedelta(days=14)
    olga = await desk.sign_in(olga.user_id)
    results = await asyncio.gather(olga.post(f"/requests/{request['id']}/approve"), office.settle(desk))
    assert_problem(results[0], 409, "conflict")
    jane = await desk.sign_in(jane.user_id)
    assert (await jane.read("/requests"))[0]["state"] == "expired"
    assert await budget(jane) == 25.0


async def test_a_person_withdraws_a_request(jane: Visitor, olga: Visitor) -> None:
    request = await asked(jane)
    assert_problem(await olga.post(f"/requests/{request['id']}/withdraw"), 404, "not-found")
    answer = await jane.post(f"/requests/{request['id']}/withdraw")
    assert answer.json()["state"] == "withdrawn"
    assert_problem(await olga.post(f"/requests/{request['id']}/approve"), 409, "conflict")


async def test_requests_of_others_do_not_exist(desk: Desk, office: Office, jane: Visitor) -> None:
    bob = await office.person(desk, "bob")
    request = await asked(jane)
    assert await bob.read("/requests") == []
    assert await bob.read("/requests/to_decide") == []
    assert_problem(await bob.get(f"/requests/{request['id']}"), 404, "not-found")
    for what, body in (("withdraw", {}), ("approve", {}), ("decline", {"reason": "No"})):
        assert_problem(await bob.post(f"/requests/{request['id']}/{what}", **body), 404, "not-found")
    issued = await jane.issue(unique("laptop"))
    answer = await bob.post(
        "/requests", kind="key_budget", key_id=issued["token"], max_budget=9.0, reason="Mine"
    )
    assert_problem(answer, 404, "not-found")


async def test_the_request_of_a_person_who_left_is_not_approved(office: Office, scene: Scene) -> None:
    async with office.open() as desk:
        request = await asked(await office.person(desk, "jane"))
    people = directory(scene, "olga", "carol")["people"]
    gone = {"people": [entry for entry in people if entry["ref"] != scene.ref("jane")]}
    async with office.open(directory=gone) as desk:
        olga = await office.person(desk, "olga")
        assert_problem(await olga.post(f"/requests/{request['id']}/approve"), 409, "conflict")
        answer = await olga.post(f"/requests/{request['id']}/decline", reason="Left")
        assert answer.json()["decision_reason"] == "Left"


async def test_every_step_is_in_the_audit_log(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    request = await asked(jane, until=tomorrow(office))
    await approve(olga, request)
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    reader = desk.app.state.services.audit_reader
    found = await reader.page(Filter(object_id=request["id"]), 1, 20)
    steps = [(entry.action, entry.changed_by, entry.outcome) for entry in reversed(found.audit_logs)]
    assert steps == [
        ("requested", ref_of(jane), "succeeded"),
        ("approved", ref_of(olga), "succeeded"),
        ("grant_ended", "keydesk", "succeeded"),
    ]


async def test_requests_are_off_by_default(office: Office) -> None:
    async with office.open(requests={}) as desk:
        jane = await office.person(desk, "jane")
        assert_problem(await jane.get("/requests"), 404, "not-found")
        answer = await jane.post("/requests", kind="account_budget", max_budget=60.0, reason="A project")
        assert_problem(answer, 404, "not-found")
