"""The fast lane returns what the full path would return, and leaves everything else to the full path."""

from collections.abc import Callable
from datetime import timedelta

import httpx2
import pytest
from starlette.types import Scope

from keydesk.http.application import Application
from keydesk.http.fast_lane import FastLane
from keydesk.http.reply import Reply
from tests.support.desk.desk import Desk, OpenDesk, SignIn
from tests.support.desk.later import Later
from tests.support.desk.problems import assert_problem
from tests.unit.storage.test_sqlite_bus import change_in_another_process

pytestmark = pytest.mark.anyio

READS = [
    "/user/info",
    "/keys",
    "/models",
    "/teams",
    "/teams/managed",
    "/config",
    "/usage",
    "/usage?group_by=key",
]
ASIDE: dict[str, Callable[[str], list[tuple[str, str]]]] = {
    "a foreign host": lambda token: [("Host", "evil.example"), ("Authorization", f"Bearer {token}")],
    "two hosts": lambda token: [
        ("Host", "localhost"),
        ("Host", "localhost"),
        ("Authorization", f"Bearer {token}"),
    ],
    "two credentials": lambda token: [("Authorization", f"Bearer {token}")] * 2,
    "no credential": lambda _: [],
    "another scheme": lambda token: [("Authorization", f"Basic {token}")],
    "a credential with something after it": lambda token: [("Authorization", f"Bearer {token} x")],
    "a credential with another end": lambda token: [("Authorization", f"Bearer {token[:-6]}aaaaaa")],
    "an endless body": lambda token: [("Authorization", f"Bearer {token}"), ("Content-Length", "99999999")],
    "an odd length": lambda token: [("Authorization", f"Bearer {token}"), ("Content-Length", "-1")],
}
"""Requests that are refused, and must not be served from the cache."""


class Watched:
    """A fast lane that counts its responses."""

    def __init__(self, lane: FastLane) -> None:
        self.lane = lane
        self.answered = 0

    def answer(self, scope: Scope) -> Reply | None:
        reply = self.lane.answer(scope)
        self.answered += reply is not None
        return reply


def watched(desk: Desk) -> Watched:
    assert isinstance(desk.app, Application)
    assert desk.app.lane is not None
    lane = Watched(desk.app.lane)
    desk.app.lane = lane  # type: ignore[assignment] # does what a lane does
    return lane


def plain(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    return answer.status_code, answer.content, {**answer.headers, "x-request-id": ""}


@pytest.mark.parametrize("path", READS)
async def test_it_returns_the_response_of_the_full_path(
    remembering: OpenDesk, as_person: SignIn, path: str
) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        cold, lane = await jane.get(path), watched(desk)
        etag = cold.headers["etag"]
        for asked in ({}, {"If-None-Match": etag}, {"Accept-Encoding": "identity"}):
            warm = await jane.call("GET", path, headers=asked)
            assert lane.answered == 1
            desk.app.lane = None  # type: ignore[attr-defined] # an Application
            assert plain(warm) == plain(await jane.call("GET", path, headers=asked))
            lane.answered, desk.app.lane = 0, lane  # type: ignore[attr-defined] # an Application
        again = await jane.call("GET", path, headers={"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("aside", ASIDE)
async def test_refused_requests_are_refused(remembering: OpenDesk, as_person: SignIn, aside: str) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        assert jane.token is not None
        for _ in range(2):
            await jane.read("/keys")
        lane = watched(desk)
        answer = await desk.http.get("/api/litellm/keys", headers=ASIDE[aside](jane.token))
        assert (400 <= answer.status_code < 500, lane.answered) == (True, 0)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_every_request_has_its_own_id(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        jane, lane = desk.welcome(await as_person("jane")), watched(desk)
        await jane.read("/keys")
        named = await jane.call("GET", "/keys", headers={"X-Request-Id": "0123456789"})
        odd = [await jane.call("GET", "/keys", headers={"X-Request-Id": "<script>"}) for _ in range(2)]
        assert named.headers["x-request-id"] != "0123456789"
        assert len({answer.headers["x-request-id"] for answer in odd} - {"<script>"}) == 2
        assert lane.answered == 3


async def test_a_token_is_valid_until_it_expires(
    open_later: OpenDesk, as_person: SignIn, later: Later
) -> None:
    async with open_later() as desk:
        jane, lane = desk.welcome(await as_person("jane")), watched(desk)
        for _ in range(2):
            await jane.read("/config")
        later.by = timedelta(hours=11)
        await jane.read("/config")
        assert lane.answered == 2
        later.by = timedelta(hours=12, minutes=1)
        assert_problem(await jane.get("/config"), 401, "not-signed-in")


async def test_every_sign_in_is_recorded_once(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        jane, lane = desk.welcome(await as_person("jane")), watched(desk)
        witness = desk.app.state.services.access_events
        assert not witness._seen
        await jane.read("/config")
        recorded = dict(witness._seen)
        assert lane.answered == 0
        await jane.read("/config")
        assert (lane.answered, dict(witness._seen)) == (1, recorded)


async def test_the_read_limit_includes_cached_responses(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering(limits={"reads_per_minute": 4}) as desk:
        jane, lane = desk.welcome(await as_person("jane")), watched(desk)
        assert [(await jane.get("/keys")).status_code for _ in range(5)] == [200] * 4 + [429]
        assert lane.answered == 4


async def test_a_refusal_is_the_same_as_that_of_the_full_path(
    remembering: OpenDesk, as_person: SignIn
) -> None:
    async with remembering(limits={"reads_per_minute": 3}) as desk:
        jane, lane = desk.welcome(await as_person("jane")), watched(desk)
        for _ in range(3):
            await jane.read("/keys")
        quick = await jane.get("/keys")
        desk.app.lane, answered = None, lane.answered  # type: ignore[attr-defined] # an Application
        slow = await jane.get("/keys")
        assert answered == 3
        for refusal in (quick, slow):
            assert_problem(refusal, 429, "too-many-requests")
            assert refusal.json()["request_id"] == refusal.headers["x-request-id"]
        different = ("x-request-id", "retry-after")
        assert [{**each.headers, **dict.fromkeys(different, "")} for each in (quick, slow)] == [
            {**quick.headers, **dict.fromkeys(different, "")}
        ] * 2
        assert quick.json() | {"request_id": ""} == slow.json() | {"request_id": ""}
        assert 0 <= int(quick.headers["retry-after"]) - int(slow.headers["retry-after"]) <= 1


async def test_an_overloaded_keydesk_refuses(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        jane = desk.welcome(await as_person("jane"))
        await jane.read("/config")
        concurrency = desk.app.lane._rules.concurrency  # type: ignore[attr-defined] # an Application
        concurrency.active = concurrency.limit
        assert_problem(await jane.get("/config"), 503, "overloaded")
        concurrency.active = 0
        await jane.read("/config")
        assert concurrency.active == 0


async def test_usage_is_cached_per_person(remembering: OpenDesk, as_person: SignIn) -> None:
    """The same query of another person has another result."""
    async with remembering() as desk:
        jane, bob = [desk.welcome(await as_person(name)) for name in ("jane", "bob")]
        lane = watched(desk)
        await jane.read("/usage")
        await bob.read("/keys")
        await bob.read("/usage")
        assert lane.answered == 0
        for person in (jane, bob):
            await person.read("/usage")
        assert lane.answered == 2


@pytest.mark.parametrize(
    "query", ["start_date=tomorrow", "group_by=colour", "model=%00", "start_date=1&start_date=2"]
)
async def test_a_refused_query_is_refused_again(remembering: OpenDesk, as_person: SignIn, query: str) -> None:
    async with remembering() as desk:
        jane, lane = desk.welcome(await as_person("jane")), watched(desk)
        answers = [await jane.get(f"/usage?{query}") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [422, 422]
        assert lane.answered == 0


async def test_a_new_day_is_another_query(open_later: OpenDesk, as_person: SignIn, later: Later) -> None:
    async with open_later(usage={"fresh_seconds": 300}) as desk:
        name, now = (await as_person("jane")).user_id, later()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        later.by = midnight - timedelta(minutes=2) - now
        jane, lane = await desk.sign_in(name), watched(desk)
        for _ in range(2):
            await jane.read("/usage")
        assert lane.answered == 1
        later.by += timedelta(minutes=3)
        await jane.read("/usage")
        assert lane.answered == 1


async def test_a_change_in_another_process_counts_for_the_next_read_even_in_the_same_iteration(
    remembering: OpenDesk, as_person: SignIn
) -> None:
    async with remembering() as desk:
        url = desk.settings.database.url.get_secret_value()
        jane, lane = desk.welcome(await as_person("jane")), watched(desk)
        for _ in range(2):
            await jane.read("/keys")
        headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {jane.token}".encode())]
        scope = {"path": "/api/litellm/keys", "method": "GET", "headers": headers, "query_string": b""}
        assert lane.answer(scope)
        change_in_another_process(url, jane.user_id)
        assert lane.answer(scope) is None
