"""Pages from right to left on a narrow screen: nothing is cut off, and nothing scrolls sideways."""

import pytest

from tests.browser.visit import Visit

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]

PATHS = (
    "/", "/keys", "/keys/new", "/usage", "/teams", "/teams/platform", "/teams/platform/edit",
    "/teams/platform/members/new", "/models", "/audit", "/admin", "/admin/provisioning?user=newbie",
    "/admin/accounts", "/admin/accounts/compare", "/admin/keys?page=1", "/admin/configuration", "/nowhere",
)  # fmt: skip
MIRRORED = """() => {
  const root = document.documentElement;
  root.dir = "rtl";
  const [brand, menu] = [document.querySelector(".brand"), document.querySelector("main")];
  return [root.scrollWidth - root.clientWidth, brand.getBoundingClientRect().right > root.clientWidth / 2,
    getComputedStyle(menu).direction];
}"""


async def test_no_page_is_wider_than_a_narrow_screen(as_jane: Visit) -> None:
    await as_jane.page.set_viewport_size({"width": 390, "height": 844})
    for path in PATHS:
        await as_jane.page.goto(path)
        for summary in await as_jane.page.locator("main summary:visible").all():
            await summary.click()
        assert await as_jane.page.evaluate(MIRRORED) == [0, True, "rtl"], path


async def test_charts_keep_their_time_axis_from_left_to_right(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage")
    await as_jane.page.evaluate(MIRRORED)
    assert (
        await as_jane.page.locator(".drawn").first.evaluate("box => getComputedStyle(box).direction") == "ltr"
    )


async def test_the_direction_is_that_of_the_language(as_jane: Visit) -> None:
    await as_jane.page.goto("/")
    assert await as_jane.page.locator("html").get_attribute("dir") == "ltr"
