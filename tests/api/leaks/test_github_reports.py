"""POST /leaks/github: only reports that GitHub signed have an effect, and GitHub learns which matches were keys."""

import hashlib
import json
from typing import Any

import httpx2
import pytest

from keydesk.app import API
from keydesk.audit.models import Action
from keydesk.audit.policy import Filter
from tests.api.leaks.conftest import GitHub
from tests.support.desk.desk import Desk, OpenDesk, SignIn
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique
from tests.unit.leaks.github_stand_in import Signer

pytestmark = pytest.mark.anyio
PATH = f"{API}/leaks/github"
PLACE = "https://github.com/octocat/hello/blob/0123456789012345678901234567890123456789/config.py"


def match(token: str, **members: Any) -> dict[str, Any]:
    return {"token": token, "type": "our_key", "url": PLACE, "source": "commit"} | members


async def send(desk: Desk, signer: Signer, matches: Any, **headers: str) -> httpx2.Response:
    body = json.dumps(matches).encode()
    return await desk.http.post(PATH, content=body, headers=dict(signer.headers(body)) | headers)


async def test_a_reported_key_is_blocked_and_the_feedback_tells_which_was_one(
    desk_with: OpenDesk, as_person: SignIn, gateway: Gateway, github: GitHub
) -> None:
    async with desk_with(leaks=github.settings) as desk:
        jane = desk.welcome(await as_person("jane"))
        issued, unknown = await jane.issue(unique("laptop")), "sk-" + "u" * 22
        answer = await send(desk, github.signer, [match(issued["key"]), match(unknown), match(issued["key"])])
        log = await desk.app.state.services.audit_reader.page(
            Filter(action=Action.LEAK_REPORTED, object_id=issued["token"]), 1, 10
        )
    assert answer.status_code == 200, answer.text
    labels = [(issued["key"], "true_positive"), (unknown, "false_positive"), (issued["key"], "true_positive")]
    assert answer.json() == [
        {
            "token_hash": hashlib.sha256(token.encode()).hexdigest(),
            "token_type": "our_key",
            "label": label,
        }
        for token, label in labels
    ]
    assert (await gateway.chat(issued["key"])).status == 401
    (recorded,) = log.audit_logs
    assert recorded.updated_values == {
        "blocked": True,
        "source": "github",
        "kind": "commit",
        "found_at": PLACE,
    }


async def test_new_members_and_unknown_sources_are_accepted(
    desk_with: OpenDesk, gateway: Gateway, as_person: SignIn, github: GitHub
) -> None:
    async with desk_with(leaks=github.settings) as desk:
        jane = desk.welcome(await as_person("jane"))
        keys = [await jane.issue(unique("laptop")) for _ in range(3)]
        matches = [
            match(keys[0]["key"], source="Pull_request_comment", new_member={"a": [1]}),
            match(keys[1]["key"], source="a_new_source", url=""),
            {"token": keys[2]["key"], "type": "our_key"},
        ]
        answer = await send(desk, github.signer, matches)
    assert [each["label"] for each in answer.json()] == ["true_positive"] * 3
    assert {(await gateway.chat(key["key"])).status for key in keys} == {401}


async def test_a_report_without_githubs_signature_changes_nothing(
    desk_with: OpenDesk, as_person: SignIn, gateway: Gateway, github: GitHub, control: SandboxControl
) -> None:
    body_of = json.dumps
    async with desk_with(leaks=github.settings) as desk:
        jane = desk.welcome(await as_person("jane"))
        issued = await jane.issue(unique("laptop"))
        body = body_of([match(issued["key"])]).encode()
        good = dict(github.signer.headers(body))
        assert (await desk.http.post(PATH, content=b"[]", headers=github.signer.headers(b"[]"))).json() == []
        control.forget()
        attempts: list[dict[str, Any]] = [
            {"headers": {}},
            {"headers": Signer.made(github.signer.key_id).headers(body)},
            {"headers": good | {"Github-Public-Key-Signature": "junk"}},
            {"headers": [*good.items(), *good.items()]},
            {"headers": good, "content": body + b" "},
            {"headers": {"Authorization": "Bearer " + issued["key"]}},
        ]
        for sent in attempts:
            answer = await desk.http.post(PATH, **{"content": body} | sent)
            problem = assert_problem(answer, 401, "not-signed-in")
            assert issued["key"] not in answer.text
            assert "GitHub" in problem["hint"]
        assert control.calls() == []
    assert (await gateway.chat(issued["key"])).status == 200


SIGNED_JUNK: dict[str, bytes] = {
    "not JSON": b"junk",
    "an object": b"{}",
    "a text": b'"sk-junk"',
    "no token": b'[{"type":"t"}]',
    "a number as a token": b'[{"token":1,"type":"t"}]',
    "an empty token": b'[{"token":"","type":"t"}]',
    "null": b"null",
    "deep": b"[" * 10_000,
    "not UTF-8": b'[{"token":"\xff","type":"t"}]',
    "too many": json.dumps([{"token": f"sk-{n}", "type": "t"} for n in range(1001)]).encode(),
}


async def test_a_signed_body_of_another_form_is_refused(desk_with: OpenDesk, github: GitHub) -> None:
    async with desk_with(leaks=github.settings) as desk:
        for name, body in SIGNED_JUNK.items():
            answer = await desk.http.post(PATH, content=body, headers=github.signer.headers(body))
            assert answer.status_code in {400, 422}, name
            assert "sk-" not in answer.text


async def test_a_body_may_have_a_mebibyte(desk_with: OpenDesk, github: GitHub) -> None:
    async with desk_with(leaks=github.settings) as desk:
        long_place = PLACE + "/" + "x" * 1000
        many = [match(f"word-{number}", url=long_place) for number in range(800)]
        assert (await send(desk, github.signer, many)).status_code == 200
        body = b"[" + b" " * (1024 * 1024) + b"]"
        answer = await desk.http.post(PATH, content=body, headers=github.signer.headers(body))
        assert_problem(answer, 413, "body-too-large")


async def test_github_can_repeat_a_report_that_litellm_could_not_answer(
    desk_with: OpenDesk, as_person: SignIn, gateway: Gateway, github: GitHub, control: SandboxControl
) -> None:
    async with desk_with(leaks=github.settings) as desk:
        jane = desk.welcome(await as_person("jane"))
        keys = [await jane.issue(unique("laptop")) for _ in range(2)]
        matches = [match(key["key"]) for key in keys]
        with control.fault("/key/block", error_rate=1, status=500):
            assert (await send(desk, github.signer, matches)).status_code == 502
        assert (await send(desk, github.signer, matches)).status_code == 200
    assert {(await gateway.chat(key["key"])).status for key in keys} == {401}


async def test_it_is_off_by_default_and_makes_no_call_to_github(desk: Desk, github: GitHub) -> None:
    before = len(github.asked)
    assert_problem(await send(desk, github.signer, []), 404, "not-found")
    assert len(github.asked) == before


async def test_a_flood_of_unknown_key_ids_causes_one_fetch(desk_with: OpenDesk, github: GitHub) -> None:
    async with desk_with(leaks=github.settings) as desk:
        before = len(github.asked)
        for number in range(50):
            answer = await send(desk, Signer(f"{number:064x}", github.signer.key), [])
            assert answer.status_code in {401, 503}
        assert len(github.asked) == before + 1
