"""Which calls are retried, after what delay, and with which effect on the circuit breaker."""

from datetime import UTC, datetime

import httpx2
import pytest

from keydesk.litellm import (
    Attempt,
    BreakerOpen,
    EnterpriseOnly,
    LiteLLMError,
    NewKey,
    NotFound,
    PoolExhausted,
    RateLimited,
    TimedOut,
    Unreachable,
    UpstreamFailed,
)
from keydesk.litellm.call import Call
from keydesk.litellm.rejections import retry_after_seconds, retry_rule
from tests.unit.litellm.gateway import GatewayStandIn, Reply, answer, refusal

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MODELS = "GET /model/info"
FINE = answer({"data": []})
READ = Call(method="GET", route="/key/list")
WRITE = Call(method="POST", route="/key/generate")


@pytest.mark.parametrize(
    "failure",
    [
        answer({}, 500),
        answer({}, 503),
        answer({}, 429),
        httpx2.ConnectError("refused"),
        httpx2.ReadError("reset"),
        httpx2.RemoteProtocolError("closed"),
        httpx2.ConnectTimeout("slow"),
        httpx2.ReadTimeout("slow"),
    ],
)
async def test_a_read_is_retried(litellm: GatewayStandIn, failure: Reply) -> None:
    litellm.on(MODELS, failure, failure, FINE)
    assert await litellm.connect().models.list() == []
    assert len(litellm.requests) == 3


async def test_the_last_failure_is_raised(litellm: GatewayStandIn) -> None:
    litellm.on(MODELS, answer({}, 500), answer({}, 503))
    with pytest.raises(UpstreamFailed) as raised:
        await litellm.connect(max_retries=1).models.list()
    assert raised.value.status == 503
    assert len(litellm.requests) == 2


@pytest.mark.parametrize(
    "refused",
    [
        answer({}, 400),
        answer({}, 401),
        answer({"detail": "Not Found"}, 404),
        answer({}, 409),
        answer({}, 422),
    ],
)
async def test_a_rejection_is_not_retried(litellm: GatewayStandIn, refused: httpx2.Response) -> None:
    litellm.on(MODELS, refused)
    with pytest.raises(LiteLLMError):
        await litellm.connect().models.list()
    assert len(litellm.requests) == 1


@pytest.mark.parametrize(
    "failure",
    [
        answer({}, 500),
        answer({}, 429),
        httpx2.ReadError("reset"),
        httpx2.ReadTimeout("slow"),
        httpx2.WriteError("x"),
    ],
)
async def test_a_write_that_may_have_arrived_is_not_retried(litellm: GatewayStandIn, failure: Reply) -> None:
    litellm.on("POST /key/generate", failure)
    with pytest.raises(LiteLLMError):
        await litellm.connect().keys.create(NewKey())
    assert len(litellm.requests) == 1


@pytest.mark.parametrize("failure", [httpx2.ConnectError("refused"), httpx2.ConnectTimeout("slow")])
async def test_a_write_that_was_not_sent_is_retried(litellm: GatewayStandIn, failure: Exception) -> None:
    litellm.on("POST /key/block", failure, answer({}))
    await litellm.connect().keys.block("hash")
    assert len(litellm.requests) == 2


async def test_a_full_connection_pool_is_not_retried(litellm: GatewayStandIn) -> None:
    litellm.on(MODELS, httpx2.PoolTimeout("full"))
    with pytest.raises(PoolExhausted):
        await litellm.connect().models.list()
    assert len(litellm.requests) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 -0000", 30.0),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds


@pytest.mark.parametrize(
    ("asked", "wait"),
    [(None, True), (0.0, 0.0), (4.0, 4.0), (10.0, 10.0), (10.1, False), (3600.0, False)],
)
def test_a_retry_waits_as_requested_or_fails_immediately(asked: float | None, wait: bool | float) -> None:
    rule = retry_rule(READ, longest_wait_seconds=10.0)
    for failure in (
        RateLimited(429, "", retry_after_seconds=asked),
        UpstreamFailed(503, "", retry_after_seconds=asked),
    ):
        assert rule(failure) is wait or rule(failure) == wait


@pytest.mark.parametrize(
    ("failure", "read", "write"),
    [
        (Unreachable("broke"), True, False),
        (Unreachable("refused", nothing_sent=True), True, True),
        (TimedOut("slow"), True, False),
        (TimedOut("no connection", nothing_sent=True), True, True),
        (PoolExhausted("full"), False, False),
        (UpstreamFailed(500, ""), True, False),
        (RateLimited(429, ""), True, False),
        (EnterpriseOnly(500, ""), False, False),
        (NotFound(404, ""), False, False),
        (BreakerOpen(1.0), False, False),
    ],
)
def test_reads_and_writes_have_separate_circuit_breakers(
    failure: LiteLLMError, read: bool, write: bool
) -> None:
    assert retry_rule(READ, 10.0)(failure) is read
    assert retry_rule(WRITE, 10.0)(failure) is write


async def test_a_long_retry_after_is_not_waited_for(litellm: GatewayStandIn) -> None:
    litellm.on(MODELS, answer({}, 429, {"retry-after": "3600"}))
    with pytest.raises(RateLimited) as raised:
        await litellm.connect().models.list()
    assert raised.value.retry_after_seconds == 3600
    assert len(litellm.requests) == 1


async def test_an_unreachable_gateway_is_not_called(litellm: GatewayStandIn) -> None:
    litellm.on(MODELS, answer({}, 500))
    gateway = litellm.connect(max_retries=0, breaker_failures=2)
    for _ in range(2):
        with pytest.raises(UpstreamFailed):
            await gateway.models.list()
    with pytest.raises(BreakerOpen):
        await gateway.models.list()
    assert len(litellm.requests) == 2


async def test_the_breaker_can_open_between_retries(litellm: GatewayStandIn) -> None:
    litellm.on(MODELS, httpx2.ConnectError("refused"))
    with pytest.raises(BreakerOpen):
        await litellm.connect(max_retries=5, breaker_failures=2).models.list()
    assert len(litellm.requests) == 2


@pytest.mark.parametrize(
    "refused",
    [
        answer({}, 400),
        answer({}, 401),
        answer({}, 429, {"retry-after": "60"}),
        refusal("Invalid duration format", 500),
        refusal("Regenerating Virtual Keys is an Enterprise feature", 500),
        httpx2.Response(404, html="<h1>?</h1>"),
        httpx2.PoolTimeout("full"),
    ],
)
async def test_errors_of_the_caller_do_not_count_as_failures(litellm: GatewayStandIn, refused: Reply) -> None:
    litellm.on(MODELS, refused)
    gateway = litellm.connect(breaker_failures=1)
    for _ in range(2):
        with pytest.raises(LiteLLMError):
            await gateway.models.list()
    assert len(litellm.requests) == 2


async def test_every_attempt_is_counted_by_its_route(litellm: GatewayStandIn) -> None:
    counted: list[Attempt] = []
    litellm.on(MODELS, httpx2.ReadError("reset"), answer({}, 503), FINE)
    gateway = litellm.connect(on_call=counted.append)
    await gateway.models.list()
    assert [(each.status, each.failure) for each in counted] == [
        (None, "Unreachable"),
        (503, None),
        (200, None),
    ]
    assert {(each.method, each.route) for each in counted} == {("GET", "/model/info")}
    assert all(each.seconds >= 0 for each in counted)
