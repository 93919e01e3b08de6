"""Runs ASGI applications under uvicorn: one, or several in one process."""

import asyncio
import socket
from typing import Any

import uvicorn

from keydesk.server.http_protocol import BoundedHttpProtocol


def server_for(application: Any, host: str, port: int, **options: Any) -> uvicorn.Server:
    """A server that logs through our own logging and does not name itself."""
    defaults: dict[str, Any] = {"http": BoundedHttpProtocol, "timeout_graceful_shutdown": 30}
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        # A trusted proxy is known by its real address, so no header may change what counts as the peer.
        proxy_headers=False,
        # Longer than reverse proxies and clients keep idle connections (mostly 60 s): who closes first should be
        # the one that sends the next request, which would else be sent into a connection that is being closed.
        timeout_keep_alive=75,
        **defaults | options,
    )
    return uvicorn.Server(config)


def free_port(host: str, wanted: int) -> int:
    """`wanted` if nobody listens there, else a port the system picks."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError:
            probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


async def started(server: uvicorn.Server) -> asyncio.Task[None]:
    """Start the server in the background and wait until it accepts connections. Raises RuntimeError if it cannot."""
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            raise RuntimeError("the server could not start")
        await asyncio.sleep(0.02)
    return running
