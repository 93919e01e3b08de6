"""Sends with Apprise, which supports over a hundred services. Needs the extra `notices`.

Apprise follows redirects and has no id for a message, so a service can show one twice after a crash.
"""

import logging

import apprise

from keydesk.notices.messages import Batch, Content, DeliveryError, Failure
from keydesk.settings.notices import AppriseChannel

# Apprise logs the URLs of services, which contain secrets.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class Apprise:
    name = "apprise"
    is_personal = False
    max_notices = 100

    def __init__(self, settings: AppriseChannel) -> None:
        self._apprise = apprise.Apprise()
        self._is_known = self._apprise.add(settings.url.get_secret_value())

    async def send(self, batch: Batch, content: Content) -> None:  # noqa: ARG002 - the interface's
        if not self._is_known:
            raise DeliveryError(Failure.UNAVAILABLE)
        was_sent = await self._apprise.async_notify(
            title=content.subject, body=content.text, body_format=apprise.NotifyFormat.TEXT
        )
        if not was_sent:
            raise DeliveryError(Failure.UNAVAILABLE)

    async def check(self) -> None:
        """Do nothing: only a message shows whether the channel works."""

    async def aclose(self) -> None:
        """Do nothing: Apprise keeps no connection."""
