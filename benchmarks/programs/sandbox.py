"""The sandbox gateway as a process, at its own speed or at LiteLLM's.

Arguments: the port, the SQLite file, the master key, and `fast` or `slow`.
"""

import asyncio
import sys
from pathlib import Path

import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from benchmarks.peers.litellm_pace import seconds_for
from benchmarks.peers.processes import HOST
from keydesk_sandbox import SandboxConfig, create_sandbox


class OneWorker:
    """Handles one call at a time, each for as long as it occupies LiteLLM's only worker."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._worker = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        seconds = seconds_for(scope["path"]) if scope["type"] == "http" else 0.0
        if not seconds:
            await self._app(scope, receive, send)
            return
        answer: list[Message] = []

        async def keep(part: Message) -> None:
            answer.append(part)

        async with self._worker:
            now = asyncio.get_running_loop().time
            done_at = now() + seconds
            await self._app(scope, receive, keep)
            await asyncio.sleep(done_at - now())
        for part in answer:
            await send(part)


def main() -> None:
    port, database, master_key, pace = sys.argv[1:]
    app: ASGIApp = create_sandbox(SandboxConfig(database=Path(database), master_key=SecretStr(master_key)))
    app = app if pace == "fast" else OneWorker(app)
    uvicorn.run(app, host=HOST, port=int(port), log_config=None, access_log=False, timeout_keep_alive=60)


if __name__ == "__main__":
    main()
