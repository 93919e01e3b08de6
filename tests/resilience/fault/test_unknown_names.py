"""Host names of LiteLLM and the catalog that do not resolve are handled like refused connections."""

from pathlib import Path

import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import open_desk
from tests.support.desk.problems import assert_problem
from tests.support.peers.backstage import CATALOG_TOKEN
from tests.support.upstream.address import Upstream

pytestmark = pytest.mark.anyio

NAMES = {"is nobody's": "http://keydesk-nobody.invalid", "is no name": f"http://{'x' * 64}.invalid"}
"""`.invalid` never resolves (RFC 6761). A label has at most 63 characters."""
SLUGS = {502: "upstream-unreachable", 503: "upstream-busy"}


@pytest.mark.parametrize("url", NAMES.values(), ids=NAMES)
async def test_litellm_with_an_unknown_name(tmp_path: Path, url: str) -> None:
    around = Surroundings(Upstream("nobody", url, "sk-nobody"), f"sqlite:///{tmp_path / 'keydesk.db'}")
    jane = around.troupe.next_scene().user_id("jane")
    async with open_desk(around.settings()) as desk:
        visitor = await desk.sign_in(jane)
        for answer in (
            await visitor.get("/user/info"),
            await visitor.get("/models"),
            await visitor.post("/keys/generate", alias="laptop", max_budget=1.0),
        ):
            assert_problem(answer, answer.status_code, SLUGS[answer.status_code])
            assert ".invalid" not in answer.text
        assert (await visitor.read("/health/ready"))["status"] == "degraded"


@pytest.mark.parametrize("url", NAMES.values(), ids=NAMES)
async def test_the_catalog_with_an_unknown_name(sandbox: Upstream, tmp_path: Path, url: str) -> None:
    around = Surroundings(sandbox, f"sqlite:///{tmp_path / 'keydesk.db'}")
    directory = {"people": [], "backstage": {"base_url": url, "token": CATALOG_TOKEN}}
    async with open_desk(around.settings(directory=directory)) as desk:
        token = desk.app.state.services.demo_tokens.issue("user:default/jane")
        answer = await desk.stranger(token).get("/user/info")
        assert_problem(answer, 503, "directory-unavailable")
        assert ".invalid" not in answer.text
