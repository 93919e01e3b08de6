"""Posts signed notices, in the format of the Standard Webhooks specification (standardwebhooks.com)."""

from typing import Any

from keydesk.kit.clock import Clock
from keydesk.kit.http_client import HttpClient
from keydesk.kit.webhook_signature import signature_of
from keydesk.notices.channels.posting import encoded, post
from keydesk.notices.messages import Batch, Content, StoredNotice
from keydesk.settings.notices import WebhookChannel, signing_key


class Webhook:
    """The id of a message is in a header and in the signed body. It stays the same when a message is sent again."""

    name = "webhook"
    is_personal = False
    max_notices = 100

    def __init__(self, settings: WebhookChannel, http_client: HttpClient, clock: Clock) -> None:
        self._settings = settings
        self._http_client = http_client
        self._clock = clock

    async def send(self, batch: Batch, content: Content) -> None:
        now = self._clock()
        body = {
            "type": "keydesk.notices" if batch.notices else "keydesk.test",
            "id": batch.id,
            "timestamp": now.isoformat(),
            "data": {
                "text": content.subject,
                "notices": [
                    # A test has a line, but no notice.
                    _member(notice, line)
                    for notice, line in zip(batch.notices, content.lines, strict=False)
                ],
            },
        }
        await self._post(batch.id, str(int(now.timestamp())), encoded(body))

    async def check(self) -> None:
        """Do nothing: only a message shows whether the channel works."""

    async def aclose(self) -> None:
        """Do nothing: the HTTP client is shared."""

    async def _post(self, message_id: str, timestamp: str, content: bytes) -> None:
        signature = signature_of(signing_key(self._settings.signing_secret), message_id, timestamp, content)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature,
        }
        await post(self._http_client, self._settings.url, content, headers)


def _member(notice: StoredNotice, line: tuple[str, str | None]) -> dict[str, Any]:
    text, link = line
    return {
        "id": notice.event_id,
        "kind": notice.kind.value,
        "person": notice.recipient,
        "key": notice.subject,
        "threshold": notice.threshold,
        "period": notice.period,
        "created_at": notice.created_at.isoformat(),
        "values": dict(notice.values),
        "text": text,
        "link": link,
    }
