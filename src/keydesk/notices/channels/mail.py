"""Sends email with SMTP. A message that is sent again keeps its Message-ID, so mail systems can drop the repetition."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from keydesk.notices.addresses import Addresses
from keydesk.notices.messages import Batch, Content, DeliveryError, Failure
from keydesk.settings.notices import MailChannel

_PERMANENT_ERROR = 500


class Mail:
    """Keeps the connection between messages until `aclose`."""

    name = "mail"
    is_personal = True
    max_notices = 100

    def __init__(self, settings: MailChannel, addresses: Addresses, timeout_seconds: float) -> None:
        self._settings = settings
        self._addresses = addresses
        self._timeout_seconds = timeout_seconds
        self._client: aiosmtplib.SMTP | None = None

    async def send(self, batch: Batch, content: Content) -> None:
        address = await self._addresses.of(batch.recipient)
        mail = self._mail(address, batch, content)
        with self._failures():
            client = await self._connected()
            await client.send_message(mail, sender=self._settings.sender, recipients=[address])

    async def check(self) -> None:
        with self._failures():
            await self._connected()

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Raise DeliveryError for an error of the server. The connection is used again only after an answer."""
        try:
            yield
        except aiosmtplib.SMTPRecipientsRefused as refused:
            is_permanent = all(each.code >= _PERMANENT_ERROR for each in refused.recipients)
            raise DeliveryError(Failure.REJECTED if is_permanent else Failure.DEFERRED) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            self._drop()
            raise DeliveryError(_failure(error)) from None
        except BaseException:
            self._drop()
            raise

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is None:
            settings = self._settings
            self._client = aiosmtplib.SMTP(
                hostname=settings.host,
                port=settings.port,
                username=settings.username,
                password=settings.password.get_secret_value() if settings.password else None,
                timeout=self._timeout_seconds,
                use_tls=settings.security == "tls",
                # Without encryption, the client must not start it on its own either: a forged server could offer it.
                start_tls=settings.security == "starttls",
            )
            await self._client.connect()
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _mail(self, address: str, batch: Batch, content: Content) -> EmailMessage:
        sender = Address(self._settings.sender_name, addr_spec=self._settings.sender)
        mail = EmailMessage()
        mail["From"] = sender
        try:
            mail["To"] = Address(addr_spec=address)
        except (ValueError, IndexError):
            raise DeliveryError(Failure.NO_ADDRESS) from None
        mail["Subject"] = content.subject
        mail["Date"] = format_datetime(batch.first_at)
        mail["Message-ID"] = f"<{batch.id}@{sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers
        mail.set_content(content.text)
        mail.add_alternative(content.html, subtype="html")
        return mail


def _failure(error: Exception) -> Failure:
    match error:
        case aiosmtplib.SMTPAuthenticationError() | aiosmtplib.SMTPSenderRefused():
            return Failure.CREDENTIAL_REFUSED
        case aiosmtplib.SMTPDataError():
            return Failure.DEFERRED
        case aiosmtplib.SMTPResponseException():
            return Failure.UNAVAILABLE
        case aiosmtplib.SMTPTimeoutError() | TimeoutError():
            return Failure.TIMED_OUT
        case aiosmtplib.SMTPConnectError() | aiosmtplib.SMTPServerDisconnected() | OSError():
            return Failure.UNREACHABLE
        case _:
            # The server does not support STARTTLS or authentication.
            return Failure.NOT_ENCRYPTED
