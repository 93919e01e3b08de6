"""A proxy in front of a gateway that others use as well: counts this run's calls, and can be stopped.

Arguments: the port, and the gateway's URL. `GET /forwarder/calls` returns the counts, `DELETE` resets them.
"""

import sys

import uvicorn
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.peers.processes import HOST
from tests.support.peers.counting import CountingProxy

CALLS = "/forwarder/calls"


def forwarding(url: str) -> ASGIApp:
    """Return the application."""
    proxy = CountingProxy(url)

    async def forward(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != CALLS:
            await proxy.app(scope, receive, send)
            return
        if scope["method"] == "DELETE":
            proxy.counts.clear()
        await JSONResponse(dict(proxy.counts))(scope, receive, send)

    return forward


def main() -> None:
    port, url = sys.argv[1:]
    uvicorn.run(forwarding(url), host=HOST, port=int(port), log_config=None, access_log=False)


if __name__ == "__main__":
    main()
