"""The server's HTTP protocol with bounds: a request must arrive in time, and its head must not be endless.

uvicorn itself waits for ever for the rest of a request, keeps headers of any length, and takes for headers what
stands behind a body.
"""

import asyncio
import json
from functools import partial
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from keydesk.server.read_scheduler import turns_of

MAX_HEAD_BYTES = 64 * 1024
"""Also for what stands behind a body."""
_PIECE_BYTES = 16 * 1024
"""What is parsed in one go. The end of a body and the head behind it can be one piece, and all of it counts as head."""
ARRIVAL_SECONDS = 15.0
"""For all of a request, from its first byte or the connection's beginning; bodies are small here."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Answers what cannot be read as a problem, like every other error."""

    arrival_seconds = ARRIVAL_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arrival: asyncio.TimerHandle | None = None
        self._is_in_head = True
        self._got_further = False
        self._unread_bytes = 0
        self._turns = turns_of(self.server_state)
        self._is_waiting = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self._await_arrival()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._arrival is None:
            self._await_arrival()
        if not self._turns.take(self.loop, partial(self._read, data)):
            # Nothing more arrives before this has been read.
            self.transport.pause_reading()
            self._is_waiting = True

    def _read(self, data: bytes) -> None:
        if self._is_waiting:
            self._is_waiting = False
            if self.transport.is_closing():
                return
            if not self.flow.read_paused:
                self.transport.resume_reading()
        for start in range(0, len(data), _PIECE_BYTES):
            if self.transport.is_closing():
                return
            self._parse(data[start : start + _PIECE_BYTES])

    def _parse(self, data: bytes) -> None:
        self._got_further = False
        super().data_received(data)
        if self._is_in_head or not self._got_further:
            self._unread_bytes += len(data)
        if self._unread_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse_endless()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_arrival()

    def on_header(self, name: bytes, value: bytes) -> None:
        # What stands behind a body (RFC 9110, trailers) is no header: no proxy has looked at it.
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._get_further()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._get_further()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._arrived()
        self._is_in_head = True
        self._get_further()
        super().on_message_complete()

    def _get_further(self) -> None:
        self._got_further = True
        self._unread_bytes = 0

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - what uvicorn says is plain text
        self._refuse(HTTPStatus.BAD_REQUEST, "This is no HTTP request that can be read.")

    def _await_arrival(self) -> None:
        self._arrived()
        self._arrival = self.loop.call_later(self.arrival_seconds, self._give_up)

    def _arrived(self) -> None:
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None

    def _give_up(self) -> None:
        if self._is_in_head and self._unread_bytes and not self._is_answering():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request did not arrive in time.")
        else:
            self.transport.close()

    def _refuse_endless(self) -> None:
        if self._is_in_head:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's headers are too long.")
        else:
            # Behind a body; this request may be answered already.
            self.transport.close()

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _refuse(self, status: HTTPStatus, error: str) -> None:
        """Answer with a problem and close. Nobody has seen this request, so it has no request id."""
        if self.transport.is_closing():
            return
        problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "error": error}
        content = json.dumps(problem).encode()
        lines = [
            f"HTTP/1.1 {status.value} {status.phrase}",
            "content-type: application/problem+json",
            f"content-length: {len(content)}",
            "connection: close",
        ]
        self.transport.write("\r\n".join([*lines, "", ""]).encode() + content)
        self.transport.close()
