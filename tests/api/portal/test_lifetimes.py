"""The policy for lifetimes in the portal: what the forms offer, extending a key, and keys that violate the policy."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.upstream.address import Upstream
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
RULES = {"longest": "60d", "default": "7d", "rotate_every": "90d", "block_idle_after": "20d", "grace": "5d"}


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture(scope="module")
def surroundings(own_sandbox: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Surroundings:
    """A gateway of their own, because the job checks all keys."""
    return Surroundings(own_sandbox, f"sqlite:///{tmp_path_factory.mktemp('lifetimes') / 'keydesk.db'}")


@pytest.fixture
async def strict(surroundings: Surroundings, scene: Scene, clock: Later) -> AsyncIterator[Desk]:
    directory = {"people": scene.directory()}
    async with open_desk(
        surroundings.settings(directory=directory, litellm={"key_lifetimes": RULES}), clock
    ) as desk:
        await desk.app.state.services.leases.claim("job:apply-lifetimes", DAY)
        yield desk


@pytest.fixture
async def jane(strict: Desk, scene: Scene) -> AsyncIterator[PortalVisitor]:
    async with portal_client(strict.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(scene.user_id("jane"))
        yield visitor


async def issue(strict: Desk, scene: Scene, **fields: str) -> str:
    owner = await strict.sign_in(scene.user_id("jane"))
    key_id: str = (await owner.issue(unique("laptop"), **fields))["token"]
    return key_id


async def ends_in(strict: Desk, scene: Scene, key_id: str) -> timedelta:
    key = await (await strict.sign_in(scene.user_id("jane"))).key(key_id)
    return datetime.fromisoformat(key["expires_at"]) - datetime.now(UTC)


async def test_the_form_offers_what_the_policy_allows_and_suggests_the_default(jane: PortalVisitor) -> None:
    form = (await jane.get("/keys/new")).text.partition('id="lifetime"')[2].partition("</div>")[0]
    assert '<option value="7d" selected>7 days</option>' in form
    assert '<option value="60d">60 days</option>' in form
    assert "At most 60 days." in form
    for absent in ('value="90d"', 'value="1y"', "Never"):
        assert absent not in form


async def test_a_refused_lifetime_is_shown_at_its_field(jane: PortalVisitor) -> None:
    await jane.get("/keys/new")
    fields = {"max_budget": "1", "duration": "1y", "form_mark": jane.cookie("keydesk_form") or ""}
    refused = await jane.post("/keys", at="/keys/new", alias=unique("laptop"), **fields)
    assert refused.status_code == 403
    fault = refused.text.partition('id="fault-duration"')[2].partition("<")[0]
    assert "The lifetime is too long. The maximum is 60d." in fault


async def test_a_key_is_extended_on_its_page(jane: PortalVisitor, strict: Desk, scene: Scene) -> None:
    key_id = await issue(strict, scene)
    page = (await jane.get(f"/keys/{key_id}")).text
    assert f'href="/keys/{key_id}/extend?next=/keys/{key_id}"' in page
    assert "Must be rotated by" in page
    form = (await jane.get(f"/keys/{key_id}/extend")).text
    assert "At most 60 days." in form
    answer = await jane.post(f"/keys/{key_id}/extend", at=f"/keys/{key_id}/extend", duration="60d")
    assert answer.status_code == 303
    assert abs(await ends_in(strict, scene, key_id) - 60 * DAY) < timedelta(minutes=5)
    refused = await jane.post(f"/keys/{key_id}/extend", at=f"/keys/{key_id}/extend", duration="1y")
    assert refused.status_code == 403
    assert "The lifetime is too long." in refused.text


async def test_several_keys_are_extended_within_the_policy(
    jane: PortalVisitor, strict: Desk, scene: Scene
) -> None:
    key_ids = [await issue(strict, scene) for _ in range(2)]
    done = await jane.post("/keys/selected/extend/apply", at="/keys", key=key_ids, duration="60d")
    assert done.status_code == 303
    for key_id in key_ids:
        assert abs(await ends_in(strict, scene, key_id) - 60 * DAY) < timedelta(minutes=5)
    refused = await jane.post("/keys/selected/extend/apply", at="/keys", key=key_ids, duration="1y")
    assert refused.status_code == 422


async def test_a_violation_is_shown_before_and_after_keydesk_acts(
    jane: PortalVisitor, strict: Desk, scene: Scene, clock: Later
) -> None:
    key_id = await issue(strict, scene, duration="60d")
    assert "No keys match" in (await jane.get("/keys?policy=violated")).text
    job = strict.app.state.services.apply_lifetimes
    clock.by = 21 * DAY
    await job.apply()
    await jane.sign_in(scene.user_id("jane"))
    listed = (await jane.get("/keys?policy=violated")).text
    assert f'href="/keys/{key_id}"' in listed
    assert "violates policy" in listed
    page = (await jane.get(f"/keys/{key_id}")).text
    assert "Not used for a long time. Keydesk blocks this key on" in page
    clock.by = 27 * DAY
    await job.apply()
    await jane.sign_in(scene.user_id("jane"))
    page = (await jane.get(f"/keys/{key_id}")).text
    assert "blocked by policy" in page
    assert "Extend it if you still need it." in page
    assert f'action="/keys/{key_id}/unblock"' not in page
    await jane.post(f"/keys/{key_id}/extend", at=f"/keys/{key_id}/extend", duration="60d")
    page = (await jane.get(f"/keys/{key_id}")).text
    assert "blocked by policy" not in page
