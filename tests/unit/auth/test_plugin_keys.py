"""Every plugin has its own keys, and made-up plugins cannot drive traffic."""

import asyncio

import httpx2
import pytest
from anyio import wait_all_tasks_blocked

from keydesk.auth.plugin_keys import PluginKeys
from keydesk.kit.http_client import HttpClient
from keydesk.kit.problems import IdentityProviderUnavailable
from tests.unit.auth.backstage_stand_in import CONFIG, BackstageStandIn, plugin_keys_of
from tests.unit.auth.peers import Peers, StillClock
from tests.unit.auth.tokens import ec_key, published

pytestmark = pytest.mark.anyio

WITH_SCAFFOLDER = CONFIG.model_copy(update={"plugins": ("scaffolder",)})


@pytest.fixture
def plugins(backstage: BackstageStandIn, http_client: HttpClient, clock: StillClock) -> PluginKeys:
    backstage.peers.publish(plugin_keys_of("search"), published(ec_key("search-key")))
    return PluginKeys(CONFIG, http_client, clock)


async def test_each_plugin_has_its_own_keys(plugins: PluginKeys, peers: Peers) -> None:
    assert await plugins.find("scaffolder", "scaffolder-key-1")
    assert await plugins.find("search", "search-key")
    with pytest.raises(IdentityProviderUnavailable):
        await plugins.find("search", "scaffolder-key-1")
    assert peers.asked == [plugin_keys_of("scaffolder"), plugin_keys_of("search")]


async def test_a_plugin_that_does_not_exist_has_no_keys(plugins: PluginKeys) -> None:
    assert await plugins.find("made-up", "key") is None


async def _ask_for(plugins: PluginKeys, names: list[str]) -> list[str]:
    """Request a key of each plugin; the result is `none`, or the number of seconds to wait."""
    answers = []
    for name in names:
        try:
            assert await plugins.find(name, "key") is None
            answers.append("none")
        except IdentityProviderUnavailable as unavailable:
            answers.append(str(unavailable.retry_after_seconds))
    return answers


def _made_up(count: int) -> list[str]:
    return [f"made-up-{number}" for number in range(count)]


async def test_five_hundred_made_up_plugins_cause_twenty_calls_a_minute(
    plugins: PluginKeys, peers: Peers, clock: StillClock
) -> None:
    assert await _ask_for(plugins, _made_up(500)) == ["none"] * 20 + ["60"] * 480
    assert len(peers.asked) == 20

    clock.pass_by(seconds=61)
    assert await _ask_for(plugins, ["made-up-1000"]) == ["none"]
    assert len(peers.asked) == 21


async def test_an_unknown_plugin_is_looked_up_again_only_within_the_same_budget(
    plugins: PluginKeys, peers: Peers, clock: StillClock
) -> None:
    await _ask_for(plugins, _made_up(20))
    clock.pass_by(seconds=31)

    assert await _ask_for(plugins, ["made-up-0"]) == ["5"]
    assert len(peers.asked) == 20


async def test_a_known_plugin_is_not_evicted_by_made_up_ones(
    plugins: PluginKeys, clock: StillClock, peers: Peers
) -> None:
    assert await plugins.find("scaffolder", "scaffolder-key-1")
    for day in range(20):
        await _ask_for(plugins, [f"{name}-{day}" for name in _made_up(20)])
        clock.pass_by(seconds=61)

    peers.away = True
    assert await plugins.find("scaffolder", "scaffolder-key-1")
    await plugins.aclose()


async def test_a_known_plugin_can_rotate_its_key_after_unknown_ones_used_the_budget(
    plugins: PluginKeys, backstage: BackstageStandIn, clock: StillClock
) -> None:
    assert await plugins.find("scaffolder", "scaffolder-key-1")
    clock.pass_by(seconds=31)
    await _ask_for(plugins, _made_up(30))
    backstage.peers.publish(plugin_keys_of("scaffolder"), published(ec_key("scaffolder-key-2")))

    assert await plugins.find("scaffolder", "scaffolder-key-2")


@pytest.mark.usefixtures("backstage")
async def test_a_configured_plugin_is_found_after_unknown_ones_used_the_budget(
    http_client: HttpClient, clock: StillClock
) -> None:
    """After a restart no plugin has been seen, and made-up names may come first."""
    plugins = PluginKeys(WITH_SCAFFOLDER, http_client, clock)
    await _ask_for(plugins, _made_up(500))

    assert await plugins.find("scaffolder", "scaffolder-key-1")


async def test_made_up_plugins_use_two_connections_at_most(clock: StillClock) -> None:
    """Otherwise twenty of them, with a Backstage that hangs, would hold every connection to it."""
    hanging = _Hanging()
    http_client = HttpClient(transport=hanging)
    plugins = PluginKeys(WITH_SCAFFOLDER, http_client, clock)
    names = [*_made_up(20), "scaffolder"]
    waiting = [asyncio.create_task(plugins.find(name, "key")) for name in names]
    await wait_all_tasks_blocked()

    assert sum("made-up" in url for url in hanging.asked) == 2
    assert plugin_keys_of("scaffolder") in hanging.asked
    for task in waiting:
        task.cancel()
    await plugins.aclose()
    await http_client.aclose()


class _Hanging(httpx2.AsyncBaseTransport):
    """A Backstage that accepts requests and never responds."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(str(request.url))
        await asyncio.Event().wait()
        raise AssertionError


@pytest.mark.parametrize("status", [200, 404])
async def test_a_known_plugin_keeps_its_keys_if_they_disappear(
    plugins: PluginKeys, backstage: BackstageStandIn, clock: StillClock, status: int
) -> None:
    assert await plugins.find("scaffolder", "scaffolder-key-1")
    backstage.peers.publish(plugin_keys_of("scaffolder"), {"keys": []}, status)
    clock.pass_by(seconds=31)

    with pytest.raises(IdentityProviderUnavailable):
        await plugins.find("scaffolder", "scaffolder-key-2")
    assert await plugins.find("scaffolder", "scaffolder-key-1")
