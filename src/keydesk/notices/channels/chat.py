"""Posts to the webhook of a chat. A chat has no id for a message, so it can show one twice after a crash."""

from collections.abc import Callable
from typing import Any

from keydesk.kit.http_client import HttpClient
from keydesk.notices.channels.posting import encoded, post
from keydesk.notices.messages import Batch, Content
from keydesk.settings.notices import ChatChannel


class Chat:
    """A channel of a whole team. `body_of` returns the JSON that the chat expects."""

    is_personal = False
    max_notices = 1000

    def __init__(
        self, name: str, body_of: Callable[[Content], Any], settings: ChatChannel, http_client: HttpClient
    ) -> None:
        self.name = name
        self._body_of = body_of
        self._settings = settings
        self._http_client = http_client

    async def send(self, batch: Batch, content: Content) -> None:  # noqa: ARG002 - the interface's
        await post(self._http_client, self._settings.url, encoded(self._body_of(content)))

    async def check(self) -> None:
        """Do nothing: only a message shows whether the channel works."""

    async def aclose(self) -> None:
        """Do nothing: the HTTP client is shared."""
