"""The exchange of tokens of jobs, where LiteLLM or the issuer is away and where nobody signs in."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, open_desk
from tests.support.desk.later import Later
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.peers.server import Server, running_server
from tests.support.peers.workload_issuer import WorkloadIssuer
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import maker_on

pytestmark = [pytest.mark.anyio, pytest.mark.long]
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange"
METADATA = "/.well-known/oauth-authorization-server"


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture
def issuer(server: Server) -> WorkloadIssuer:
    return WorkloadIssuer(server)


@pytest.fixture
async def team_id(sandbox: Upstream) -> AsyncIterator[str]:
    async with gateway_of(sandbox) as gateway, maker_on(gateway) as make:
        yield (await make.team()).team_id


@asynccontextmanager
async def desk_for(surroundings: Surroundings, *rules: dict[str, Any], **more: Any) -> AsyncIterator[Desk]:
    async with open_desk(surroundings.settings(workloads=list(rules), **more)) as desk:
        yield desk


async def sent(desk: Desk, token: str) -> httpx2.Response:
    form = {"grant_type": GRANT_TYPE, "subject_token": token}
    form["subject_token_type"] = "urn:ietf:params:oauth:token-type:jwt"
    return await desk.http.post("/oauth/token", data=form)


async def test_an_unused_token_can_be_sent_again_after_an_outage(
    surroundings: Surroundings, issuer: WorkloadIssuer, team_id: str, control: SandboxControl
) -> None:
    async with desk_for(surroundings, issuer.rule(team_id)) as desk:
        token = issuer.token()
        with control.fault("/key/generate", error_rate=1.0):
            assert (await sent(desk, token)).status_code in {502, 503}
        assert (await sent(desk, token)).status_code == 200
        assert (await sent(desk, token)).status_code == 400


async def test_while_the_issuer_is_away_the_answer_says_when_to_try_again(
    surroundings: Surroundings, issuer: WorkloadIssuer, team_id: str, server: Server
) -> None:
    async with desk_for(surroundings, issuer.rule(team_id)) as desk:
        token = issuer.token()
        server.stop()
        answer = await sent(desk, token)
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
        server.start()


async def test_refused_tokens_are_limited_for_each_address(
    surroundings: Surroundings, issuer: WorkloadIssuer, team_id: str, clock: Later
) -> None:
    async with open_desk(surroundings.settings(workloads=[issuer.rule(team_id)]), clock) as desk:
        token = issuer.token()
        clock.stop()
        statuses = [(await sent(desk, "a.b.c")).status_code for _ in range(61)]
        assert (statuses[:60], statuses[60]) == ([400] * 60, 429)
        assert (await sent(desk, token)).status_code == 429


async def test_the_exchange_needs_no_sign_in_to_the_portal(
    surroundings: Surroundings, issuer: WorkloadIssuer, team_id: str
) -> None:
    machines = {"portal": {"machines": {"enabled": False}}}
    async with desk_for(surroundings, issuer.rule(team_id), **machines) as desk:
        assert (await sent(desk, issuer.token())).status_code == 200
        assert (await desk.http.get(METADATA)).status_code == 404
        form = {"client_id": "keydesk-cli", "grant_type": "refresh_token", "refresh_token": "x"}
        assert (await desk.http.post("/oauth/token", data=form)).status_code == 404


async def test_without_rules_the_grant_does_not_exist(surroundings: Surroundings) -> None:
    async with desk_for(surroundings) as desk:
        answer = await sent(desk, "a.b.c")
        assert (answer.status_code, answer.json()["error"]) == (
            400,
            "invalid_client",
        ) or answer.is_client_error
        assert GRANT_TYPE not in (await desk.http.get(METADATA)).json()["grant_types_supported"]


async def test_the_metadata_names_the_grant(
    surroundings: Surroundings, issuer: WorkloadIssuer, team_id: str
) -> None:
    async with desk_for(surroundings, issuer.rule(team_id)) as desk:
        assert GRANT_TYPE in (await desk.http.get(METADATA)).json()["grant_types_supported"]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (f"grant_type={GRANT_TYPE}&subject_token=a&subject_token=b", "there twice"),
        (f"grant_type={GRANT_TYPE}", "subject_token_type must be"),
        (
            f"grant_type={GRANT_TYPE}&subject_token_type=urn:ietf:params:oauth:token-type:jwt",
            "subject_token is required",
        ),
        ("grant_type=", "grant_type is required"),
    ],
)
async def test_a_malformed_form_is_refused(
    surroundings: Surroundings, issuer: WorkloadIssuer, team_id: str, content: str, error: str
) -> None:
    async with desk_for(surroundings, issuer.rule(team_id)) as desk:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await desk.http.post(
            "/oauth/token", content=content + "&client_id=keydesk-cli", headers=form
        )
        assert answer.status_code == 400
        assert error in answer.json()["error_description"]
