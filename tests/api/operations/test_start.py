"""What Keydesk logs at startup if LiteLLM cannot be used, and the suggested fix."""

from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import open_desk
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.sandbox import sandbox_at

pytestmark = pytest.mark.anyio


async def remedy_in_log(upstream: Upstream, folder: Path) -> str:
    settings = Surroundings(upstream, f"sqlite:///{folder / 'keydesk.db'}").settings(
        cache={"fresh_seconds": 30.0}
    )
    with capture_logs() as lines:

        async def remedies() -> list[str]:
            return [
                str(line["remedy"]) for line in lines if str(line["event"]).startswith("litellm_unavailable")
            ]

        async with open_desk(settings):
            return (await eventually(remedies, bool))[0]


async def test_a_wrong_master_key_is_reported(tmp_path: Path) -> None:
    with sandbox_at(tmp_path) as sandbox:
        remedy = await remedy_in_log(replace(sandbox, master_key="sk-wrong-master-key"), tmp_path)
    assert "litellm.masterKey" in remedy
    assert "sk-wrong" not in remedy


async def test_an_unreachable_litellm_is_reported_with_its_url(tmp_path: Path) -> None:
    remedy = await remedy_in_log(Upstream("away", "http://127.0.0.1:9", "sk-any-master-key"), tmp_path)
    assert "litellm.baseUrl, http://127.0.0.1:9, is its address" in remedy
