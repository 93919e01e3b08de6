"""Creates notifications in Backstage. A notification that is sent again replaces the first one, by its `scope`.

Source: `POST /api/notifications` of Backstage's notifications-backend, with an external access token.
"""

from pydantic import SecretStr

from keydesk.kit.http_client import HttpClient
from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.channels.posting import encoded, post
from keydesk.notices.messages import Batch, Content

PATH = "/api/notifications"
_TOPIC = "keydesk"
_SEVERITIES = {
    NoticeKind.KEY_LEAKED: "critical",
    NoticeKind.KEY_BLOCKED: "high",
    NoticeKind.KEY_POLICY: "high",
}


class Backstage:
    name = "backstage"
    is_personal = True
    max_notices = 100

    def __init__(self, base_url: str, token: SecretStr, http_client: HttpClient) -> None:
        self._url = SecretStr(base_url + PATH)
        self._token = token
        self._http_client = http_client

    async def send(self, batch: Batch, content: Content) -> None:
        severities = {_SEVERITIES.get(notice.kind, "normal") for notice in batch.notices}
        payload = {
            "title": content.subject,
            "description": "\n".join(text for text, _ in content.lines),
            "severity": next((each for each in ("critical", "high") if each in severities), "normal"),
            "topic": _TOPIC,
            "scope": batch.id,
        }
        if content.link:
            payload["link"] = content.link
        body = {"recipients": {"type": "entity", "entityRef": batch.recipient}, "payload": payload}
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        await post(self._http_client, self._url, encoded(body), headers)

    async def check(self) -> None:
        """Do nothing: only a message shows whether the channel works."""

    async def aclose(self) -> None:
        """Do nothing: the HTTP client is shared."""
