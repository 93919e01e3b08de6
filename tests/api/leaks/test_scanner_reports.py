"""POST /leaks/scanner: only reports that the company's scanner signed a short time ago have an effect."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from keydesk.app import API
from keydesk.audit.models import Action
from keydesk.audit.policy import Filter
from keydesk.kit.clock import utc_now
from tests.support.desk.desk import Desk, OpenDesk, SignIn
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
PATH = f"{API}/leaks/scanner"
KEY, OTHER_KEY = b"0123456789abcdef0123456789abcdef", b"another-secret-of-32-characters!"
SETTINGS = {"scanner": {"signing_secret": f"whsec_{base64.b64encode(KEY).decode()}"}, "per_minute": 1}
PLACE = "https://git.example.com/billing/blob/main/config.py"


def signature(body: bytes, report: str, at: str, key: bytes = KEY) -> str:
    """Sign as the Standard Webhooks specification says, without Keydesk's own code."""
    digest = hmac.new(key, f"{report}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def headers(body: bytes, *, age: float = 0, report: str = "report-1", key: bytes = KEY) -> dict[str, str]:
    at = str(int(utc_now().timestamp() - age))
    return {
        "webhook-id": report,
        "webhook-timestamp": at,
        "webhook-signature": signature(body, report, at, key),
    }


def body_of(*secrets: str) -> bytes:
    matches = [{"token": secret, "type": "litellm", "url": PLACE, "source": "content"} for secret in secrets]
    return json.dumps(matches).encode()


@pytest.fixture
async def desk(desk_with: OpenDesk) -> AsyncIterator[Desk]:
    async with desk_with(leaks=SETTINGS) as found:
        yield found


async def test_reported_keys_are_blocked_without_the_limits_of_anonymous_reports(
    desk: Desk, as_person: SignIn, gateway: Gateway
) -> None:
    jane = desk.welcome(await as_person("jane"))
    keys = [await jane.issue(unique("laptop")) for _ in range(3)]
    for number, key in enumerate(keys):
        body = body_of(key["key"], "sk-unknown-key-of-nobody")
        answer = await desk.http.post(PATH, content=body, headers=headers(body, report=f"report-{number}"))
        assert answer.status_code == 200, answer.text
        assert [each["label"] for each in answer.json()] == ["true_positive", "false_positive"]
        assert (await gateway.chat(key["key"])).status == 401
    log = await desk.app.state.services.audit_reader.page(
        Filter(action=Action.LEAK_REPORTED, object_id=keys[0]["token"]), 1, 10
    )
    assert log.audit_logs[0].updated_values == {
        "blocked": True, "source": "scanner", "kind": "content", "found_at": PLACE,
    }  # fmt: skip
    again = await desk.http.post(PATH, content=body, headers=headers(body))
    assert again.json()[0]["label"] == "true_positive"


async def test_a_report_without_a_recent_signature_changes_nothing(
    desk: Desk, as_person: SignIn, gateway: Gateway, control: SandboxControl
) -> None:
    issued = await desk.welcome(await as_person("jane")).issue(unique("laptop"))
    body = body_of(issued["key"])
    good = headers(body)
    refused: dict[str, Any] = {
        "no signature": {},
        "another secret": headers(body, key=OTHER_KEY),
        "another body": headers(body + b" "),
        "an old report": headers(body, age=400),
        "a report from the future": headers(body, age=-400),
        "another time": good | {"webhook-timestamp": str(int(good["webhook-timestamp"]) - 1)},
        "another id": good | {"webhook-id": "report-2"},
        "no id": good | {"webhook-id": ""},
        "junk": good | {"webhook-signature": "junk"},
        "no version": good | {"webhook-signature": good["webhook-signature"].removeprefix("v1,")},
        "a time that is no number": good | {"webhook-timestamp": "now"},
        "a long time": good | {"webhook-timestamp": "1" * 5000},
        "a negative time": good | {"webhook-timestamp": "-1"},
        "each header twice": [*good.items(), *good.items()],
        "too many signatures": good | {"webhook-signature": "v1,x " * 10 + good["webhook-signature"]},
        "GitHub's headers": {"Github-Public-Key-Signature": "x", "Github-Public-Key-Identifier": "y"},
    }
    control.forget()
    for name, sent in refused.items():
        answer = await desk.http.post(PATH, content=body, headers=sent)
        assert_problem(answer, 401, "not-signed-in")
        assert issued["key"] not in answer.text, name
    assert control.calls() == []
    assert (await gateway.chat(issued["key"])).status == 200
    both = good | {"webhook-signature": f"{signature(body, 'x', '1')} {good['webhook-signature']}"}
    assert (await desk.http.post(PATH, content=body, headers=both)).status_code == 200


async def test_a_signed_body_of_another_form_is_refused(desk: Desk) -> None:
    for body in (b"junk", b"{}", b'[{"type": "t"}]', b'[{"token": 1, "type": "t"}]'):
        answer = await desk.http.post(PATH, content=body, headers=headers(body))
        assert answer.status_code in (400, 422), answer.text


async def test_without_a_secret_there_is_no_such_route(desk_with: OpenDesk) -> None:
    async with desk_with(leaks={}) as desk:
        assert (await desk.http.post(PATH, content=b"[]", headers=headers(b"[]"))).status_code in (401, 404)
