"""Cached responses have a strong ETag. A matching request gets 304, and small responses are not compressed."""

import gzip

import pytest

from tests.support.desk.desk import OpenDesk, SignIn, Visitor
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

READS = ["/user/info", "/keys", "/models", "/teams", "/teams/managed"]


async def with_keys(jane: Visitor, number: int = 6) -> None:
    for _ in range(number):
        await jane.issue(unique("laptop"))


@pytest.mark.parametrize("path", READS)
async def test_a_matching_etag_gets_304(remembering: OpenDesk, as_person: SignIn, path: str) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        first = await jane.get(path)
        etag = first.headers["etag"]
        assert not etag.startswith("W/")
        for asked in (etag, f'"other", {etag}', f"W/{etag}", "*"):
            again = await jane.call("GET", path, headers={"If-None-Match": asked})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == etag
        other = await jane.call("GET", path, headers={"If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize("path", READS)
async def test_a_cached_response_has_the_same_etag(
    remembering: OpenDesk, as_person: SignIn, path: str
) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        cold, warm = await jane.get(path), await jane.get(path)
        assert (warm.status_code, warm.content) == (cold.status_code, cold.content)
        changing = {"x-request-id"}
        assert {name: value for name, value in warm.headers.items() if name not in changing} == {
            name: value for name, value in cold.headers.items() if name not in changing
        }
        assert warm.headers["cache-control"] == "private, no-cache"
        assert {"Authorization", "Cookie"} <= set(warm.headers["vary"].split(", "))


async def test_a_change_has_another_etag(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        before = (await jane.get("/keys")).headers["etag"]
        await jane.issue(unique("laptop"))
        after = await jane.call("GET", "/keys", headers={"If-None-Match": before})
        assert after.status_code == 200
        assert after.headers["etag"] != before


async def test_an_etag_of_another_person_does_not_match(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        jane, bob = [desk.welcome(await as_person(name)) for name in ("jane", "bob")]
        etag = (await jane.get("/user/info")).headers["etag"]
        answer = await bob.call("GET", "/user/info", headers={"If-None-Match": etag})
        assert answer.json()["user_id"] == bob.user_id


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("identity", False), ("br", False)],
)
async def test_large_responses_are_compressed_for_clients_that_accept_it(
    remembering: OpenDesk, as_person: SignIn, accepted: str, packed: bool
) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        await with_keys(jane)
        async with jane.http.stream(
            "GET",
            "/api/litellm/keys",
            headers={"Authorization": f"Bearer {jane.token}", "Accept-Encoding": accepted},
        ) as answer:
            raw = b"".join([chunk async for chunk in answer.aiter_raw()])
        assert (answer.headers.get("content-encoding") == "gzip") is packed
        plain = (await jane.call("GET", "/keys", headers={"Accept-Encoding": "identity"})).content
        assert (gzip.decompress(raw) if packed else raw) == plain
        assert len(raw) < len(plain) / 2 or not packed


async def test_small_responses_are_not_compressed(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        answer = await jane.call("GET", "/user/info", headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in answer.headers
