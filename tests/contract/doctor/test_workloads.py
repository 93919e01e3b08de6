"""What the doctor and `keydesk config check` say of rules for jobs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keydesk.container.resources import Resources
from keydesk.doctor.oidc import issuers_of
from keydesk.doctor.workloads import check_workloads, unknown_teams_of
from keydesk.kit.clock import utc_now
from keydesk.settings import Settings
from tests.support.desk.configuring import Surroundings
from tests.support.peers.commands import run_command
from tests.support.peers.server import running_server
from tests.support.peers.workload_issuer import WorkloadIssuer
from tests.support.upstream.address import Upstream
from tests.support.upstream.making import Maker

pytestmark = pytest.mark.anyio
GITHUB = "https://token.actions.githubusercontent.com"


@pytest.fixture
def issuer() -> Iterator[WorkloadIssuer]:
    with running_server() as server:
        yield WorkloadIssuer(server)


def settings_with(upstream: Upstream, *rules: dict[str, Any]) -> Settings:
    return Surroundings(upstream, "sqlite:///unused.db").settings(workloads=list(rules))


async def findings(settings: Settings) -> list[str]:
    resources = Resources(settings, utc_now)
    async with resources.closing:
        return [f"{each.check}: {each.detail}" async for each in check_workloads(resources)]


async def test_good_rules_are_counted(upstream: Upstream, issuer: WorkloadIssuer, make: Maker) -> None:
    team = await make.team()
    keys = issuer.rule(team.team_id, jwks_uri=f"{issuer.issuer}/keys")
    found = await findings(
        settings_with(
            upstream, keys, issuer.rule(team.team_id, jwks_uri=keys["jwks_uri"]) | {"audience": "x"}
        )
    )
    assert found == [f"keys of {issuer.issuer}: 1 valid", "workloads: 2 rules"]
    assert await findings(settings_with(upstream)) == []


async def test_problems_of_rules_are_found(upstream: Upstream, issuer: WorkloadIssuer) -> None:
    lost = issuer.rule("no-such-team", jwks_uri=f"{issuer.issuer}/lost")
    wide = issuer.rule("no-such-team", issuer=GITHUB, claims={"repository": "acme/shop"})
    settings = settings_with(upstream, lost, wide)
    assert await findings(settings) == [
        f"keys of {issuer.issuer}: cannot be used: status 404",
        f"workloads: workloads[1]: all branches and pull requests of the repository match the rule {wide['name']}",
        "workloads: workloads[0].team: LiteLLM has no team with this id",
        "workloads: workloads[1].team: LiteLLM has no team with this id",
    ]
    assert issuers_of(settings)[GITHUB][0] == "workloads[1].issuer"
    assert issuer.issuer not in issuers_of(settings)


async def test_the_check_of_a_configuration_warns_about_an_unknown_team(
    upstream: Upstream, issuer: WorkloadIssuer, tmp_path: Path
) -> None:
    file, rule = tmp_path / "keydesk.yaml", issuer.rule("no-such-team")
    rule["maxBudget"] = rule.pop("max_budget")
    litellm = {"baseUrl": upstream.url, "masterKey": upstream.master_key}
    file.write_text(json.dumps({"litellm": litellm, "demo": {"enabled": True}, "workloads": [rule]}))
    checked = run_command("config", "check", "--config", str(file))
    assert checked.returncode == 0
    assert checked.stderr == "Warning: workloads[0].team: LiteLLM has no team with this id\n"


async def test_without_litellm_nothing_is_said_of_teams(issuer: WorkloadIssuer) -> None:
    away = Upstream("sandbox", "http://127.0.0.1:9", "sk-nothing")
    assert await unknown_teams_of(settings_with(away, issuer.rule("team-1"))) == []
