"""Refused calls, including some management calls, count as requests of their key's owner without cost."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import MODEL_REFUSED, Answer, Gateway
from tests.support.upstream.making import Maker, Person
from tests.support.upstream.reading import today
from tests.support.upstream.usage import activity

pytestmark = pytest.mark.anyio

PATH = "/user/daily/activity"


@dataclass(frozen=True)
class Mishaps:
    """The activity of a person whose model call and whose management call were refused."""

    person: Person
    answer: Answer

    @property
    def day(self) -> dict[str, Any]:
        found: dict[str, Any] = self.answer.body["results"][0]
        return found


@pytest.fixture(scope="module")
async def mishaps(gateway: Gateway, make_for_module: Maker) -> Mishaps:
    person = await make_for_module.person(models=["gpt-4o-mini"])
    key = await make_for_module.key(person, key_type="default")
    assert (await gateway.chat(key.secret, "gpt-4o")).status in MODEL_REFUSED
    prying = await gateway.get("/user/info", credential=key.secret, user_id="default_user_id")
    assert prying.status == 403

    async def shown() -> Answer:
        return await activity(gateway, PATH, start_date=today(), end_date=today(), user_id=person.user_id)

    try:
        seen = await eventually(shown, lambda answer: answer.body["metadata"]["total_failed_requests"] >= 2)
    except AssertionError:
        seen = (
            await shown()
        )  # Release 1.84 does not count refused calls. The marks of the tests say which releases do.
    return Mishaps(person, seen)


@pytest.mark.since("1.108.14")
async def test_refused_calls_are_requests_that_cost_nothing(mishaps: Mishaps) -> None:
    counted = ("spend", "api_requests", "failed_requests", "successful_requests", "total_tokens")
    assert {name: mishaps.day["metrics"][name] for name in counted} == {
        "spend": 0.0,
        "api_requests": 2,
        "failed_requests": 2,
        "successful_requests": 0,
        "total_tokens": 0,
    }


@pytest.mark.since("1.108.14")
async def test_a_refused_model_call_counts_under_its_model(mishaps: Mishaps) -> None:
    found = mishaps.day["breakdown"]["models"]["openai/gpt-4o"]["metrics"]
    assert (found["failed_requests"], found["successful_requests"]) == (1, 0)


@pytest.mark.since("1.109.1")
async def test_a_refused_management_call_counts_under_an_unknown_model(mishaps: Mishaps) -> None:
    breakdown = mishaps.day["breakdown"]
    for found in (breakdown["models"]["unknown-model"], breakdown["model_groups"]["unknown-model-group"]):
        metrics = found["metrics"]
        assert (metrics["failed_requests"], metrics["successful_requests"]) == (1, 0)


async def test_calls_of_others_are_not_shown_to_the_owner_of_a_default_key(
    gateway: Gateway, make: Maker, mishaps: Mishaps
) -> None:
    spy = await make.key(await make.person(), key_type="default")
    answer = await gateway.get(
        PATH,
        credential=spy.secret,
        start_date=today(),
        end_date=today(),
        user_id=mishaps.person.user_id,
    )
    assert answer.status == 403
    assert answer.detail == {"error": "Non-admin users can only view their own spend data."}
