"""Sends bytes to a server, without a client library that would correct them."""

import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Said:
    """The bytes received on one connection, and whether the server closed it."""

    received: bytes
    closed: bool

    @property
    def status(self) -> int | None:
        """Return the status of the first response, or None."""
        line = self.received.split(b"\r\n", 1)[0].split(b" ")
        return int(line[1]) if len(line) > 1 and line[0].startswith(b"HTTP/") and line[1].isdigit() else None

    @property
    def answers(self) -> int:
        return self.received.count(b"HTTP/1.1 ")


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Address":
        parts = urlsplit(url)
        return cls(str(parts.hostname), parts.port or 80)

    def connect(self, timeout: float) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=timeout)

    def say(
        self, *pieces: bytes, patience: float = 2.0, half_close: bool = False, responses: int = 0
    ) -> Said:
        """Send the pieces and read until the server closes or sends nothing for `patience` seconds.

        `half_close` ends the sending side after the pieces, `responses` after the headers of so many responses: the
        server then finishes its response and closes, so that nothing waits for more.
        """
        with self.connect(patience) as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                # The server responded and closed before it had read everything.
                pass
            return _heard(connection, responses)

    def is_closed_within(self, connection: socket.socket, seconds: float) -> bool:
        """Return whether the server closes, with or without a response."""
        ends_at = time.monotonic() + seconds
        try:
            while time.monotonic() < ends_at:
                connection.settimeout(max(0.01, ends_at - time.monotonic()))
                if not connection.recv(65_536):
                    return True
        except TimeoutError:
            return False
        except OSError:
            return True
        return False


def _heard(connection: socket.socket, responses: int) -> Said:
    received = b""
    try:
        while piece := connection.recv(65_536):
            received += piece
            heads = received.split(b"HTTP/1.1 ")
            if responses and len(heads) > responses and b"\r\n\r\n" in heads[responses]:
                connection.shutdown(socket.SHUT_WR)
                responses = 0
    except TimeoutError:
        return Said(received, closed=False)
    except OSError:
        pass
    return Said(received, closed=True)
