"""Receives the answer of a sign-in in the browser, on a port of this machine (RFC 8252)."""

import hmac
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from urllib.parse import parse_qsl, urlsplit

from keydesk.client.errors import ClientError

_ERROR = re.compile(r"[a-z_]{1,60}")
_PAGE = (
    "<!doctype html><meta charset=utf-8><title>Keydesk</title><p>{text} You can close this page and return to "
    "your terminal.</p>"
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where the answer arrives on this machine. The port 0 is any free one."""

    path: str = "/callback"
    port: int = 0


_USUAL = Arrival()


class Callback:
    """Waits for one redirect with the right `state`. Others, such as those of another page, are ignored.

    `names_issuer` is whether the answer must name its issuer (RFC 9207). If it does so anyway, it must be this one.
    """

    def __init__(
        self,
        state: str,
        issuer: str,
        when_answered: Callable[[], object] = lambda: None,
        *,
        arrival: Arrival = _USUAL,
        names_issuer: bool = True,
    ) -> None:
        self.state = state
        self.issuer = issuer
        self.path, self.port = arrival.path, arrival.port
        self._when_answered = when_answered
        self._names_issuer = names_issuer
        self.address = ""
        self._answer: dict[str, str] = {}

    @property
    def has_answer(self) -> bool:
        return bool(self._answer)

    def code(self) -> str:
        """Return the code in the answer. Raises ClientError for a refusal, for a mix-up and without an answer."""
        if not self.has_answer:
            raise ClientError("No answer came from the browser. Run the command again, or add --device.")
        usual = None if self._names_issuer else self.issuer
        if self._answer.get("iss", usual) != self.issuer:
            raise ClientError(
                "The answer came from another server than the one that was asked. Nothing was sent."
            )
        if self._answer.get("error") == "access_denied":
            raise ClientError("The sign-in was rejected in the browser.")
        if "error" in self._answer or not self._answer.get("code"):
            raise ClientError(f"The browser brought no code{self._reason()}. Run the command again.")
        return self._answer["code"]

    def _reason(self) -> str:
        """Return the error in the answer, such as `invalid_scope`, as RFC 6749 spells errors."""
        error = self._answer.get("error", "")
        return f" ({error})" if _ERROR.fullmatch(error) else ""

    def receive(self, target: str) -> bool:
        """Take the answer in the target of a request. Return whether it is the one that is waited for."""
        parts = urlsplit(target)
        answer = dict(parse_qsl(parts.query, keep_blank_values=True))
        is_ours = hmac.compare_digest(answer.get("state", "").encode(), self.state.encode())
        if parts.path != self.path or not is_ours or self.has_answer:
            return False
        self._answer = answer
        self._when_answered()
        return True


class _Server(ThreadingMixIn, TCPServer):
    """Not an HTTPServer, which lets other programs of Windows use its port, and asks for the name of this machine."""

    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"
    """The next sign-in can use the same port. On Windows, this would let other programs use it."""


@contextmanager
def listening(callback: Callback) -> Iterator[Callback]:
    """Listen for the length of the block, and set the callback's address. Raises ClientError if the port is in use.

    `when_answered` runs in the thread of the server.
    """
    with _server(callback) as server:
        callback.address = f"http://127.0.0.1:{server.server_address[1]}{callback.path}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield callback
        finally:
            server.shutdown()


def _server(callback: Callback) -> _Server:
    try:
        return _Server(("127.0.0.1", callback.port), _handler(callback))
    except OSError:
        raise ClientError(
            f"Another program uses port {callback.port} of this machine. Close it, or add --device."
        ) from None


def _handler(callback: Callback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            is_ours = callback.receive(self.path)
            text = "Keydesk has your answer." if is_ours else "There is nothing here."
            body = _PAGE.format(text=text).encode()
            self.send_response(200 if is_ours else 404)
            for name, value in (
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Content-Security-Policy", "default-src 'none'"),
                ("Referrer-Policy", "no-referrer"),
                ("Cache-Control", "no-store"),
                ("Connection", "close"),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing: the request contains the code."""

    return Handler
