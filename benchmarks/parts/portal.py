"""The portal's pages: transfer size, server time, and the time of the first paint."""

import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import httpx2

from benchmarks.effort import Effort
from benchmarks.load.browser import Visits, chromium, visits
from benchmarks.load.connection import message
from benchmarks.load.figures import Figures
from benchmarks.load.wrk import load
from benchmarks.peers.desk import DeskPlan, desk
from benchmarks.peers.large_scene import BIG_TEAM, DAYS, OWNER, large_sections, settle_owner
from benchmarks.peers.stage import open_accounts, staged
from benchmarks.peers.upstream import sandbox, upstream

PATHS = ("/", "/keys", "/keys/new", "/usage", "/teams", "/models", "/audit", "/admin")
"""The pages that alice can open."""
LARGE_PATHS = (
    "/", "/keys", "/keys?rows=100", "/keys?q=olivia-499", "/usage", "/teams", "/teams?managed-rows=100",
    f"/teams/{BIG_TEAM}", "/audit",
)  # fmt: skip
"""Pages with long lists, and also `YEAR`."""
YEAR = "/usage?start_date={start}&end_date={end}"
LIMIT_BYTES = 100_000
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
    """`large` are the pages of a person with long lists, whose gateway is always a sandbox: `large_upstream`."""

    upstream: str
    pages: list[Page]
    large_upstream: str
    large: list[Page]


async def measure_portal(folder: Path, effort: Effort) -> Portal:
    """Measure as alice and as the owner of long lists, warm, on one connection."""
    with upstream(folder, "slow") as gateway:
        async with staged(gateway, folder) as stage:
            pages = await _pages(stage.desk.url, stage.scene.alice, PATHS, effort)
    title, large = await _large(folder, effort)
    return Portal(gateway.title, pages, title, large)


async def _large(folder: Path, effort: Effort) -> tuple[str, list[Page]]:
    today = datetime.now(UTC).date()
    year = YEAR.format(start=today - timedelta(days=DAYS - 1), end=today)
    (folder / "large").mkdir()
    with sandbox(folder / "large", "slow") as gateway:
        database = f"sqlite:///{folder / 'large' / 'keydesk.db'}"
        plan = DeskPlan(gateway, database, (OWNER,), folder / "large", large_sections(gateway))
        with desk(plan) as program:
            await open_accounts(program, plan.tokens())
        settle_owner(gateway, today)
        with desk(plan) as program:
            return gateway.title, await _pages(program.url, OWNER, (*LARGE_PATHS, year), effort)


async def _pages(url: str, person: str, paths: Sequence[str], effort: Effort) -> list[Page]:
    cookies = _signed_in(url, person)
    found = [await _page(url, path, cookies, effort) for path in paths]
    return [page for page in found if page]


def _signed_in(url: str, person: str) -> Mapping[str, str]:
    """Return a person's cookies, from the form of the demo sign-in."""
    with httpx2.Client(base_url=url, headers={"Origin": url}, trust_env=False, timeout=60) as http:
        token = _FORM_TOKEN.search(http.get("/sign-in").text)
        form = {"person": person, **({"csrf": token[1]} if token else {})}
        answer = http.post("/sign-in", data=form)
        if answer.status_code != HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"signing in answered {answer.status_code}: {answer.text[:500]}")
        return dict(http.cookies)


async def _page(url: str, path: str, cookies: Mapping[str, str], effort: Effort) -> Page | None:
    head = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    answer = httpx2.get(url + path, headers=head, trust_env=False, timeout=60)
    if answer.status_code != HTTPStatus.OK or "text/html" not in answer.headers["content-type"]:
        return None
    figures = await load(url, [message("GET", path, head)], 1, effort.seconds)
    async with chromium() as browser:
        seen = await visits(browser, url + path, [*cookies.items()], _VISITS) if browser else None
    return Page(path, len(answer.content), len(gzip.compress(answer.content)), figures, seen)
