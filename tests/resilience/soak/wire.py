"""A minimal keep-alive HTTP connection, so that thousands fit into one process."""

import asyncio
import json
import time
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Reply:
    """`status` is 0 if the connection failed before the response.

    `is_marked` means that the response has an age and a warning.
    """

    path: str
    status: int
    seconds: float
    is_marked: bool = False
    body: bytes = b""

    def without_body(self) -> "Reply":
        return replace(self, body=b"")


class Wire:
    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, token: str, body: Any = None) -> Reply:
        """Send a request and return the response. Connect if necessary. Times out after 30 seconds."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(30):
                head, content = await self._exchange(method, path, token, body)
        except (OSError, EOFError, ValueError, TimeoutError):
            self.close()
            return Reply(path, 0, time.monotonic() - begun)
        is_marked = b"\r\nage:" in head and b"\r\nwarning:" in head
        return Reply(path, int(head.split(b" ", 2)[1]), time.monotonic() - begun, is_marked, content)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None

    async def _exchange(self, method: str, path: str, token: str, body: Any) -> tuple[bytes, bytes]:
        if self._reader is None or self._writer is None or self._reader.at_eof():
            self.close()
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        content = b"" if body is None else json.dumps(body).encode()
        lines = [
            f"{method} /api/litellm{path} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {token}",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
        ]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + content)
        await self._writer.drain()
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        answer = await self._reader.readexactly(length)
        if b"\r\nconnection: close" in head:
            self.close()
        return head, answer
