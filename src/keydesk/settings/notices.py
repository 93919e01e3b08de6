"""Settings of notices: the channels that send them, and what people cannot turn off."""

import base64
import binascii
from email.errors import HeaderParseError
from email.headerregistry import Address as Mailbox
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, WithJsonSchema

from keydesk.kit.notice_kind import NoticeKind
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.service import Loopback
from keydesk.settings.values import Credential, NonEmpty

_SIGNING_SECRET_BYTES = range(24, 65)
SIGNING_SECRET_PREFIX = "whsec_"  # noqa: S105 - marks a secret, and is none


def _secret_url(url: SecretStr) -> SecretStr:
    expected = "expected an HTTPS URL without user name and password; HTTP works only for this machine"
    try:
        parts = urlsplit(url.get_secret_value())
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in Loopback)
        is_plain = (
            parts.port != 0 and parts.username is None and parts.password is None and not parts.fragment
        )
    except ValueError:
        raise ValueError(expected) from None
    if not is_safe or not is_plain or not parts.hostname or not url.get_secret_value().isprintable():
        raise ValueError(expected)
    return url


def _signing_secret(secret: SecretStr) -> SecretStr:
    try:
        size = len(signing_key(secret))
    except (ValueError, binascii.Error):
        size = 0
    if size not in _SIGNING_SECRET_BYTES:
        raise ValueError("expected whsec_ and the Base64 of 24 to 64 random bytes")
    return secret


def signing_key(secret: SecretStr) -> bytes:
    """Return the key for HMAC. Raises ValueError for a secret in another format."""
    prefix, text = secret.get_secret_value()[:6], secret.get_secret_value()[6:]
    if prefix != SIGNING_SECRET_PREFIX:
        raise ValueError("not a signing secret")
    return base64.b64decode(text, validate=True)


def _mail_address(text: str) -> str:
    try:
        mailbox = Mailbox(addr_spec=text)
    except (HeaderParseError, ValueError, IndexError):
        raise ValueError("expected an email address such as keydesk@example.com") from None
    if not mailbox.domain or not text.isascii() or not text.isprintable():
        raise ValueError("expected an email address such as keydesk@example.com")
    return text


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("expected a time zone such as Europe/Berlin")
    return name


SecretUrl = Annotated[SecretStr, AfterValidator(_secret_url)]
SigningSecret = Annotated[SecretStr, AfterValidator(_signing_secret)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
KindName = Annotated[NoticeKind, WithJsonSchema({"type": "string", "enum": [*NoticeKind]})]
"""A kind, which the JSON Schema lists in place."""
Days = Annotated[int, Field(ge=1, le=365)]
_EVERY_KIND = tuple(NoticeKind)


class Channel(Section):
    """A channel. It sends nothing until it is confirmed."""

    confirmed: bool = False
    """Send notices without a test. Otherwise, `keydesk notices test` confirms the channel. A channel with a new address
    must be confirmed again."""


class OperatorChannel(Channel):
    """A channel of the platform team. It gets the notices for all people."""

    kinds: tuple[KindName, ...] = _EVERY_KIND
    """The kinds of notices that the channel gets."""


class MailChannel(Channel):
    """Email to each person, with SMTP."""

    host: NonEmpty
    """The SMTP server."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """The port of the SMTP server."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` requires encryption before anything else is sent, `tls` encrypts from the start, and `none` does not
    encrypt. `none` does not work with a password."""
    username: NonEmpty | None = None
    """The user name at the SMTP server."""
    password: Credential | None = None
    """The password at the SMTP server."""
    sender: MailAddress
    """The address of the sender."""
    sender_name: Annotated[str, Field(max_length=100)] = "Keydesk"
    """The name of the sender."""

    @rule
    def _sends_no_password_in_clear(self) -> Faults:
        if self.security == "none" and self.password is not None:
            yield ("security",), "must be starttls or tls with a password"
        if (self.username is None) != (self.password is None):
            yield ("password",), "set username and password, or neither"


class BackstageChannel(Channel):
    """Backstage notifications to each person. Requires `directory.backstage`, which has the address of Backstage."""

    token: Credential | None = None
    """A static external access token that can create notifications. The default is `directory.backstage.token`."""


class WebhookChannel(OperatorChannel):
    """A signed webhook, in the format of the Standard Webhooks specification."""

    url: SecretUrl
    """The URL to which Keydesk posts notices."""
    signing_secret: SigningSecret
    """The secret for the signature: `whsec_` and the Base64 of 24 to 64 random bytes."""


class ChatChannel(OperatorChannel):
    """A webhook of a chat. Its URL is a secret."""

    url: SecretUrl
    """The URL of the incoming webhook."""


class AppriseChannel(OperatorChannel):
    """Another service, through Apprise. Requires `keydesk[notices]`."""

    url: Annotated[SecretStr, Field(min_length=1)]
    """The Apprise URL of the service, such as `mmosts://chat.example.com/TOKEN`."""


class Notices(Section):
    """Notices about keys. Without a channel, Keydesk sends and stores none."""

    mail: MailChannel | None = None
    """Email to each person."""
    backstage: BackstageChannel | None = None
    """Backstage notifications to each person."""
    webhook: WebhookChannel | None = None
    """A signed webhook."""
    slack: ChatChannel | None = None
    """An incoming webhook of Slack."""
    teams: ChatChannel | None = None
    """A Workflows webhook of Microsoft Teams."""
    apprise: AppriseChannel | None = None
    """Another service, through Apprise."""
    always: tuple[KindName, ...] = (
        NoticeKind.KEY_EXPIRED,
        NoticeKind.KEY_BLOCKED,
        NoticeKind.KEY_POLICY,
        NoticeKind.KEY_LEAKED,
        NoticeKind.MACHINE_SIGNED_IN,
    )
    """The kinds of notices that people cannot turn off. They can still choose between the channels."""
    expiry_days: Annotated[tuple[Days, ...], Field(min_length=1, max_length=10)] = (14, 3, 1)
    """Days before the expiration of a key at which its owner gets a notice."""
    digest_minutes: Annotated[int, Field(ge=0, le=1440)] = 60
    """Minutes between two messages to a person on one channel. Notices in between are combined. Notices about a
    leaked key and a signed-in machine do not wait."""
    give_up_after_days: Annotated[int, Field(ge=1, le=14)] = 3
    """Days after which Keydesk stops to retry a notice."""
    keep_days: Annotated[int, Field(ge=30, le=3660)] = 90
    """Days after which Keydesk deletes notices and their deliveries."""
    timeout_seconds: Annotated[float, Field(ge=1, le=60)] = 10.0
    """Timeout in seconds for sending one message."""
    language: Literal["en", "de"] = "en"
    """The language of messages to the platform team, and to people who have not chosen one."""
    time_zone: TimeZone = "UTC"
    """The time zone of times in messages to the platform team, and to people who have not chosen one."""

    @property
    def has_channels(self) -> bool:
        return any((self.mail, self.backstage, self.webhook, self.slack, self.teams, self.apprise))
