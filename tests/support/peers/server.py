"""Serves an ASGI application on a loopback port that it keeps.

After a restart, the URL is the same. Runs no lifespan.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send


class Server:
    """`application` may be replaced at any time. While stopped, connections are refused."""

    def __init__(self) -> None:
        # Bound but never listening, so that no other process gets the port in the meantime.
        self._place = _bound(("127.0.0.1", 0))
        self.application: ASGIApp | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._place.getsockname()[1]}"

    def start(self) -> None:
        """The socket listens immediately. Does nothing if the server is running."""
        if self._server is not None:
            return
        listener = _bound(self._place.getsockname())
        listener.listen(1024)
        config = uvicorn.Config(
            self._answer, interface="asgi3", lifespan="off", ws="none", log_config=None, access_log=False
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, daemon=True, name=f"server {self.url}"
        )
        self._thread.start()

    def stop(self) -> None:
        """Refuse new connections and close idle ones. Running requests still get a response."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._server = None

    def close(self) -> None:
        self.stop()
        self._place.close()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.application is not None, "nothing is served here"
        await self.application(scope, receive, send)


@contextmanager
def running_server() -> Iterator[Server]:
    """Yield a started server."""
    server = Server()
    server.start()
    try:
        yield server
    finally:
        server.close()


def _bound(address: tuple[str, int]) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(address)
    return bound
