"""Static files with a content hash in their URL, so that browsers can cache them permanently."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_HERE = Path(__file__).parent / "static"
_SHOWN = {".css", ".js", ".svg"}
_IMPORT = re.compile(rb'(?<= from )"\./([a-z_]+\.js)"')
_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file. `name` is its path without the hash, such as `vendor/htmx.js`."""

    name: str
    content: bytes

    @cached_property
    def hashed_name(self) -> str:
        stem, _, extension = self.name.rpartition(".")
        return f"{stem}.{hashlib.sha256(self.content).hexdigest()[:12]}.{extension}"

    @cached_property
    def media_type(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, 9, mtime=0)


class Assets:
    """An ASGI application that serves the static folder from memory."""

    def __init__(self, folder: Path = _HERE) -> None:
        self._folder = folder
        self._by_name: dict[str, Asset] = {}
        for path in sorted(path for path in folder.rglob("*") if path.suffix in _SHOWN):
            self._load(path.relative_to(folder).as_posix())
        self._by_address = {f"/static/{asset.hashed_name}": asset for asset in self._by_name.values()}

    def _load(self, name: str) -> Asset:
        """Return a file. Our modules import each other by their hashed names, so the imported ones come first."""

        def hashed(found: re.Match[bytes]) -> bytes:
            imported = self._load(f"{parent}/{found[1].decode()}").hashed_name.rpartition("/")[2]
            return b'"./%s"' % imported.encode()

        if name not in self._by_name:
            content, parent = (self._folder / name).read_bytes(), name.rpartition("/")[0]
            is_ours = parent != "vendor" and name.endswith(".js")
            self._by_name[name] = Asset(name, _IMPORT.sub(hashed, content) if is_ours else content)
        return self._by_name[name]

    def url(self, name: str) -> str:
        """Return the URL of a file. Raises KeyError for an unknown name."""
        return f"/static/{self._by_name[name].hashed_name}"

    def compressed(self, name: str) -> bytes:
        """Return the file's content in an encoding that the browser accepts."""
        return self._by_name[name].compressed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        asset = self._by_address.get(scope["path"])
        if asset is None or scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(404)
        headers = {"cache-control": _FOR_GOOD, "vary": "accept-encoding"}
        content = asset.content
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            content, headers["content-encoding"] = asset.compressed, "gzip"
        return Response(content, media_type=asset.media_type, headers=headers)


@cache
def assets() -> Assets:
    """Return the static files, shared by all applications in a process."""
    return Assets()
