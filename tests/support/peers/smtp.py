"""A real SMTP server (aiosmtpd) on a loopback port, which keeps what it accepts. It can stop and start again."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Lock
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from keydesk.server.serving import free_port


@dataclass
class Mailbox:
    """Accepts mail for everybody, except for the addresses in `answers`, which get another answer."""

    mails: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    async def handle_RCPT(  # noqa: N802 - the name that the server calls
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - see above
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        with self.lock:
            self.mails.append(mail)
        return "250 OK"


@dataclass
class MailServer:
    """The mailbox and its server. `password` is the only accepted one, if it is set."""

    mailbox: Mailbox = field(default_factory=Mailbox)
    port: int = field(default_factory=lambda: free_port("127.0.0.1", 0))
    context: ssl.SSLContext | None = None
    password: str | None = field(default=None, repr=False)
    _controller: Controller | None = None

    def start(self) -> None:
        options: dict[str, Any] = {}
        if self.password is not None:
            options = {"authenticator": self._authenticate, "auth_required": True}
        self._controller = Controller(
            self.mailbox,
            hostname="127.0.0.1",
            port=self.port,
            tls_context=self.context,
            require_starttls=self.context is not None,
            **options,
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def _authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        given = data.password.decode() if isinstance(data, LoginPassword) else ""
        return AuthResult(success=given == self.password, handled=False)


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    """Yield a started server."""
    server = MailServer(**options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
