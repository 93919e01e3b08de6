"""If Keydesk is killed at any moment, no key stays without an owner, and no change without an audit entry.

KEYDESK_KILL_ROUNDS is the number of kills (200 takes some minutes), KEYDESK_KILL_SEED selects their times.
"""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx2
import pytest

from keydesk.audit.verifying import Verification
from keydesk.container.resources import Resources
from keydesk.keys.policy import INTENT_MEMBER
from keydesk.kit.clock import utc_now
from keydesk.settings import Settings
from tests.resilience.audit.killing import (
    MASTER_KEY,
    PEOPLE,
    ROUNDS,
    Changes,
    reconciled,
    scaffold,
    signed_in,
)
from tests.support.desk.people import Scene
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import token_of

pytestmark = [pytest.mark.anyio, pytest.mark.long]


@dataclass
class Answers:
    """The responses before the kill: created keys and deleted keys."""

    given: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set, repr=False)
    deleted: set[str] = field(default_factory=set)


async def test_no_key_stays_without_an_owner(empty_database: str, tmp_path: Path) -> None:
    answers = Answers()
    with scaffold(empty_database, tmp_path) as place:
        for number in range(ROUNDS):
            await place.kill(partial(_busy, place.scene, answers, number))
        await reconciled(place.settings)
        async with gateway_of(place.upstream) as gateway:
            await _check(place.settings, gateway, place.scene, answers)


async def _busy(scene: Scene, answers: Answers, number: int, http: httpx2.AsyncClient, name: str) -> None:
    """Create, update, block and delete keys until the process is killed."""
    visitor = await signed_in(http, scene, name)
    for turn in range(1000):
        made = await visitor.post("/keys/generate", alias=f"{name}-{number}-{turn}", max_budget=1.0)
        if made.status_code != 200:
            continue
        key = made.json()
        answers.given.add(key["token"])
        answers.secrets.add(key["key"])
        await visitor.post(f"/keys/{key['token']}/update", rpm_limit=turn + 1)
        await visitor.post(f"/keys/{key['token']}/block")
        if turn % 2:
            gone = await visitor.delete(f"/keys/{key['token']}")
            if gone.status_code == 200:
                answers.deleted.add(key["token"])


async def _check(settings: Settings, gateway: Gateway, scene: Scene, answers: Answers) -> None:
    async with (resources := Resources(settings, utc_now)).closing:
        assert (await Verification(resources.audit_store).run()).fault is None
        log = Changes([entry async for entry in resources.audit_store.entries()])
        live = {
            resources.key_ids.of(key.token_hash): key
            for name in PEOPLE
            for key in await resources.gateway.keys.list(user_id=scene.user_id(name))
        }
    for key_id, key in live.items():
        assert log.outcome(str(key.metadata[INTENT_MEMBER])) == ("succeeded", key_id)
        assert not key.blocked or key_id in log.done("blocked")
    for name in PEOPLE:
        account = await gateway.get("/v2/user/info", user_id=scene.user_id(name))
        assert account.status == 404 or scene.user_id(name) in log.done("created")
    assert answers.given
    assert answers.given - log.done("deleted") <= live.keys()
    assert answers.deleted <= log.done("deleted")
    assert log.done("deleted").isdisjoint(live)
    text = str(log.entries)
    assert not any(secret in text or token_of(secret) in text for secret in (*answers.secrets, MASTER_KEY))
