"""What the portal's pages weigh, and how long the server takes for them."""

import gzip
import re
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx2

from benchmarks.effort import Effort
from benchmarks.load.connection import message
from benchmarks.load.figures import Figures
from benchmarks.load.wrk import load
from benchmarks.peers.stage import Stage, staged
from benchmarks.peers.upstream import upstream

PATHS = ("/", "/keys", "/usage", "/teams", "/models", "/account", "/audit")
"""Tried in this order; a release has those of them that answer with a page."""
_PARTS = re.compile(r"""<(?:link|script|img)\b[^>]*?\b(?:href|src)=["']([^"']+)""")
_FORM_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(frozen=True)
class Page:
    """Sizes are in bytes; `others` are the files that the page refers to, which a browser keeps."""

    path: str
    html: int
    html_gzip: int
    others: int
    others_gzip: int
    files: int
    figures: Figures


@dataclass(frozen=True)
class Portal:
    upstream: str
    pages: list[Page]


async def measure_portal(folder: Path, effort: Effort) -> Portal:
    """As alice, warm, on one connection."""
    with upstream(folder, "slow") as gateway:
        async with staged(gateway, folder) as stage:
            cookie = _signed_in(stage)
            found = [await _page(stage, path, cookie, effort) for path in PATHS]
            return Portal(gateway.title, [page for page in found if page])


def _signed_in(stage: Stage) -> str:
    """Alice's cookies, from the form of the demo sign-in."""
    url = stage.desk.url
    with httpx2.Client(base_url=url, headers={"Origin": url}, trust_env=False, timeout=60) as http:
        token = _FORM_TOKEN.search(http.get("/sign-in").text)
        form = {"person": stage.scene.alice, **({"csrf": token[1]} if token else {})}
        answer = http.post("/sign-in", data=form)
        if answer.status_code != HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"signing in answered {answer.status_code}: {answer.text[:500]}")
        return "; ".join(f"{name}={value}" for name, value in http.cookies.items())


async def _page(stage: Stage, path: str, cookie: str, effort: Effort) -> Page | None:
    with httpx2.Client(
        base_url=stage.desk.url, headers={"Cookie": cookie}, trust_env=False, timeout=60
    ) as http:
        answer = http.get(path)
        if answer.status_code != HTTPStatus.OK or "text/html" not in answer.headers["content-type"]:
            return None
        others = [http.get(file).content for file in _files(answer.text)]
    figures = await load(stage.desk.url, [message("GET", path, {"Cookie": cookie})], 1, effort.seconds)
    return Page(
        path,
        len(answer.content),
        len(gzip.compress(answer.content)),
        sum(map(len, others)),
        sum(len(gzip.compress(other)) for other in others),
        len(others),
        figures,
    )


def _files(html: str) -> list[str]:
    """What the page refers to on its own origin, each once."""
    references = {urljoin("/", reference) for reference in _PARTS.findall(html)}
    return sorted(reference for reference in references if not urlsplit(reference).scheme)
