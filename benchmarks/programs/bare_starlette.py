"""Returns fixed bytes: the cost of the same responses without any work.

Arguments: the port, and a folder whose files are served at the paths of their names.
"""

import sys
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.peers.processes import HOST
from keydesk.server.serving import server_for


def main() -> None:
    routes = [_route(file.name, file.read_bytes()) for file in Path(sys.argv[2]).iterdir()]
    server_for(Starlette(routes=routes), HOST, int(sys.argv[1])).run()


def _route(name: str, content: bytes) -> Route:
    async def answer(request: Request) -> Response:
        await request.body()
        return Response(content, media_type="application/json")

    return Route(f"/{name}", answer, methods=["GET", "POST"])


if __name__ == "__main__":
    main()
