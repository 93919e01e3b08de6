"""Counts the functions, files and packages of Keydesk that one warm request runs through.

Run `python -m benchmarks.code_path` in the project's environment. Keydesk runs in this process on its real server
protocol, in front of a sandbox gateway in a process of its own. Each request is sent twice before it is profiled,
so that caches are warm. Only functions defined under `src/keydesk` count.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import httpx2

import keydesk
from benchmarks.peers.desk import API, DeskPlan, as_person
from benchmarks.peers.processes import HOST, free_port
from benchmarks.peers.upstream import sandbox
from keydesk.app import create_app
from keydesk.server.serving import server_for, started
from keydesk.settings.loading import load_configuration

_SOURCE = Path(keydesk.__file__).parent
_SETTLING_SECONDS = 0.3
_WARMING_ROUNDS = 3


@dataclass(frozen=True)
class Request:
    """A request to profile; `{number}` in `body` differs each time."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


REQUESTS = {
    "POST /keys/generate": Request(
        "POST", f"{API}/keys/generate", {"alias": "laptop-{number}", "max_budget": 5.0}
    ),
    "GET /keys": Request("GET", f"{API}/keys"),
    "GET /usage": Request("GET", f"{API}/usage?start_date=2026-01-01&end_date=2026-01-31"),
    "GET / (portal)": Request("GET", "/"),
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="keydesk-path-") as folder:
        seen = asyncio.run(_profiled(Path(folder)))
    print("| Request | Functions | Files | Packages |\n| --- | ---: | ---: | ---: |")
    for name, codes in seen.items():
        files = {code.co_filename for code in codes}
        packages = {Path(file).parent for file in files}
        print(f"| `{name}` | {len(codes)} | {len(files)} | {len(packages)} |")
    if "--files" in sys.argv:
        for name, codes in seen.items():
            print(f"\n{name}")
            for file in sorted({code.co_filename for code in codes}):
                names = sorted(code.co_qualname for code in codes if code.co_filename == file)
                print(f"  {Path(file).relative_to(_SOURCE)}: {', '.join(names)}")


async def _profiled(folder: Path) -> dict[str, set[CodeType]]:
    with sandbox(folder, "fast") as gateway:
        plan = DeskPlan(gateway, f"sqlite:///{folder / 'keydesk.db'}", ("alice",), folder)
        async with _served(plan) as http:
            token = plan.tokens()["alice"]
            return {name: await _codes(http, request, token) for name, request in REQUESTS.items()}


@asynccontextmanager
async def _served(plan: DeskPlan) -> AsyncIterator[httpx2.AsyncClient]:
    port = free_port()
    app = create_app(load_configuration([plan.write(port)]).settings)
    server = server_for(app, HOST, port)
    running = await started(server)
    async with httpx2.AsyncClient(base_url=f"http://{HOST}:{port}") as http:
        yield http
    server.should_exit = True
    await running


async def _codes(http: httpx2.AsyncClient, request: Request, token: str) -> set[CodeType]:
    """Return the code objects of Keydesk that ran for a warm request."""
    if request.path == "/":
        await http.post(
            "/sign-in", data={"person": "alice"}, headers={"Origin": str(http.base_url).rstrip("/")}
        )
    for number in range(_WARMING_ROUNDS):
        await _send(http, request, token, number)
    await asyncio.sleep(_SETTLING_SECONDS)
    codes: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        named = not code.co_name.startswith("<")
        if event == "call" and named and code.co_filename.startswith(str(_SOURCE)):
            codes.add(code)

    sys.setprofile(note)
    try:
        await _send(http, request, token, _WARMING_ROUNDS)
    finally:
        sys.setprofile(None)
    return codes


async def _send(http: httpx2.AsyncClient, request: Request, token: str, number: int) -> None:
    content = json.dumps(request.body).replace("{number}", str(number)) if request.body else None
    headers = as_person(token) | ({"Content-Type": "application/json"} if content else {})
    answer = await http.request(request.method, request.path, content=content, headers=headers)
    if answer.is_error:
        raise RuntimeError(f"{request.method} {request.path}: {answer.status_code} {answer.text[:300]}")


if __name__ == "__main__":
    main()
