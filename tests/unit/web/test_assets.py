"""The portal's static files: immutable under the hash of their content, small, and the only files served."""

import gzip
import re

import httpx2
import pytest

from keydesk.web.assets import Assets

pytestmark = pytest.mark.anyio
LIMIT_BYTES = 120_000


async def got(path: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(Assets()), base_url="http://localhost"
    ) as http:
        return await http.get(path, headers={"Accept-Encoding": "identity", **headers})


async def test_a_file_is_immutable() -> None:
    answer = await got(Assets().url("keydesk.css"))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/css")
    compressed = await got(Assets().url("keydesk.css"), **{"Accept-Encoding": "gzip"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.content == answer.content


@pytest.mark.parametrize(
    "path",
    ["/static/keydesk.css", "/static/../app.py", "/static/%2e%2e/app.py", "/static/vendor/htmx.LICENSE.txt"],
)
async def test_other_files_are_not_served(path: str) -> None:
    with pytest.raises(Exception, match="404"):
        await got(path)


def test_a_page_without_charts_is_small() -> None:
    names = ("keydesk.css", "keydesk.js", "vendor/htmx.js", "icon.svg")
    assets = Assets()
    whole = sum(len(assets.compressed(name)) for name in names)
    assert whole < LIMIT_BYTES / 3
    assert gzip.decompress(assets.compressed("keydesk.js")).startswith(b"//")


async def test_modules_import_each_other_by_hashed_names() -> None:
    text = (await got(Assets().url("charts/charts.js"))).text
    imported = re.findall(r'from "\./([^"]+)"', text)
    assert len(imported) == 2
    for name in imported:
        assert (await got(f"/static/charts/{name}")).status_code == 200
