"""Builds the channels from the settings. Opens no connections."""

from collections.abc import Iterator
from dataclasses import dataclass

from keydesk.kit.clock import Clock
from keydesk.kit.http_client import HttpClient
from keydesk.notices.addresses import Addresses
from keydesk.notices.channels.backstage import Backstage
from keydesk.notices.channels.chat import Chat
from keydesk.notices.channels.slack import slack_body
from keydesk.notices.channels.teams import teams_body
from keydesk.notices.channels.webhook import Webhook
from keydesk.notices.messages import Channel
from keydesk.settings import Settings


@dataclass(frozen=True, slots=True)
class ChannelParts:
    settings: Settings
    http_client: HttpClient
    addresses: Addresses
    clock: Clock

    def build(self) -> list[Channel]:
        """Return new channels. Raises ValueError if Apprise is not installed."""
        return [*self._personal(), *self._shared()]

    def fingerprints(self) -> dict[str, str]:
        """Return what identifies the address of each channel. Contains secrets."""
        ours, directory = self.settings.notices, self.settings.directory.backstage
        found = {}
        if ours.mail is not None:
            found["mail"] = f"{ours.mail.host}:{ours.mail.port} {ours.mail.username} {ours.mail.sender}"
        if ours.backstage is not None and directory is not None:
            found["backstage"] = directory.base_url
        for name in ("webhook", "slack", "teams", "apprise"):
            if (channel := getattr(ours, name)) is not None:
                found[name] = channel.url.get_secret_value()
        return found

    def _personal(self) -> Iterator[Channel]:
        ours, directory = self.settings.notices, self.settings.directory.backstage
        if ours.mail is not None:
            # Only mail needs the SMTP client.
            from keydesk.notices.channels.mail import Mail  # noqa: PLC0415 - see above

            yield Mail(ours.mail, self.addresses, ours.timeout_seconds)
        if ours.backstage is not None and directory is not None:
            token = ours.backstage.token or directory.token
            yield Backstage(directory.base_url, token, self.http_client)

    def _shared(self) -> Iterator[Channel]:
        ours = self.settings.notices
        if ours.webhook is not None:
            yield Webhook(ours.webhook, self.http_client, self.clock)
        if ours.slack is not None:
            yield Chat("slack", slack_body, ours.slack, self.http_client)
        if ours.teams is not None:
            yield Chat("teams", teams_body, ours.teams, self.http_client)
        if ours.apprise is not None:
            try:
                from keydesk.notices.channels.apprise import Apprise  # noqa: PLC0415 - an optional extra
            except ModuleNotFoundError:
                raise ValueError(
                    "notices.apprise: requires the extra notices. Run: pip install 'keydesk[notices]'"
                ) from None
            yield Apprise(ours.apprise)
