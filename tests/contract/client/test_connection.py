"""Health, the connected release, and a refused credential."""

import pytest
from pydantic import SecretStr

from keydesk.litellm import Capabilities, CredentialRefused, LiteLLM
from keydesk.litellm.releases import judge
from tests.support.upstream.address import Upstream
from tests.support.upstream.connecting import connect

pytestmark = pytest.mark.anyio


async def test_a_gateway_is_ready(client: LiteLLM) -> None:
    readiness = await client.health.readiness()
    assert (readiness.status, readiness.database) == ("healthy", "connected")


async def test_the_release_is_supported(client: LiteLLM, upstream: Upstream) -> None:
    release = await client.release()
    assert release.version == upstream.version
    assert (release.compromised, release.refusal) == (False, None)
    assert release.warnings == judge(upstream.version, None).warnings


async def test_the_release_has_all_required_capabilities(client: LiteLLM) -> None:
    capabilities = (await client.release()).capabilities
    wanted = Capabilities(**dict.fromkeys(Capabilities.model_fields, True))
    differing = {name for name, has in capabilities if has is not getattr(wanted, name)}
    assert differing <= {"aggregated_team_activity"}


@pytest.mark.since("1.108.14")
async def test_the_release_has_all_capabilities_that_keydesk_uses(client: LiteLLM) -> None:
    capabilities = (await client.release()).capabilities
    assert capabilities == Capabilities(**dict.fromkeys(Capabilities.model_fields, True))


async def test_a_wrong_master_key_is_refused_and_not_repeated(upstream: Upstream) -> None:
    wrong = "sk-not-the-master-key"
    async with connect(upstream, master_key=SecretStr(wrong)) as client:
        with pytest.raises(CredentialRefused) as refusal:
            await client.users.get("anybody")
        assert wrong not in repr(client)
    assert refusal.value.status == 401
    assert wrong not in str(refusal.value)
