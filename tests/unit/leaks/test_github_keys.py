"""GitHub's keys are fetched rarely: GitHub allows 60 requests per hour."""

import pytest

from keydesk.auth.jwks import KeyCache
from keydesk.kit.problems import IdentityProviderUnavailable
from keydesk.leaks.github import check_signature
from keydesk.leaks.matches import SignatureRefused
from tests.unit.auth.peers import StillClock
from tests.unit.leaks.github_stand_in import VECTOR_BODY, VECTOR_KEY_ID, VECTOR_SIGNATURE, KeyList, Signer

pytestmark = pytest.mark.anyio


async def check(keys: KeyCache, key_id: str = VECTOR_KEY_ID) -> None:
    await check_signature(keys, VECTOR_BODY, [key_id], [VECTOR_SIGNATURE])


async def test_nothing_is_fetched_before_the_first_report(keys: KeyCache, github: KeyList) -> None:
    assert not keys.has_keys
    assert github.asked == []


async def test_a_report_without_a_plausible_signature_fetches_nothing(
    keys: KeyCache, github: KeyList
) -> None:
    for key_ids, signatures in (([], []), (["../x"], [VECTOR_SIGNATURE]), ([VECTOR_KEY_ID], ["%%%"])):
        with pytest.raises(SignatureRefused):
            await check_signature(keys, VECTOR_BODY, key_ids, signatures)
    assert github.asked == []


async def test_many_reports_need_one_fetch(keys: KeyCache, github: KeyList) -> None:
    for _ in range(100):
        await check(keys)
    assert len(github.asked) == 1


async def test_a_flood_of_unknown_keys_causes_at_most_twelve_fetches_per_hour(
    keys: KeyCache, github: KeyList, clock: StillClock
) -> None:
    await check(keys)
    for number in range(3600):
        clock.pass_by(seconds=1)
        with pytest.raises((SignatureRefused, IdentityProviderUnavailable)):
            await check(keys, f"{number:064x}")
        await keys.settled()
    assert len(github.asked) <= 13


@pytest.mark.parametrize("status", [403, 429, 500])
async def test_a_flood_while_github_refuses_causes_no_flood_there(
    keys: KeyCache, github: KeyList, clock: StillClock, status: int
) -> None:
    github.status = status
    for number in range(600):
        clock.pass_by(seconds=1)
        with pytest.raises(IdentityProviderUnavailable):
            await check(keys, f"{number:064x}")
    assert len(github.asked) <= 2


async def test_an_unchanged_list_is_not_sent_again(
    keys: KeyCache, github: KeyList, clock: StillClock
) -> None:
    await check(keys)
    clock.pass_by(hours=1)
    await check(keys)
    await keys.settled()
    await check(keys)
    assert github.asked == [None, '"1"']


async def test_a_new_key_is_found_and_the_old_one_is_forgotten(
    keys: KeyCache, github: KeyList, clock: StillClock
) -> None:
    await check(keys)
    new = Signer.made()
    github.body, github.etag = {"public_keys": [new.entry]}, '"2"'
    clock.pass_by(minutes=10)
    await check_signature(keys, b"[]", [new.key_id], [new.signature(b"[]")])
    clock.pass_by(minutes=10)
    with pytest.raises(SignatureRefused):
        await check(keys)


async def test_known_keys_survive_an_outage_of_a_day(
    keys: KeyCache, github: KeyList, clock: StillClock
) -> None:
    await check(keys)
    github.status = 500
    clock.pass_by(hours=23)
    await check(keys)
    await keys.settled()
    clock.pass_by(hours=2)
    with pytest.raises(IdentityProviderUnavailable):
        await check(keys)


@pytest.mark.parametrize(
    "body", [None, [], {}, {"public_keys": {}}, {"public_keys": []}, {"public_keys": [1]}]
)
async def test_a_list_without_keys_is_a_failure(keys: KeyCache, github: KeyList, body: object) -> None:
    github.body = body
    with pytest.raises(IdentityProviderUnavailable):
        await check(keys)


async def test_a_list_without_an_etag_is_fetched_whole_each_time(
    keys: KeyCache, github: KeyList, clock: StillClock
) -> None:
    github.etag = None
    await check(keys)
    clock.pass_by(hours=1)
    await check(keys)
    await keys.settled()
    assert github.asked == [None, None]
