"""The condition of one part of a stand-in: how often it was called, and its current failure."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from enum import Enum

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

Endpoint = Callable[[Request], Awaitable[Response]]
_PATIENCE_SECONDS = 10.0


class Trouble(Enum):
    FAILING = "answers 500"
    PAGE = "answers a page with 200, as a gateway in between does"


class Condition:
    """`calls` counts all requests, including failed ones. Set from the tests' thread, read from the server's."""

    def __init__(self) -> None:
        self.calls = 0
        self._trouble: Trouble | None = None
        self._good_answers = 0
        self._open = threading.Event()
        self._open.set()
        self._somebody_waits = threading.Event()

    def falls_ill(self, trouble: Trouble = Trouble.FAILING, after: int = 0) -> None:
        """Fail from now on, or after `after` more good responses."""
        self._good_answers = after
        self._trouble = trouble

    def recovers(self) -> None:
        self._trouble = None

    def stalls(self) -> None:
        """Hold back all responses until `goes_on`."""
        self._somebody_waits.clear()
        self._open.clear()

    def goes_on(self) -> None:
        self._open.set()

    async def somebody_waits(self) -> None:
        """Wait until a request waits for its response. Raises TimeoutError."""
        if not await asyncio.to_thread(self._somebody_waits.wait, _PATIENCE_SECONDS):
            raise TimeoutError("nobody called")

    def of(self, endpoint: Endpoint) -> Endpoint:
        """Return `endpoint` under this condition."""

        async def answer(request: Request) -> Response:
            self.calls += 1
            if not self._open.is_set():
                self._somebody_waits.set()
                await asyncio.to_thread(self._open.wait, _PATIENCE_SECONDS)
            return self._disturbed() or await endpoint(request)

        return answer

    def _disturbed(self) -> Response | None:
        if self._trouble is None:
            return None
        if self._good_answers > 0:
            self._good_answers -= 1
            return None
        if self._trouble is Trouble.PAGE:
            return HTMLResponse("<p>Sign in</p>")
        return JSONResponse({"error": {"name": "Error", "message": "something broke"}}, 500)
