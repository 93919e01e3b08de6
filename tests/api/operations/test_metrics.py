"""The metrics of Keydesk, and what they must not contain."""

from dataclasses import dataclass

import httpx2
import pytest

from tests.api.operations.scraping import measured
from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.desk.people import Scene
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

KEYS = "/api/litellm/keys"


async def test_requests_are_counted_by_route_and_status(desk_with: OpenDesk, sign_in: SignIn) -> None:
    async with measured(desk_with) as here:
        jane = here.desk.welcome(await sign_in("jane"))
        issued = await jane.issue(unique("laptop"))
        await jane.post(f"/keys/{issued['token']}/block")
        await jane.post("/keys/key_unknown/block")
        await here.desk.stranger().get("/keys")
        await here.desk.http.get("/no/such/page")
        seen = await here.scrape()
    of = seen.of
    block = f"{KEYS}/{{key_id}}/block"
    assert of("keydesk_requests_total", method="POST", route=f"{KEYS}/generate", status="200") == 1
    assert of("keydesk_requests_total", method="POST", route=block, status="200") == 1
    assert of("keydesk_requests_total", method="POST", route=block, status="404") == 1
    assert of("keydesk_requests_total", method="GET", route="unmatched", status="401") == 1
    assert of("keydesk_requests_total", method="GET", route="unmatched", status="404") == 1
    assert of("keydesk_request_duration_seconds_count", method="POST", route=block) == 2


async def test_upstream_calls_are_counted_by_operation_and_outcome(
    desk_with: OpenDesk, sign_in: SignIn, control: SandboxControl
) -> None:
    async with measured(desk_with) as here:
        jane = here.desk.welcome(await sign_in("jane"))
        await jane.issue(unique("laptop"))
        with control.fault("/key/generate", error_rate=1.0):
            await jane.post("/keys/generate", alias=unique("phone"), max_budget=1.0)
        seen = await here.scrape()
    operation = "POST /key/generate"
    assert seen.of("keydesk_upstream_calls_total", operation=operation, outcome="ok") == 1
    assert seen.of("keydesk_upstream_calls_total", operation=operation, outcome="failed") == 1
    assert seen.of("keydesk_upstream_call_duration_seconds_count", operation=operation) == 2
    assert seen["keydesk_breaker_open"] == 0


async def test_there_are_metrics_of_accounts_audit_and_the_process(
    desk_with: OpenDesk, sign_in: SignIn
) -> None:
    async with measured(desk_with) as here:
        jane = here.desk.welcome(await sign_in("jane"))
        await jane.issue(unique("laptop"))
        seen = await here.scrape()
    assert seen.of("keydesk_provisioning_total", outcome="created") == 1
    assert seen.of("keydesk_audit_entries_total", action="created", outcome="begun") == 2
    assert seen.of("keydesk_audit_entries_total", action="created", outcome="succeeded") == 2
    assert seen["keydesk_audit_failures_total"] == 0
    assert seen["keydesk_database_connections_limit"] > 0
    assert seen["keydesk_requests_limit"] == 1000
    assert seen["process_resident_memory_bytes"] > 0


async def test_an_outage_is_visible(desk_with: OpenDesk, sign_in: SignIn) -> None:
    nowhere = {"litellm": {"base_url": "http://127.0.0.1:1"}}
    async with measured(desk_with, **nowhere) as here:
        jane = here.desk.welcome(await sign_in("jane"))
        for _ in range(4):
            assert (await jane.get("/user/info")).status_code in {502, 503}
        seen = await here.scrape()
    assert seen["keydesk_breaker_open"] == 1
    assert seen["keydesk_breaker_refused_total"] > 0
    assert seen.of("keydesk_provisioning_total", outcome="failed") == 0


@dataclass
class Counters:
    hits: int = 7
    stale: int = 1
    misses: int = 2
    refreshes: int = 3
    evictions: int = 0


async def test_cache_counters_are_exported(desk_with: OpenDesk) -> None:
    async with measured(desk_with) as here:
        here.desk.app.state.services.figures.caches["snapshots"] = Counters()
        seen = await here.scrape()
    assert seen.of("keydesk_cache_events_total", cache="snapshots", event="hits") == 7


async def test_labels_are_bounded_and_contain_no_name_id_or_secret(
    desk_with: OpenDesk, sign_in: SignIn, scene: Scene
) -> None:
    async with measured(desk_with) as here:
        jane = here.desk.welcome(await sign_in("jane"))
        alias = unique("laptop")
        issued = await jane.issue(alias)
        await jane.post(f"/keys/{issued['token']}/block")
        await jane.call("DELETE", f"/keys/{issued['token']}")
        for number in range(20):
            await here.desk.http.request(f"INVENTED{number}", f"/invented/{number}")
            await jane.get(f"/teams/invented-{number}/usage")
        seen = await here.scrape()
    hidden = [scene.name, alias, issued["key"], issued["token"], jane.token, here.desk.settings.secret]
    assert [secret for secret in hidden if str(secret) in seen.text] == []
    assert not [value for value in seen.labels() if "nvented" in value]
    assert seen.of("keydesk_requests_total", method="other", route="unmatched", status="404") == 20


async def test_metrics_are_not_on_the_port_of_the_service(desk_with: OpenDesk) -> None:
    async with measured(desk_with) as here:
        assert (await here.desk.http.get("/metrics")).status_code == 404
        assert (await here.desk.stranger().get("/metrics")).status_code in {401, 404}


async def test_the_metrics_server_stops_with_the_service_and_is_off_by_default(desk_with: OpenDesk) -> None:
    async with measured(desk_with) as here:
        await here.scrape()
    with pytest.raises(httpx2.ConnectError):
        await here.scrape()
    async with desk_with() as plain:
        assert plain.settings.metrics.enabled is False
        assert plain.settings.metrics.host == "127.0.0.1"
