"""How the command line reads the answer of a gateway, whole or broken, and what it costs."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from keydesk.cli.trial import Cost
from keydesk.cli.try_model import exact_usd, summary, write_safely
from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.gateway import Gateway, GatewayRefused, Used
from keydesk.kit.http_client import HttpClient

pytestmark = pytest.mark.anyio

Serving = Callable[[httpx2.Response | Exception], Gateway]
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


@pytest.fixture
async def serving() -> AsyncIterator[Serving]:
    """A gateway that answers every request like this."""
    clients: list[HttpClient] = []

    def gateway(answer: httpx2.Response | Exception) -> Gateway:
        def handler(request: httpx2.Request) -> httpx2.Response:
            assert str(request.url) == "https://llm.example.com/v1/chat/completions"
            assert request.headers["x-litellm-include-cost-in-streaming-usage"] == "true"
            if isinstance(answer, Exception):
                raise answer
            return answer

        clients.append(HttpClient(transport=httpx2.MockTransport(handler)))
        return Gateway("https://llm.example.com/", clients[-1])

    yield gateway
    for each in clients:
        await each.aclose()


def stream(*events: Any, **headers: str) -> httpx2.Response:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in events]
    text = "".join(f"data: {line}\n\n" for line in lines)
    return httpx2.Response(200, text=text, headers={"Content-Type": "text/event-stream", **headers})


def piece(text: str | None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}}]}


async def test_an_answer_is_passed_on_in_pieces(serving: Serving) -> None:
    said: list[str] = []
    events = [
        piece("Hel"),
        piece(None),
        {"choices": [{"delta": None}]},
        piece("lo"),
        {"usage": USAGE},
        "[DONE]",
    ]
    used = await serving(stream(*events, piece("after the end"))).answer("sk-x", "m", "hi", said.append)
    assert "".join(said) == "Hello"
    assert used == Used(3, 2)


@pytest.mark.parametrize(
    ("usage", "header", "cost"),
    [
        ({**USAGE, "cost": 0.25}, "0.5", 0.25),
        (USAGE, "0.5", 0.5),
        (USAGE, "0.0", None),
        (USAGE, "None", None),
    ],
)
async def test_where_the_cost_comes_from(
    serving: Serving, usage: dict[str, Any], header: str, cost: float | None
) -> None:
    answer = stream({"choices": [], "usage": usage}, **{"x-litellm-response-cost": header})
    assert await serving(answer).answer("sk-x", "m", "hi", print) == Used(3, 2, cost)


async def test_a_gateway_that_reports_nothing(serving: Serving) -> None:
    assert await serving(stream(piece("x"))).answer("sk-x", "m", "hi", lambda _: None) is None


REFUSAL = {"error": {"message": "No, because", "type": "auth_error", "code": "401"}}


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (httpx2.Response(401, json=REFUSAL), GatewayRefused, "status 401"),
        (stream(piece("x"), REFUSAL), GatewayRefused, "status 401"),
        (stream({"error": {"message": None}}), GatewayRefused, "status 500"),
        (httpx2.Response(502, text="<h1>Bad gateway</h1>"), GatewayRefused, "status 502"),
        (httpx2.Response(200, json={"choices": []}), ClientError, "not answer like a gateway"),
        (httpx2.Response(302, headers={"Location": "/sign-in"}), ClientError, "not answer like a gateway"),
        (stream("no JSON"), ClientError, "cannot be read"),
        (stream(["no", "object"]), ClientError, "cannot be read"),
        (stream({"choices": "x"}), ClientError, "cannot be read"),
        (httpx2.ConnectError("refused"), Unavailable, "cannot be reached"),
        (httpx2.ReadTimeout("slow"), Unavailable, "in time"),
    ],
    ids=str,
)
async def test_failures(serving: Serving, answer: Any, error: type[ClientError], text: str) -> None:
    with pytest.raises(error, match=text) as raised:
        await serving(answer).answer("sk-canary", "m", "hi", lambda _: None)
    assert "canary" not in str(raised.value)


def test_the_summary_says_when_it_is_an_estimate() -> None:
    used = Used(1_200, 3)
    assert summary(used, Cost(0.5, is_estimate=False)) == "1,200 input and 3 output tokens, $0.5."
    assert "about $0.5 (an estimate" in summary(used, Cost(0.5, is_estimate=True))
    assert "no price" in summary(used, Cost(None, is_estimate=True))
    assert "did not report" in summary(None, Cost(None, is_estimate=False))


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0.0, "$0.00"), (0.0000012345, "$0.00000123"), (0.0305, "$0.0305"), (1234.5, "$1,234.50")],
)
def test_small_amounts_are_not_rounded_away(amount: float, text: str) -> None:
    assert exact_usd(amount) == text


def test_an_answer_cannot_control_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    write_safely("a\x1b[31m\tb\n\x9bc \U0001f469\u200d\U0001f680")
    assert capsys.readouterr().out == "a[31m\tb\nc \U0001f469\u200d\U0001f680"
