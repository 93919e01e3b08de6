"""Runs one or more ASGI applications under uvicorn in one process."""

import asyncio
import errno
import socket
from typing import Any

import uvicorn

from keydesk.server.http_protocol import BoundedHttpProtocol


def server_for(application: Any, host: str, port: int, **options: Any) -> uvicorn.Server:
    """Return a server that uses Keydesk's logging and sends no `Server` header."""
    defaults: dict[str, Any] = {"http": BoundedHttpProtocol, "timeout_graceful_shutdown": 30}
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        # Keydesk recognizes a trusted proxy by its real address, so no header may change the peer's address.
        proxy_headers=False,
        # Longer than reverse proxies and clients keep idle connections (usually 60 s). If the server closed a
        # connection first, the client could send its next request into a connection that is closing.
        timeout_keep_alive=75,
        **defaults | options,
    )
    return uvicorn.Server(config)


def why_not_free(host: str, port: int) -> str | None:
    """Return why the server could not listen on this address, or None. Port 0 is always free."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        return "the host name is unknown"
    errors = [_bind_error(family, address) for family, _, _, _, address in places]
    in_use = next((error for error in errors if error and error.errno == errno.EADDRINUSE), None)
    # A name such as localhost can have an IPv6 address on a machine without IPv6. One usable address is enough.
    failure = in_use or (errors[0] if all(errors) else None)
    return (failure.strerror or "the address cannot be used") if failure else None


def _bind_error(family: int, address: Any) -> OSError | None:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None


def free_port(host: str, wanted: int) -> int:
    """Return `wanted` if that port is free, or else a port that the operating system chooses."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError:
            probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


async def started(server: uvicorn.Server) -> asyncio.Task[None]:
    """Start the server in the background. Wait until it accepts connections. Raises RuntimeError if it cannot start."""
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            raise RuntimeError("the server could not start")
        await asyncio.sleep(0.02)
    return running
