"""A one-time token is used once, however many replicas see it at the same time."""

import asyncio
from datetime import timedelta

import pytest

from keydesk.auth.used_tokens import OneTimeToken, UsedTokenStore
from keydesk.kit.clock import utc_now
from keydesk.storage.database import Database

pytestmark = pytest.mark.anyio


async def test_one_of_many_parallel_uses_succeeds(database: Database, same_database: Database) -> None:
    replicas = [database, same_database]
    token = OneTimeToken("sign-in", "state", utc_now() + timedelta(minutes=10))
    stores = [UsedTokenStore(replica, utc_now) for replica in replicas]

    first = await asyncio.gather(*(store.use(token) for store in stores for _ in range(10)))

    assert sorted(first) == [False] * 19 + [True]


async def test_tokens_with_another_kind_or_id_are_independent(database: Database) -> None:
    store, later = UsedTokenStore(database, utc_now), utc_now() + timedelta(minutes=10)
    tokens = [OneTimeToken(*names, later) for names in (("a", "bc"), ("ab", "c"), ("a", "b"), ("a", "BC"))]

    assert all([await store.use(token) for token in tokens])
    assert not any([await store.use(token) for token in tokens])
