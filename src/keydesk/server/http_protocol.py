"""uvicorn's HTTP protocol with a receive timeout and a limit for the size of headers.

Without it, uvicorn waits forever for the rest of a request, accepts headers of any length, and treats trailers as
headers.
"""

import asyncio
import json
from contextvars import copy_context
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol, cast

from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from keydesk.http.reply import Reply, header_lines
from keydesk.server.read_scheduler import read_scheduler_of

MAX_HEAD_BYTES = 64 * 1024
"""The limit for the headers, and for the trailers after a body."""
_CHUNK_BYTES = 16 * 1024
"""The size of the chunks to parse. A chunk with the end of a body and the next head counts as head entirely."""
RECEIVE_TIMEOUT_SECONDS = 15.0
"""The time to receive a whole request, from the connection or its first byte. Bodies are small."""


class Lane(Protocol):
    """The fast lane of the application, `lane`."""

    def answer(self, scope: Scope) -> Reply | None:
        """Return the response if it needs no waiting."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """Rejects unreadable requests with a problem response, like every other error."""

    receive_timeout_seconds = RECEIVE_TIMEOUT_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timeout: asyncio.TimerHandle | None = None
        self._is_in_head = True
        self._made_progress = False
        self._head_bytes = 0
        self._read_scheduler = read_scheduler_of(self.server_state)
        self._is_queued = False
        self._lane: Lane | None = getattr(self.app, "lane", None)
        self._is_parsed = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        super().connection_made(transport)
        self._start_timeout()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_timeout()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._timeout is None:
            self._start_timeout()
        if not self._read_scheduler.run(self.loop, partial(self._read, data)):
            # Receive no more data before this chunk has been read.
            self.transport.pause_reading()
            self._is_queued = True

    def _read(self, data: bytes) -> None:
        if self._is_queued:
            self._is_queued = False
            if self.transport.is_closing():
                return
            if not self.flow.read_paused:
                self.transport.resume_reading()
        for start in range(0, len(data), _CHUNK_BYTES):
            if self.transport.is_closing():
                return
            self._parse(data[start : start + _CHUNK_BYTES])

    def _parse(self, data: bytes) -> None:
        self._made_progress = False
        super().data_received(data)
        if self._is_in_head or not self._made_progress:
            self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._reject_long_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._start_timeout()

    def on_header(self, name: bytes, value: bytes) -> None:
        # Ignore trailers (RFC 9110): a proxy in front of Keydesk does not check them.
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._progress()
        self._is_parsed = True
        super().on_headers_complete()
        self._is_parsed = False

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        """Write the response of the fast lane, or start a task.

        A pipelined request that waited for an earlier one takes the task: each response starts the next request, so
        that many of them would exceed the recursion limit.
        """
        reply = None
        if self._lane is not None and self._is_parsed and cycle.keep_alive and not self.flow.write_paused:
            scope = cast("Scope", cycle.scope)
            # A context of its own, as a task has: the next request must not inherit the request id.
            reply = copy_context().run(self._lane.answer, scope)
        if reply is None:
            # An earlier request of the same data may have been answered, so the connection counts as idle.
            self._unset_keepalive_if_required()
            super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]
        else:
            self._write(reply, cycle)

    def _write(self, reply: Reply, cycle: RequestResponseCycle) -> None:
        own_name, own_value = reply.own_header
        parts = (
            STATUS_LINE[reply.status],
            header_lines(tuple(self.server_state.default_headers)),
            header_lines(reply.headers),
            b"%b: %b\r\n\r\n" % (own_name, own_value),
            reply.body,
        )
        self.transport.write(b"".join(parts))
        cycle.response_started = cycle.response_complete = True
        on_response, cycle.on_response = cycle.on_response, _done
        on_response()

    def on_body(self, body: bytes) -> None:
        self._progress()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._cancel_timeout()
        self._is_in_head = True
        self._progress()
        super().on_message_complete()

    def _progress(self) -> None:
        self._made_progress = True
        self._head_bytes = 0

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's message is plain text
        self._reject(HTTPStatus.BAD_REQUEST, "This is not a valid HTTP request.")

    def _start_timeout(self) -> None:
        self._cancel_timeout()
        self._timeout = self.loop.call_later(self.receive_timeout_seconds, self._time_out)

    def _cancel_timeout(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None

    def _time_out(self) -> None:
        if self._is_in_head and self._head_bytes and not self._is_answering():
            self._reject(HTTPStatus.REQUEST_TIMEOUT, "The request was not received in time.")
        else:
            self.transport.close()

    def _reject_long_head(self) -> None:
        if self._is_in_head:
            self._reject(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's headers are too long.")
        else:
            # The long part is after the body. The response may have been sent already.
            self.transport.close()

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _reject(self, status: HTTPStatus, error: str) -> None:
        """Send a problem response and close the connection. The request has no id yet."""
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


def _done() -> None:
    """Replace the callback of a finished request, which would keep the connection in memory."""
