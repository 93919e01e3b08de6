"""Answers from memory carry a strong ETag; who has them already is told so, and small things stay as they are."""

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
async def test_whoever_has_it_is_told_so(remembering: OpenDesk, as_person: SignIn, path: str) -> None:
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
async def test_from_memory_it_is_the_same_answer(remembering: OpenDesk, as_person: SignIn, path: str) -> None:
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


async def test_a_change_gives_another_etag(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        before = (await jane.get("/keys")).headers["etag"]
        await jane.issue(unique("laptop"))
        after = await jane.call("GET", "/keys", headers={"If-None-Match": before})
        assert after.status_code == 200
        assert after.headers["etag"] != before


async def test_nobody_is_told_that_he_has_what_another_has(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        jane, bob = [desk.welcome(await as_person(name)) for name in ("jane", "bob")]
        etag = (await jane.get("/user/info")).headers["etag"]
        answer = await bob.call("GET", "/user/info", headers={"If-None-Match": etag})
        assert answer.json()["user_id"] == bob.user_id


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("identity", False), ("br", False)],
)
async def test_large_answers_are_compressed_for_who_takes_it(
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


async def test_small_answers_are_not_compressed(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        answer = await jane.call("GET", "/user/info", headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in answer.headers
