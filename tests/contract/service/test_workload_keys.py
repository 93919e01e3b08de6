"""Keys of jobs: a token of the platform is exchanged for a key of a team that ends by itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from keydesk.api.services import Services
from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.audit.policy import Filter
from keydesk.keys.owners import as_user
from tests.support.desk.desk import Desk
from tests.support.desk.managing import GRANTS, RULES, TeamOffice, people
from tests.support.desk.problems import assert_problem
from tests.support.peers.server import running_server
from tests.support.peers.workload_issuer import SUBJECT, WorkloadIssuer
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Team, token_of

pytestmark = pytest.mark.anyio
GRANT = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
}


@dataclass(frozen=True)
class Pipeline:
    """A repository whose main branch gets keys of a team."""

    desk: Desk
    issuer: WorkloadIssuer
    team: Team
    gateway: Gateway

    @property
    def services(self) -> Services:
        services: Services = self.desk.app.state.services
        return services

    async def sends(self, token: str | None = None, **fields: str) -> httpx2.Response:
        form = GRANT | {"subject_token": token or self.issuer.token()} | fields
        return await self.desk.http.post("/oauth/token", data=form)

    async def gets_a_key(self, token: str | None = None) -> dict[str, Any]:
        answer = await self.sends(token)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        found: dict[str, Any] = answer.json()
        return found

    async def refused(self, token: str | None = None, **fields: str) -> dict[str, Any]:
        answer = await self.sends(token, **fields)
        assert answer.status_code == 400, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def in_litellm(self, secret: str) -> dict[str, Any]:
        info: dict[str, Any] = (await self.gateway.get("/key/info", key=token_of(secret))).body["info"]
        return info


@pytest.fixture
def issuer() -> Iterator[WorkloadIssuer]:
    with running_server() as server:
        yield WorkloadIssuer(server)


@pytest.fixture
async def team(make: Maker) -> Team:
    return await make.team(models=["gpt-4o", "gpt-4o-mini"], max_budget=50.0)


async def opened(
    office: TeamOffice, issuer: WorkloadIssuer, team: Team, gateway: Gateway, *rules: dict[str, Any]
) -> AsyncIterator[Pipeline]:
    async with office.desk_with(workloads=list(rules)) as desk:
        yield Pipeline(desk, issuer, team, gateway)


@pytest.fixture
async def pipeline(
    office: TeamOffice, issuer: WorkloadIssuer, team: Team, gateway: Gateway
) -> AsyncIterator[Pipeline]:
    rule = issuer.rule(team.team_id, models=["gpt-4o", "premium-xl"], lifetime="30m", rpm_limit=60)
    async for each in opened(office, issuer, team, gateway, rule):
        yield each


async def test_a_job_gets_a_key_of_the_team(pipeline: Pipeline) -> None:
    key = await pipeline.gets_a_key()
    assert key["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert (key["token_type"], key["expires_in"], key["models"]) == ("Bearer", 1800, ["gpt-4o"])
    assert key["gateway"] == pipeline.desk.settings.litellm.base_url
    assert key["key_alias"].startswith("ci-shop-")
    assert "-4711-1-" in key["key_alias"]
    stored = await pipeline.in_litellm(key["access_token"])
    assert (stored["user_id"], stored["team_id"]) == (None, pipeline.team.team_id)
    assert (stored["max_budget"], stored["rpm_limit"], stored["models"]) == (2.0, 60, ["gpt-4o"])
    ends_in = datetime.fromisoformat(stored["expires"]) - datetime.now(UTC)
    assert timedelta(minutes=28) < ends_in < timedelta(minutes=31)
    assert (await pipeline.gateway.chat(key["access_token"], model="gpt-4o")).status == 200
    refused = await pipeline.gateway.chat(key["access_token"], model="gpt-4o-mini")
    assert refused.body["error"]["type"] == "key_model_access_denied"  # the status depends on the release
    assert (await pipeline.gateway.post("/key/generate", credential=key["access_token"])).status == 403


async def test_the_subject_is_in_the_metadata_and_in_the_audit_log(pipeline: Pipeline) -> None:
    key = await pipeline.gets_a_key()
    metadata = (await pipeline.in_litellm(key["access_token"]))["metadata"]
    assert metadata["keydesk_workload_subject"] == SUBJECT
    assert metadata["keydesk_workload_issuer"] == pipeline.issuer.issuer
    found = await pipeline.services.audit_reader.page(Filter(object_id=key["key_id"]), 1, 10)
    (entry,) = found.audit_logs
    rule = pipeline.desk.settings.workloads[0].name
    assert (entry.action, entry.changed_by, entry.outcome) == ("created", f"workload:{rule}", "succeeded")
    said = {"rule": rule, "issuer": pipeline.issuer.issuer, "subject": SUBJECT}
    assert (entry.updated_values or {})["workload"] == said
    assert key["access_token"] not in found.model_dump_json()


async def test_a_token_works_once(pipeline: Pipeline) -> None:
    token = pipeline.issuer.token()
    answers = await asyncio.gather(*(pipeline.sends(token) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    assert (await pipeline.refused(token))["error_description"] == "This token was used before."


@pytest.mark.parametrize(
    "claims",
    [
        {"repository": "evil/shop"},
        {"ref": "refs/heads/dev"},
        {"ref": "refs/pull/1/merge", "sub": "repo:acme/shop:pull_request"},
    ],
)
async def test_another_job_gets_nothing(pipeline: Pipeline, claims: dict[str, str]) -> None:
    refused = await pipeline.refused(pipeline.issuer.token(**claims))
    assert refused["error"] == "invalid_target"
    assert "No rule for workloads accepts this token" in refused["error_description"]
    assert await pipeline.services.keys.owned(as_user(pipeline.team.team_id)) == []


async def test_another_audience_or_issuer_gets_nothing(pipeline: Pipeline) -> None:
    for token in (
        pipeline.issuer.token("https://other.example.com"),
        pipeline.issuer.token(iss="https://evil.example.com"),
        "a.b.c",
    ):
        refused = await pipeline.refused(token)
        assert refused["error"] == "invalid_request"
        assert "not a valid token" in refused["error_description"]
    assert pipeline.issuer.fetched == 0


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "subject_token_type must be"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "requested_token_type"),
        ({"scope": "admin"}, "scope is not supported"),
        ({"max_budget": "1000"}, "max_budget is not supported"),
        ({"actor_token": "x"}, "actor_token is not supported"),
    ],
)
async def test_a_job_cannot_ask_for_more(pipeline: Pipeline, fields: dict[str, str], error: str) -> None:
    assert error in (await pipeline.refused(**fields))["error_description"]


async def test_the_number_of_live_keys_is_limited(
    office: TeamOffice, issuer: WorkloadIssuer, team: Team, gateway: Gateway
) -> None:
    rule = issuer.rule(
        team.team_id, claims={"repository": "acme/shop"}, max_live_keys=3, max_live_keys_per_subject=2
    )
    async for pipeline in opened(office, issuer, team, gateway, rule):
        answers = await asyncio.gather(*(pipeline.sends() for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 200, 400, 400]
        await pipeline.gets_a_key(issuer.token(sub="repo:acme/shop:ref:refs/heads/other"))
        token = issuer.token(sub="repo:acme/shop:ref:refs/heads/third")
        assert "Too many keys" in (await pipeline.refused(token))["error_description"]
        key_id = answers[[answer.status_code for answer in answers].index(200)].json()["key_id"]
        await pipeline.services.keys.store.remove(key_id)
        # A token that was refused for lack of room was not used up.
        await pipeline.gets_a_key(token)


async def test_a_team_that_does_not_exist_gets_nothing(
    office: TeamOffice, issuer: WorkloadIssuer, team: Team, gateway: Gateway
) -> None:
    async for pipeline in opened(office, issuer, team, gateway, issuer.rule("no-such-team")):
        refused = await pipeline.refused()
        assert refused["error"] == "invalid_target"
        assert "The team of the rule for this workload does not exist." in refused["error_description"]


async def test_models_beyond_the_team_are_left_out(
    office: TeamOffice, issuer: WorkloadIssuer, team: Team, gateway: Gateway
) -> None:
    outside = issuer.rule(team.team_id, models=["premium-xl"])
    async for pipeline in opened(office, issuer, team, gateway, outside):
        assert "No model is available" in (await pipeline.refused())["error_description"]
    everything = issuer.rule(team.team_id)
    async for pipeline in opened(office, issuer, team, gateway, everything):
        assert (await pipeline.gets_a_key())["models"] == []


async def test_expired_keys_are_deleted_and_nobody_gets_notices(pipeline: Pipeline) -> None:
    services, owner = pipeline.services, as_user(pipeline.team.team_id)
    key = await pipeline.gets_a_key()
    await services.workloads.prune.apply()
    assert len(await services.keys.owned(owner)) == 1, "it has not expired"
    page = await anext(services.apply_lifetimes.plan.pages())
    assert key["key_id"] not in page.service_keys
    now = datetime.now(UTC) + timedelta(minutes=29)
    owned = await services.keys.owned(owner)
    assert [*services.apply_lifetimes.notices.of_expirations(owned, now, page.service_keys)] == []
    assert key["key_id"] not in await services.service_keys.contacts.lacking()
    later = datetime.now(UTC) + timedelta(minutes=91)
    prune = services.workloads.prune
    assert await type(prune)(prune.keys, prune.store, lambda: later).apply() >= 1
    assert await services.keys.owned(owner) == []
    assert await services.keys.store.owner_of(key["key_id"]) is None
    found = await services.audit_reader.page(Filter(object_id=key["key_id"]), 1, 10)
    assert {(entry.action, entry.changed_by) for entry in found.audit_logs} >= {("deleted", SYSTEM_ACTOR)}


async def test_a_key_that_is_gone_in_litellm_is_forgotten(pipeline: Pipeline) -> None:
    key = await pipeline.gets_a_key()
    await pipeline.gateway.post("/key/delete", keys=[token_of(key["access_token"])])
    prune, later = pipeline.services.workloads.prune, datetime.now(UTC) + timedelta(minutes=91)
    await type(prune)(prune.keys, prune.store, lambda: later).apply()
    assert await pipeline.services.keys.store.owner_of(key["key_id"]) is None


async def test_admins_of_the_team_can_only_stop_the_key(
    office: TeamOffice, issuer: WorkloadIssuer, gateway: Gateway
) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
    rule = issuer.rule(team["team_id"])
    managed = {"litellm": {"team_admin": RULES}, "grants": GRANTS}
    directory = {"people": people(office.scene)}
    async with office.desk_with(workloads=[rule], directory=directory, **managed) as desk:
        olga = await office.person(desk, "olga")
        pipeline = Pipeline(desk, issuer, Team(team["team_id"], ""), gateway)
        key = await pipeline.gets_a_key()
        keys = f"/teams/{team['team_id']}/service-keys"
        here, jane = f"{keys}/{key['key_id']}", [office.scene.ref("jane")]
        (listed,) = await olga.read(keys)
        assert (listed["rule"], listed["contacts"], listed["is_managed"]) == (rule["name"], [], True)
        for answer in (
            await olga.patch(here, max_budget=500.0),
            await olga.post(f"{here}/extend", duration="30d"),
            await olga.post(f"{here}/rotate", overlap="0s"),
            await olga.put(f"{here}/contacts", contacts=jane),
        ):
            assert_problem(answer, 403, "policy-refused")
        # No call in between: in LiteLLM before 1.97, one that is counted after the block makes it an administrator's.
        assert (await olga.post(f"{here}/block")).status_code == 200
        assert (await olga.post(f"{here}/unblock")).status_code == 200
        assert await gateway.accepts(key["access_token"], "gpt-4o")
        assert (await olga.post(f"{here}/block")).status_code == 200
        assert not await gateway.accepts(key["access_token"], "gpt-4o")
        assert (await olga.delete(here)).status_code == 200
        assert await olga.read(keys) == []
