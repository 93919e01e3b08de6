"""`keydesk try`: an answer of the gateway with this machine's key, its cost, and why it was refused."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from keydesk.cli.trial import Cost, Trial
from keydesk.client.errors import ClientError, ExitStatus
from keydesk.client.files import write_private
from keydesk.client.gateway import Gateway, Used
from keydesk.client.key_file import key_file
from keydesk.client.machine_key import MachineKey, StoredKey
from keydesk.kit.http_client import HttpClient
from keydesk.litellm import token_hash_of
from tests.api.command_line.conftest import Laptop
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio


@dataclass
class Trier:
    """Jane tries models at the gateway itself."""

    trial: Trial
    gateway: Gateway
    said: list[str] = field(default_factory=list)

    async def tries(self, model: str) -> tuple[Used | None, Cost]:
        used = await self.trial.ask(self.gateway, model, "hello", self.said.append)
        return used, await self.trial.cost(used, model)

    async def is_refused(self, model: str) -> ClientError:
        with pytest.raises(ClientError) as refused:
            await self.tries(model)
        return refused.value


@pytest.fixture
async def trier(laptop: Laptop, sandbox: Upstream) -> AsyncIterator[Trier]:
    session = laptop.session(await laptop.sign_in().with_code())
    http = HttpClient()
    trial = Trial(session, laptop.server, MachineKey(laptop.home, session, laptop.http))
    yield Trier(trial, Gateway(sandbox.url, http))
    await http.aclose()


async def test_the_answer_and_its_cost(trier: Trier) -> None:
    used, cost = await trier.tries("gpt-4o-mini")
    assert "".join(trier.said)
    assert used is not None
    assert cost == Cost(used.cost, is_estimate=False)


async def test_an_estimate_is_made_of_the_prices(trier: Trier) -> None:
    used, exact = await trier.tries("gpt-4o-mini")
    assert used is not None
    estimate = await trier.trial.cost(Used(used.prompt_tokens, used.completion_tokens), "gpt-4o-mini")
    assert estimate.is_estimate
    assert estimate.usd == pytest.approx(exact.usd)
    assert await trier.trial.cost(Used(1, 1), "nobody-knows-it") == Cost(None, is_estimate=True)


async def test_a_model_that_the_key_may_not_use(trier: Trier, laptop: Laptop) -> None:
    await stores_key(trier, laptop, models=["gpt-4o-mini"])
    refused = await trier.is_refused("gpt-4o")
    assert str(refused) == ("The key, its team or its owner may not use this model. It can use: gpt-4o-mini.")


async def test_a_model_that_does_not_exist(trier: Trier) -> None:
    assert "no model with this name. It can use: " in str(await trier.is_refused("gpt-99"))


async def test_a_budget_that_is_used_up(trier: Trier, laptop: Laptop) -> None:
    await stores_key(trier, laptop, max_budget=0.000001)
    await trier.tries("gpt-4o-mini")
    refused = await trier.is_refused("gpt-4o-mini")
    assert str(refused) == "The budget of the key was used up. Run: keydesk budget"
    assert refused.status is ExitStatus.FAILED


async def test_a_key_that_was_deleted_at_the_gateway(trier: Trier, laptop: Laptop, sandbox: Upstream) -> None:
    """Keydesk remembers a key for a minute. The gateway knows immediately."""
    secret = await stores_key(trier, laptop)
    await trier.tries("gpt-4o-mini")
    async with gateway_of(sandbox) as gateway:
        await gateway.post("/key/delete", keys=[token_hash_of(secret)])
    assert "keydesk token --new" in str(await trier.is_refused("gpt-4o-mini"))


async def test_a_gateway_that_is_busy(trier: Trier, control: SandboxControl) -> None:
    with control.fault("/v1/chat/completions", error_rate=1, status=503):
        refused = await trier.is_refused("gpt-4o-mini")
    assert refused.status is ExitStatus.UNAVAILABLE


async def stores_key(trier: Trier, laptop: Laptop, **settings: Any) -> str:
    """Give the laptop a key with these settings, as if `keydesk token` had made it."""
    body = {"alias": unique("laptop"), "max_budget": 5.0} | settings
    issued = await trier.trial.session.post("/keys/generate", **body)
    stored = StoredKey(issued["key"], issued["token"], 2**40, 2**40)
    write_private(Path(key_file(str(laptop.home.folder), "default", "")), stored.dumped())
    return str(issued["key"])
