"""A TCP proxy on loopback that simulates faults of networks and servers."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from tests.resilience.fault.faults import Canned, Cut, Dripping, Fault, HalfOpen, Refused, Works

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Streams]]
_PIECE = 65_536


class FaultProxy:
    """`fault` applies to new connections. `put` also closes or freezes open ones."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        # Bound but not listening, to reserve the port.
        self._place = _bound(("127.0.0.1", 0))
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._fault: Fault = Works()
        self.connections = 0

    @property
    def port(self) -> int:
        port: int = self._place.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def put(self, fault: Fault) -> None:
        """Apply this fault from now on. All faults except a half-open network close open connections."""
        self._fault = fault
        if isinstance(fault, Refused):
            await self._stop_listening()
        elif self._server is None:
            listener = _bound(self._place.getsockname())
            self._server = await asyncio.start_server(self._serve, sock=listener, backlog=2048)
        if not isinstance(fault, HalfOpen):
            for writer in list(self._open):
                writer.transport.abort()

    @asynccontextmanager
    async def suffering(self, fault: Fault) -> AsyncIterator[None]:
        """Apply a fault for the length of the block."""
        await self.put(fault)
        try:
            yield
        finally:
            await self.put(Works())

    async def aclose(self) -> None:
        await self.put(Refused())
        self._place.close()

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._treat(self._fault, reader, writer)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _treat(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if isinstance(fault, Canned):
            await _hear_out(reader)
            writer.write(fault.answer)
            await writer.drain()
            writer.write_eof()
            await reader.read()
        elif isinstance(fault, HalfOpen):
            while await reader.read(_PIECE):
                pass
        else:
            await self._between(fault, reader, writer)

    async def _between(
        self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Forward data in both directions until one side closes."""
        there_reader, there_writer = await self._connect()
        self._open.add(there_writer)
        directions = (
            asyncio.create_task(self._passed_on(reader, there_writer, Works())),
            asyncio.create_task(self._passed_on(there_reader, writer, fault)),
        )
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
            self._open.discard(there_writer)
            there_writer.transport.abort()

    async def _passed_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault
    ) -> None:
        passed = 0
        size = 1 if isinstance(fault, Dripping) else _PIECE
        while piece := await reader.read(size):
            if isinstance(self._fault, HalfOpen):
                continue
            if isinstance(fault, Cut):
                piece = piece[: max(0, fault.after_bytes - passed)]
            writer.write(piece)
            await writer.drain()
            passed += len(piece)
            if isinstance(fault, Cut) and passed >= fault.after_bytes:
                await _ended(writer, fault)
                return
            if isinstance(fault, Dripping):
                await asyncio.sleep(fault.pause_seconds)


async def _hear_out(reader: asyncio.StreamReader) -> None:
    """Read one HTTP request, so that the response does not arrive too early."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))


async def _ended(writer: asyncio.StreamWriter, cut: Cut) -> None:
    if cut.by_reset:
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    else:
        writer.write_eof()
        await asyncio.sleep(0)


def _bound(address: tuple[str, int]) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(address)
    return bound


@asynccontextmanager
async def fault_proxy(connect: Connect) -> AsyncIterator[FaultProxy]:
    """Yield a working proxy in front of the server that `connect` connects to."""
    proxy = FaultProxy(connect)
    await proxy.put(Works())
    try:
        yield proxy
    finally:
        await proxy.aclose()
