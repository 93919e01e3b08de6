"""If Keydesk is killed at any moment of a rotation, a secret of the key works, and no other secret does.

KEYDESK_KILL_ROUNDS is the number of kills, KEYDESK_KILL_SEED selects their times.
"""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from keydesk.audit.verifying import Verification
from keydesk.container.resources import Resources
from keydesk.keys.policy import INTENT_MEMBER
from keydesk.keys.secrets import FoldedKey, folded
from keydesk.kit.clock import utc_now
from keydesk.settings import Settings
from tests.resilience.audit.killing import PEOPLE, ROUNDS, Changes, reconciled, scaffold, signed_in
from tests.support.desk.people import Scene
from tests.support.upstream.gateway import Gateway, gateway_of

pytestmark = [pytest.mark.anyio, pytest.mark.long]
BUDGET = 2.0
CALLS = 40
"""Keys are created in the first of them."""


@dataclass
class Answers:
    """What people know: the last secret of each key, and the keys whose last rotation ended it without an answer."""

    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    aliases: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    rotations: int = 0


async def test_a_killed_rotation_leaves_one_key_that_works(empty_database: str, tmp_path: Path) -> None:
    answers = Answers()
    with scaffold(empty_database, tmp_path) as place:
        for number in range(ROUNDS):
            await place.kill(partial(_busy, place.scene, answers, number), CALLS)
            await reconciled(place.settings)
        async with gateway_of(place.upstream) as gateway:
            await _check(place.settings, gateway, place.scene, answers)
    assert answers.rotations > ROUNDS


async def _busy(scene: Scene, answers: Answers, number: int, http: httpx2.AsyncClient, name: str) -> None:
    """Create one key, and rotate it until the process is killed."""
    visitor = await signed_in(http, scene, name)
    alias = f"{name}-{number}"
    made = await visitor.post("/keys/generate", alias=alias, max_budget=BUDGET)
    if made.status_code != 200:
        return
    key_id = made.json()["token"]
    answers.secrets[key_id], answers.aliases[key_id] = made.json()["key"], alias
    for turn in range(1000):
        overlap = "0s" if turn % 3 == 2 else "1h"
        if overlap == "0s":
            answers.unanswered.add(key_id)
        answer = await visitor.post(f"/keys/{key_id}/rotate", overlap=overlap)
        answers.unanswered.discard(key_id)
        if answer.status_code == 200:
            answers.rotations += 1
            answers.secrets[key_id] = answer.json()["key"]


async def _check(settings: Settings, gateway: Gateway, scene: Scene, answers: Answers) -> None:
    async with (resources := Resources(settings, utc_now)).closing:
        assert (await Verification(resources.audit_store).run()).fault is None
        log = Changes([entry async for entry in resources.audit_store.entries()])
        await resources.key_secrets.load()
        keys: dict[str, FoldedKey] = {}
        for name in PEOPLE:
            listed = await resources.gateway.keys.list(user_id=scene.user_id(name))
            keys |= folded(listed, resources.key_ids.of)
    assert answers.secrets.keys() <= keys.keys()
    assert keys.keys() <= log.done("created")
    for key in keys.values():
        _check_key(key, log)
    for key_id, secret in answers.secrets.items():
        assert keys[key_id].current.key_alias == answers.aliases[key_id]
        if key_id not in answers.unanswered:
            assert (await gateway.chat(secret)).status == 200
    assert not any(secret in str(log.entries) for secret in answers.secrets.values())


def _check_key(key: FoldedKey, log: Changes) -> None:
    """Check that every secret is one that was recorded, and that they have one budget together."""
    for secret in key.secrets:
        assert log.outcome(str(secret.metadata[INTENT_MEMBER])) == ("succeeded", key.key_id)
        assert secret.max_budget is not None
    assert key.current.expires_at is None
    assert not key.key.blocked
    assert key.key.max_budget == BUDGET
    working = [each for each in key.previous if each.expires_at is None or each.expires_at > utc_now()]
    assert len(working) <= 1
    assert sum(_budget(each) for each in (key.current, *working)) <= BUDGET + 1e-9


def _budget(secret: Any) -> float:
    return float(secret.max_budget or 0)
