"""How LiteLLM's failures are reported to the caller. LiteLLM's own text is never passed on."""

from collections.abc import Iterator
from typing import Any

import pytest
import stamina

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

SOON = 0.6
"""The timeout of LiteLLM calls in seconds."""
BREAKER_LIMIT = 5


@pytest.fixture(autouse=True)
def _one_attempt() -> Iterator[None]:
    """Retries have their own tests. Here they would only open the circuit breaker sooner."""
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture(scope="module")
async def jane(desk: Desk, surroundings: Surroundings) -> Visitor:
    """One person with an account for all failures: each is one failed call between successful calls."""
    jane = await desk.sign_in(surroundings.troupe.next_scene().user_id("jane"))
    await jane.read("/user/info")
    return jane


FAILURES: dict[str, tuple[dict[str, Any], int, str]] = {
    "our credential is refused": ({"error_rate": 1, "status": 401}, 502, "upstream-refused"),
    "our credential may not": ({"error_rate": 1, "status": 403}, 502, "upstream-refused"),
    "it breaks": ({"error_rate": 1, "status": 500}, 502, "upstream-refused"),
    "a proxy's page": ({"error_rate": 1, "status": 503, "body": "html"}, 502, "upstream-refused"),
    "a proxy's not found": ({"error_rate": 1, "status": 404, "body": "html"}, 502, "upstream-refused"),
    "cut off": ({"error_rate": 1, "status": 500, "body": "truncated"}, 502, "upstream-refused"),
    "an error as 200": ({"error_rate": 1, "body": "ok_with_error"}, 502, "upstream-refused"),
    "an outage": ({"outage": "refuse"}, 502, "upstream-refused"),
    "too many calls": (
        {"error_rate": 1, "status": 429, "retry_after_seconds": 17},
        503,
        "upstream-busy",
    ),
}
READS = {
    "/user/info": "/v2/user/info",
    "/keys": "/key/list",
    "/models": "/model/info",
    "/usage": "/user/daily",
}


def assert_nothing_passed_on(text: str) -> None:
    for fragment in ("Fault of the sandbox", "sandbox_fault", "<html", "sk-", "litellm_proxy", "Traceback"):
        assert fragment not in text


@pytest.mark.parametrize(("fault", "status", "slug"), FAILURES.values(), ids=FAILURES.keys())
async def test_a_failed_read(
    jane: Visitor, control: SandboxControl, fault: dict[str, Any], status: int, slug: str
) -> None:
    with control.fault("/key/list", **fault):
        answer = await jane.get("/keys")
    assert_problem(answer, status, slug)
    assert_nothing_passed_on(answer.text)
    assert (await jane.get("/keys")).status_code == 200


@pytest.mark.parametrize(("fault", "status", "slug"), FAILURES.values(), ids=FAILURES.keys())
async def test_a_failed_change(
    jane: Visitor, control: SandboxControl, fault: dict[str, Any], status: int, slug: str
) -> None:
    with control.fault("/key/generate", **fault):
        control.forget()
        answer = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
        tried = control.writes()
    assert_problem(answer, status, slug)
    assert_nothing_passed_on(answer.text)
    assert tried == ["POST /key/generate"], "a change is never tried twice"


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (("GET", "/keys", "/key/list"), {"outage": "hang"}),
        (("GET", "/keys", "/key/list"), {"latency_seconds": 4 * SOON}),
        (("POST", "/keys/generate", "/key/generate"), {"outage": "hang"}),
    ],
    ids=["a read", "a late answer", "a change"],
)
async def test_a_request_times_out(
    desk_with: OpenDesk, as_person: SignIn, control: SandboxControl, call: tuple[str, str, str], fault: Any
) -> None:
    method, path, upstream_path = call
    async with desk_with(upstream={"timeout_seconds": SOON}) as impatient:
        jane = impatient.welcome(await as_person("jane"))
        with control.fault(upstream_path, **fault):
            answer = await jane.call(method, path, json={"alias": unique("a"), "max_budget": 1.0})
    assert_problem(answer, 504, "upstream-timed-out")


@pytest.mark.parametrize(("path", "upstream_path"), READS.items())
async def test_a_refused_master_key_is_reported_as_an_upstream_failure(
    jane: Visitor, control: SandboxControl, path: str, upstream_path: str
) -> None:
    """A 401 would make the browser sign the person out of Backstage."""
    with control.fault(upstream_path, error_rate=1, status=401):
        assert_problem(await jane.get(path), 502, "upstream-refused")


async def test_a_rate_limited_gateway_is_called_again_after_retry_after(
    jane: Visitor, control: SandboxControl
) -> None:
    with control.fault("/key/list", error_rate=1, status=429, retry_after_seconds=17):
        assert (await jane.get("/keys")).headers["retry-after"] == "17"


@pytest.mark.parametrize(
    ("upstream_status", "status", "slug"),
    [(400, 422, "invalid-request"), (422, 422, "invalid-request"), (409, 409, "conflict")],
)
async def test_a_rejected_value_keeps_its_meaning(
    jane: Visitor, control: SandboxControl, upstream_status: int, status: int, slug: str
) -> None:
    with control.fault("/key/generate", error_rate=1, status=upstream_status):
        answer = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
    assert_problem(answer, status, slug)
    assert_nothing_passed_on(answer.text)


async def test_a_key_deleted_upstream_is_not_found(jane: Visitor, control: SandboxControl) -> None:
    key_id = (await jane.issue(unique("laptop")))["token"]
    with control.fault("/key/block", error_rate=1, status=404):
        assert_problem(await jane.post(f"/keys/{key_id}/block"), 404, "not-found")


async def test_a_stopped_gateway_is_unreachable(desk_with: OpenDesk, sign_in: SignIn) -> None:
    async with desk_with(litellm={"base_url": "http://127.0.0.1:1"}) as alone:
        jane = alone.welcome(await sign_in("jane"))
        assert_problem(await jane.get("/user/info"), 502, "upstream-unreachable")


async def test_a_gateway_that_keeps_failing_is_not_called_for_a_while(
    desk_with: OpenDesk, sign_in: SignIn, control: SandboxControl
) -> None:
    async with desk_with() as desk:
        jane = desk.welcome(await sign_in("jane"))
        with control.fault(error_rate=1, status=500):
            for _ in range(BREAKER_LIMIT):
                await jane.get("/usage")
            control.forget()
            answers = [
                await jane.get("/usage"),
                await jane.post("/keys/generate", alias="a", max_budget=1.0),
            ]
            asked = control.calls()
    for answer in answers:
        assert_problem(answer, 503, "upstream-busy")
        assert 1 <= int(answer.headers["retry-after"]) <= 5
    assert asked == []


async def test_a_wrong_master_key_is_an_upstream_failure_until_it_is_corrected(
    desk_with: OpenDesk, sign_in: SignIn
) -> None:
    wrong = "sk-wrong-master-canary"
    async with desk_with(litellm={"master_key": wrong}) as misconfigured:
        jane = misconfigured.welcome(await sign_in("jane"))
        answer = await jane.get("/user/info")
    assert_problem(answer, 502, "upstream-refused")
    assert "canary" not in answer.text


async def test_routes_without_upstream_calls_work_without_the_gateway(
    jane: Visitor, control: SandboxControl
) -> None:
    with control.fault(outage="refuse"):
        assert (await jane.get("/config")).status_code == 200
        assert (await jane.get("/health")).status_code == 200
        assert (await jane.read("/health/ready"))["status"] == "degraded"
