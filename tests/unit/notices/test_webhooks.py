"""Webhooks are signed, follow no redirect, and cannot be used to forge links or mentions."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from keydesk.kit.http_client import HttpClient
from keydesk.notices.channels.backstage import Backstage
from keydesk.notices.channels.chat import Chat
from keydesk.notices.channels.slack import slack_body
from keydesk.notices.channels.teams import teams_body
from keydesk.notices.channels.webhook import Webhook
from keydesk.notices.messages import Channel, Content, DeliveryError, Failure
from keydesk.notices.models import Kind
from keydesk.settings.notices import ChatChannel, WebhookChannel
from keydesk.web.notices.messages import Messages
from tests.support.peers.webhook import Receiver, webhook_receiver
from tests.unit.notices.conftest import JANE, batch_of, stored

pytestmark = pytest.mark.anyio
KEY = b"0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
RENDER = Messages("https://keys.example.com", "UTC")
HOSTILE = (
    "<https://evil.example.com|click> & <!channel> [click](https://evil.example.com)\r\nBcc: x@example.com"
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as started:
        yield started


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient(timeout_seconds=2)
    yield client
    await client.aclose()


def chat(receiver: Receiver) -> ChatChannel:
    return ChatChannel(url=SecretStr(f"{receiver.server.url}/services/secret-of-the-url"))


def webhook(receiver: Receiver, http: HttpClient) -> Webhook:
    secret = SecretStr("whsec_" + base64.b64encode(KEY).decode())
    url = SecretStr(f"{receiver.server.url}/hook")
    return Webhook(WebhookChannel(url=url, signing_secret=secret), http, lambda: NOW)


async def send(channel: Channel, *names: str, kind: Kind = Kind.KEY_EXPIRING) -> None:
    recipient = JANE if channel.is_personal else ""
    notices = [stored(kind, subject=f"key_{number}", key=name) for number, name in enumerate(names)]
    batch = batch_of(*notices, recipient=recipient)
    await channel.send(batch, RENDER.notices(batch, "en"))


async def test_a_receiver_can_verify_the_webhook(receiver: Receiver, http: HttpClient) -> None:
    await send(webhook(receiver, http), "laptop")

    (posted,) = receiver.posted
    message_id, timestamp = posted.headers["webhook-id"], posted.headers["webhook-timestamp"]
    signed = f"{message_id}.{timestamp}.".encode() + posted.content
    expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    assert posted.headers["webhook-signature"] == f"v1,{expected}"
    assert int(timestamp) == NOW.timestamp()
    assert (posted.json["type"], posted.json["id"]) == ("keydesk.notices", message_id)
    (notice,) = posted.json["data"]["notices"]
    assert (notice["kind"], notice["person"], notice["key"]) == ("key_expiring", JANE, "key_0")
    assert notice["link"] == "https://keys.example.com/keys/key_0"


async def test_slack_shows_names_as_text(receiver: Receiver, http: HttpClient) -> None:
    await send(Chat("slack", slack_body, chat(receiver), http), HOSTILE)

    text = receiver.posted[0].json["blocks"][1]["text"]["text"]
    assert text.startswith("<https://keys.example.com/keys/key_0|")
    assert text.count("<") == text.count(">") == 1
    assert "&lt;!channel&gt;" in text


async def test_teams_shows_names_as_text(receiver: Receiver, http: HttpClient) -> None:
    await send(Chat("teams", teams_body, chat(receiver), http), HOSTILE)

    (attachment,) = receiver.posted[0].json["attachments"]
    card = attachment["content"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert card["actions"] == [
        {"type": "Action.OpenUrl", "title": "Open key", "url": "https://keys.example.com/keys/key_0"}
    ]


@pytest.mark.parametrize("body_of", [slack_body, teams_body])
async def test_a_chat_message_shows_twenty_notices_and_counts_the_rest(
    receiver: Receiver, http: HttpClient, body_of: Callable[[Content], Any]
) -> None:
    await send(Chat("chat", body_of, chat(receiver), http), *(f"name-{number}" for number in range(150)))

    text = json.dumps(receiver.posted[0].json)
    assert "150 keys expire soon" in text
    assert "130 more notices" in text
    assert "name-19" in text
    assert "name-20" not in text


async def test_backstage_gets_a_notification_that_replaces_its_repetition(
    receiver: Receiver, http: HttpClient
) -> None:
    channel = Backstage(receiver.server.url, SecretStr("token-of-keydesk"), http)
    await send(channel, "laptop", kind=Kind.KEY_LEAKED)

    (posted,) = receiver.posted
    assert posted.path == "/api/notifications"
    assert posted.headers["authorization"] == "Bearer token-of-keydesk"
    assert posted.json == {
        "recipients": {"type": "entity", "entityRef": JANE},
        "payload": {
            "title": "The key “laptop” was reported as leaked",
            "description": "The key “laptop” was reported as leaked.",
            "link": "https://keys.example.com/keys/key_0",
            "severity": "critical",
            "topic": "keydesk",
            "scope": "0123456789abcdef0123456789abcdef",
        },
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (302, Failure.UNAVAILABLE),
        (307, Failure.UNAVAILABLE),
        (401, Failure.CREDENTIAL_REFUSED),
        (403, Failure.CREDENTIAL_REFUSED),
        (404, Failure.UNAVAILABLE),
        (429, Failure.RATE_LIMITED),
        (500, Failure.UNAVAILABLE),
    ],
)
async def test_other_answers_are_failures_that_reveal_nothing(
    receiver: Receiver, http: HttpClient, status: int, expected: Failure
) -> None:
    receiver.status = status
    with pytest.raises(DeliveryError) as caught:
        await send(Chat("slack", slack_body, chat(receiver), http), "laptop")

    assert caught.value.failure is expected
    assert caught.value.stops_channel
    assert [posted.path for posted in receiver.posted] == ["/services/secret-of-the-url"]
    assert "secret-of-the-url" not in repr(caught.value)


async def test_a_receiver_that_is_away_stops_the_channel(receiver: Receiver, http: HttpClient) -> None:
    receiver.server.stop()
    with pytest.raises(DeliveryError) as caught:
        await send(webhook(receiver, http), "laptop")

    assert caught.value.failure is Failure.UNREACHABLE
