"""The documented jobs run as they are printed, on a runner and an issuer of the tests."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from keydesk.server.serving import free_port
from keydesk.settings import WorkloadRule
from tests.architecture.markdown_files import DOCS
from tests.support.desk.office import office_of
from tests.support.peers.keydesk import running_keydesk
from tests.support.peers.server import running_server
from tests.support.peers.workload_issuer import REQUEST_TOKEN, WorkloadIssuer
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import maker_on

pytestmark = [pytest.mark.anyio, pytest.mark.long]
PAGE = DOCS / "how-to" / "ci.md"
DOCUMENTED_ADDRESS = "https://keys.example.com"
REVIEW = """
import json, os, sys, urllib.request
key = os.environ["OPENAI_API_KEY"]
assert key == os.environ["ANTHROPIC_AUTH_TOKEN"] and "ANTHROPIC_API_KEY" not in os.environ
assert os.environ["OPENAI_BASE_URL"] == os.environ["ANTHROPIC_BASE_URL"] + "/v1"
body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello"}]}
request = urllib.request.Request(
    os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(),
    {"Authorization": "Bearer " + key, "Content-Type": "application/json"},
)
print("answered", json.load(urllib.request.urlopen(request))["object"])
sys.exit(int(os.environ.get("REVIEW_STATUS", "0")))
"""


def printed(title: str) -> Any:
    """Return the YAML with this title on the page."""
    text = PAGE.read_text().partition(f'```yaml title="{title}"\n')[2].partition("```")[0]
    return yaml.safe_load(text)


def rules() -> list[dict[str, Any]]:
    """Return the documented rules."""
    found: list[dict[str, Any]] = yaml.safe_load(
        PAGE.read_text().partition("```yaml\n")[2].partition("```")[0]
    )["workloads"]
    return found


@dataclass(frozen=True)
class Runner:
    """A runner with `keydesk` in its path. `folder` is the checkout of the repository."""

    issuer: WorkloadIssuer
    folder: Path
    keydesk: str
    environment: dict[str, str] = field(default_factory=dict)

    def runs(self, line: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run one line of a job like GitHub's `shell: bash`, in an environment with nothing of ours."""
        base = {"PATH": f"{self.folder}:{os.environ['PATH']}", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
        return subprocess.run(  # noqa: S603 - the documented line
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", line],
            cwd=self.folder,
            env=base
            | {"HOME": str(self.folder), "KEYDESK_URL": self.keydesk}
            | self.environment
            | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def variables_of_github(self, job: dict[str, Any]) -> dict[str, str]:
        """Return the variables that a runner sets. Without the permission, a job cannot ask for a token."""
        granted = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": self.issuer.request_url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        }
        may_ask = job["permissions"].get("id-token") == "write"
        github = {"GITHUB_ACTIONS": "true", "GITHUB_ENV": str(self.folder / "github-env"), "CI": "true"}
        return github | (granted if may_ask else {})

    def runs_job(self, job: dict[str, Any], steps: list[dict[str, str]]) -> list[str]:
        """Run the steps of a job of GitHub Actions, which must succeed. Return what each printed."""
        assert job["env"]["KEYDESK_URL"] == DOCUMENTED_ADDRESS
        said, file = [], self.folder / "github-env"
        file.touch()
        for step in steps:
            if "uses" in step or step["run"] == "pip install keydesk":
                continue
            later = dict(line.split("=", 1) for line in file.read_text().splitlines())
            ended = self.runs(step["run"], **self.variables_of_github(job), **later)
            assert ended.returncode == 0, ended.stderr
            said.append(ended.stdout + ended.stderr)
        return said


@pytest.fixture(scope="module")
def issuer() -> Iterator[WorkloadIssuer]:
    with running_server() as server:
        yield WorkloadIssuer(server)


@pytest.fixture(scope="module")
async def keydesk(
    sandbox: Upstream, issuer: WorkloadIssuer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[str]:
    """A Keydesk with the documented rules. Only their addresses and their team are others."""
    folder, port = tmp_path_factory.mktemp("keydesk"), free_port("127.0.0.1", 0)
    office, address = office_of(sandbox, f"sqlite:///{folder}/keydesk.db", folder), f"http://127.0.0.1:{port}"
    async with gateway_of(sandbox) as gateway, maker_on(gateway) as make:
        team = await make.team(models=["gpt-4o", "gpt-4o-mini"])
        here = {"issuer": issuer.issuer, "audience": address, "team": team.team_id, "jwksUri": None}
        content = json.loads(office.config.read_text())
        content["workloads"] = [rule | here for rule in rules()]
        office.config.write_text(json.dumps(content))
        with running_keydesk(office.config, port, office.environment) as running:
            yield running


@pytest.fixture
def runner(issuer: WorkloadIssuer, keydesk: str, tmp_path: Path) -> Runner:
    (tmp_path / "review.py").write_text(REVIEW)
    (tmp_path / "reports.py").write_text(REVIEW)
    for name, command in (("keydesk", "-m keydesk"), ("python", "")):
        shim = tmp_path / name
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" {command} "$@"\n')
        shim.chmod(0o755)
    return Runner(issuer, tmp_path, keydesk)


async def test_the_documented_rules_are_for_the_real_issuers() -> None:
    issuers = [WorkloadRule.model_validate(rule).issuer for rule in rules()]
    assert issuers[:2] == ["https://token.actions.githubusercontent.com", "https://gitlab.com"]


async def test_the_job_of_github_runs_its_command_with_a_key(runner: Runner) -> None:
    job = printed(".github/workflows/review.yml")["jobs"]["review"]
    (said,) = runner.runs_job(job, job["steps"])
    assert "answered chat.completion" in said
    (line,) = [line for line in said.splitlines() if "sk-" in line]
    assert line.startswith("::add-mask::sk-"), "the key is only where GitHub learns to hide it"


async def test_later_steps_of_github_have_the_key(runner: Runner) -> None:
    job = printed(".github/workflows/review.yml")["jobs"]["review"]
    first, second = runner.runs_job(job, printed("steps of the job"))
    assert "a key that expires in 60 minutes" in first
    assert "answered chat.completion" in second


async def test_a_job_without_the_permission_learns_what_to_do(runner: Runner) -> None:
    job = printed(".github/workflows/review.yml")["jobs"]["review"] | {"permissions": {"contents": "read"}}
    ended = runner.runs("keydesk ci -- python review.py", **runner.variables_of_github(job))
    assert ended.returncode == 1
    assert "id-token: write" in ended.stderr


@pytest.mark.parametrize("changes", [{"repository": "acme/other"}, {"ref": "refs/pull/7/merge"}])
async def test_a_job_of_another_repository_or_branch_is_refused(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str]
) -> None:
    monkeypatch.setattr(runner.issuer, "claims", runner.issuer.claims | changes)
    job = printed(".github/workflows/review.yml")["jobs"]["review"]
    ended = runner.runs(job["steps"][-1]["run"], **runner.variables_of_github(job))
    assert ended.returncode == 1
    assert "No rule for workloads accepts this token" in ended.stderr
    assert "answered" not in ended.stdout


async def test_the_job_of_gitlab_runs_its_command_with_a_key(runner: Runner) -> None:
    job = printed(".gitlab-ci.yml")["review"]
    ((variable, wanted),) = job["id_tokens"].items()
    assert wanted["aud"] == job["variables"]["KEYDESK_URL"] == DOCUMENTED_ADDRESS
    gitlab = {"project_path": "acme/till", "ref_type": "branch", "ref": "main", "ref_protected": "true"}
    token = runner.issuer.token(runner.keydesk, **gitlab, job_id="99")
    ended = runner.runs(job["script"][-1], **{variable: token})
    assert (ended.returncode, ended.stdout) == (0, "answered chat.completion\n"), ended.stderr
    again = runner.runs(job["script"][-1], **{variable: token})
    assert again.returncode == 1
    assert "used before" in again.stderr


async def test_the_job_of_kubernetes_runs_its_command_with_a_key(runner: Runner) -> None:
    pod = printed("reports.yaml")["spec"]["template"]["spec"]
    (container,), (volume,) = pod["containers"], pod["volumes"]
    (source,) = volume["projected"]["sources"]
    mount, wanted = container["volumeMounts"][0]["mountPath"], source["serviceAccountToken"]
    assert f"{mount}/{wanted['path']}" == "/var/run/secrets/keydesk/token"
    assert wanted["audience"] == container["env"][0]["value"] == DOCUMENTED_ADDRESS
    claims = {
        "sub": f"system:serviceaccount:shop:{pod['serviceAccountName']}",
        "kubernetes.io": {"namespace": "shop", "pod": {"name": "reports-x7"}},
        "repository": None,
    }
    file = runner.folder / "token"
    file.write_text(runner.issuer.token(runner.keydesk, **claims) + "\n")
    command = container["command"]
    ended = runner.runs(" ".join(["keydesk ci --token-file", str(file), *command[2:]]))
    assert (ended.returncode, ended.stdout) == (0, "answered chat.completion\n"), ended.stderr


async def test_the_exit_status_of_the_command_is_the_one_of_the_job(runner: Runner) -> None:
    job = printed(".github/workflows/review.yml")["jobs"]["review"]
    variables = runner.variables_of_github(job) | {"REVIEW_STATUS": "7", "ANTHROPIC_API_KEY": "sk-ant-old"}
    assert runner.runs("keydesk ci -- python review.py", **variables).returncode == 7


async def test_the_key_is_printed_alone(runner: Runner) -> None:
    job = printed(".github/workflows/review.yml")["jobs"]["review"]
    variables = runner.variables_of_github(job)
    ended = runner.runs("keydesk ci", **variables)
    assert ended.stdout.startswith("sk-")
    assert ended.stdout.count("\n") == 1
    found = json.loads(runner.runs("keydesk ci --json", **variables).stdout)
    assert (found["expires_in"], found["alias"].rpartition("-")[0]) == (3600, "ci-shop-main-4711-1")
