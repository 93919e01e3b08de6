"""Limits of requests and tokens per minute for completions. No test waits for a minute."""

import pytest

from tests.support.upstream.gateway import Answer, Gateway
from tests.support.upstream.making import Maker

pytestmark = pytest.mark.anyio


def throttled(answer: Answer, limit: str) -> bool:
    """Return whether a rate limit refused the call with a time to retry."""
    error = answer.error
    return (
        (answer.status, error["type"], error["code"]) == (429, "throttling_error", "429")
        and f"Limit type: {limit}. Current limit: 1" in error["message"]
        and 0 < int(answer.headers["retry-after"]) <= 60
    )


@pytest.mark.since("1.108.14")
async def test_the_second_request_of_a_minute_is_refused(gateway: Gateway, make: Maker) -> None:
    key = await make.key(rpm_limit=1)
    assert (await gateway.chat(key.secret)).status == 200
    refusal = await gateway.chat(key.secret)
    assert throttled(refusal, "requests")
    assert refusal.error["message"].startswith(f"Rate limit exceeded for api_key: {key.token}.")


@pytest.mark.since("1.108.14")
async def test_a_request_with_more_tokens_than_the_limit_is_refused(gateway: Gateway, make: Maker) -> None:
    key = await make.key(tpm_limit=1)
    assert throttled(await gateway.chat(key.secret), "tokens")


@pytest.mark.since("1.109.1", partly=True)
async def test_metadata_can_limit_one_model(gateway: Gateway, make: Maker) -> None:
    key = await make.key(metadata={"model_rpm_limit": {"gpt-4o-mini": 1}})
    assert (await gateway.chat(key.secret)).status == 200
    assert throttled(await gateway.chat(key.secret), "requests")
    assert (await gateway.chat(key.secret, "gpt-4o")).status == 200
