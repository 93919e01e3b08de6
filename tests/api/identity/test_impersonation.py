"""Names that look like bob's never resolve to bob."""

import pytest

from keydesk.accounts.policy import litellm_user_id
from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount
from tests.api.identity.front import Front
from tests.support.desk.problems import assert_problem

pytestmark = pytest.mark.anyio


async def test_bob_at_another_domain_is_a_different_person(front: Front) -> None:
    bob = await front.bring(front.keycloak.access_token(sub="bob-1", preferred_username="bob"))
    evil = await front.bring(front.keycloak.access_token(sub="evil-1", preferred_username="bob@evil.example"))

    assert bob.json() == {"ref": "user:default/bob"}
    assert evil.json() == {"ref": "user:default/bob@evil.example"}
    for domain in (None, "corp.example"):
        accounts = {litellm_user_id(Person(who.json()["ref"]), domain) for who in (bob, evil)}
        assert len(accounts) == 2


async def test_bob_of_another_namespace_has_no_account(front: Front) -> None:
    other = await front.bring(front.backstage.user_token("user:other/bob"))

    assert other.json() == {"ref": "user:other/bob"}
    with pytest.raises(NotAnAccount):
        litellm_user_id(Person("user:other/bob"), None)


@pytest.mark.parametrize(
    "name",
    ["Bob", "BOB", "bob ", " bob", "user:default/bob", "default/bob", "b\u00f3b", "bob\u200b", "\uff42ob"],
)
async def test_a_name_that_looks_like_bob_is_refused(front: Front, name: str) -> None:
    answer = await front.bring(front.keycloak.access_token(sub="evil-1", preferred_username=name))

    assert_problem(answer, 401, "not-signed-in")


async def test_a_new_person_with_bobs_old_name_does_not_get_his_account(front: Front) -> None:
    await front.bring(front.keycloak.access_token(sub="bob-1", preferred_username="bob"))

    next_bob = await front.bring(front.keycloak.access_token(sub="bob-2", preferred_username="bob"))
    renamed = await front.bring(front.keycloak.access_token(sub="bob-1", preferred_username="robert"))

    assert_problem(next_bob, 401, "not-signed-in")
    assert renamed.json() == {"ref": "user:default/bob"}


async def test_two_people_with_cached_tokens_stay_separate(front: Front) -> None:
    jane, bob = front.backstage.user_token(), front.backstage.user_token("user:default/bob")

    for _ in range(3):
        assert (await front.bring(jane)).json() == {"ref": "user:default/jane"}
        assert (await front.bring(bob)).json() == {"ref": "user:default/bob"}
