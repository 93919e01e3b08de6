"""The portal's pages: transfer size, server time, and the time of the first paint."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx2

from benchmarks.effort import Effort
from benchmarks.load.browser import Visits, chromium, visits
from benchmarks.load.connection import message
from benchmarks.load.figures import Figures
from benchmarks.load.wrk import load
from benchmarks.peers.stage import Stage, staged
from benchmarks.peers.upstream import upstream

PATHS = ("/", "/keys", "/keys/new", "/usage", "/teams", "/models", "/audit", "/admin")
"""The pages that alice can open."""
LIMIT_BYTES = 120_000
_VISITS = 5
_FORM_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(frozen=True)
class Page:
    """Sizes are in bytes. `seen` is Chromium's measurement, or None without Chromium."""

    path: str
    html: int
    html_gzip: int
    figures: Figures
    seen: Visits | None


@dataclass(frozen=True)
class Portal:
    upstream: str
    pages: list[Page]


async def measure_portal(folder: Path, effort: Effort) -> Portal:
    """Measure as alice, warm, on one connection."""
    with upstream(folder, "slow") as gateway:
        async with staged(gateway, folder) as stage:
            cookies = _signed_in(stage)
            found = [await _page(stage, path, cookies, effort) for path in PATHS]
            return Portal(gateway.title, [page for page in found if page])


def _signed_in(stage: Stage) -> Mapping[str, str]:
    """Return Alice's cookies, from the form of the demo sign-in."""
    url = stage.desk.url
    with httpx2.Client(base_url=url, headers={"Origin": url}, trust_env=False, timeout=60) as http:
        token = _FORM_TOKEN.search(http.get("/sign-in").text)
        form = {"person": stage.scene.alice, **({"csrf": token[1]} if token else {})}
        answer = http.post("/sign-in", data=form)
        if answer.status_code != HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"signing in answered {answer.status_code}: {answer.text[:500]}")
        return dict(http.cookies)


async def _page(stage: Stage, path: str, cookies: Mapping[str, str], effort: Effort) -> Page | None:
    head = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    answer = httpx2.get(stage.desk.url + path, headers=head, trust_env=False, timeout=60)
    if answer.status_code != HTTPStatus.OK or "text/html" not in answer.headers["content-type"]:
        return None
    figures = await load(stage.desk.url, [message("GET", path, head)], 1, effort.seconds)
    async with chromium() as browser:
        seen = await visits(browser, stage.desk.url + path, [*cookies.items()], _VISITS) if browser else None
    return Page(path, len(answer.content), len(gzip.compress(answer.content)), figures, seen)
