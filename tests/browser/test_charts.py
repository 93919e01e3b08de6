"""Charts: the same figures as their tables, series and periods that people choose, patterns, one color a model."""

import re
from datetime import date

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenWindow
from tests.browser.visit import Visit
from tests.support.upstream.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]

OPTION = "figure => echarts.getInstanceByDom(figure.querySelector('.drawn')).getOption()"
REFRESH = """async () => {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  document.querySelector("[data-chart]").replaceWith(document.importNode(page.querySelector("[data-chart]"), true));
  document.dispatchEvent(new CustomEvent("keydesk:refreshed"));
}"""
PERIOD = "/usage?start_date=2026-01-01&end_date=2026-12-31"


def chart_of(visit: Visit, title: str = "Spend by day and model") -> Locator:
    section = visit.page.locator("section", has=visit.page.get_by_role("heading", name=title, exact=True))
    return section.locator("[data-chart]")


async def colors_in_legend(chart: Locator) -> dict[str, str]:
    """Return the computed color of each series by its name."""
    pairs = await chart.locator(".legend button").evaluate_all(
        "buttons => buttons.map(each => [each.textContent.trim(),"
        " getComputedStyle(each.querySelector('.swatch')).backgroundColor])"
    )
    return dict(pairs)


async def point_at(chart: Locator, share: float) -> None:
    """Move the pointer over the chart, `share` of its width from the left."""
    await chart.scroll_into_view_if_needed()
    box = await chart.locator(".drawn").bounding_box()
    assert box is not None
    await chart.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)


async def test_a_model_has_one_color_on_every_page(as_jane: Visit) -> None:
    await as_jane.page.goto("/")
    home = await colors_in_legend(as_jane.page.locator("[data-chart]"))
    assert len(set(home.values())) == len(home) > 1
    for measure in ("spend", "tokens", "requests"):
        await as_jane.page.goto(f"/usage?measure={measure}")
        chart = as_jane.page.locator("[data-chart]").first
        assert await colors_in_legend(chart) == home
        drawn = {
            each["name"]: each["itemStyle"]["color"] for each in (await chart.evaluate(OPTION))["series"]
        }
        assert drawn == home


@pytest.mark.parametrize("language", ["en-US", "de-DE"])
async def test_tooltips_read_like_the_table(window: OpenWindow, as_jane: Visit, language: str) -> None:
    cookies = await as_jane.page.context.cookies()
    async with window(locale=language, viewport={"width": 1440, "height": 900}) as visit:
        await visit.page.context.add_cookies([{**each} for each in cookies])  # type: ignore[typeddict-item]
        await visit.page.goto("/usage")
        chart = visit.page.locator("[data-chart]").first
        await point_at(chart, 0.95)
        tooltip = chart.locator(".tooltip")
        await expect(tooltip).to_be_visible()
        shown = [await tooltip.locator("strong").inner_text(), *await tooltip.locator("dd").all_inner_texts()]
        await expect(tooltip.locator("dt .swatch")).to_have_count(len(shown) - 2)
        table = visit.page.locator("details table").first
        await visit.page.locator("details summary").first.click()
        row = table.get_by_role("row").filter(has_text=shown[0])
        cells = [
            text
            for text in await row.locator("th, td").all_inner_texts()
            if not re.fullmatch(r"\D*0[.,]00\D*", text)
        ]
        assert sorted(cells) == sorted(shown)
        assert cells[-1] == shown[-1]


async def test_a_german_chart_has_german_axes(window: OpenWindow, as_jane: Visit) -> None:
    cookies = await as_jane.page.context.cookies()
    async with window(locale="de-DE") as visit:
        await visit.page.context.add_cookies([{**each} for each in cookies])  # type: ignore[typeddict-item]
        await visit.page.goto("/usage")
        chart = visit.page.locator("[data-chart]").first
        labels = await chart.evaluate(
            f"figure => {{ const option = ({OPTION})(figure); return ["
            "option.yAxis[0].axisLabel.formatter(0.5), option.xAxis[0].axisLabel.formatter('2026-11-29')]; }"
        )
        assert labels[0].startswith("0,50")
        assert labels[0].endswith("$")
        assert labels[1] == "29.11."


async def test_the_legend_switches_series_off_and_on_by_keyboard(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage")
    chart = chart_of(as_jane)
    button = chart.get_by_role("button").first
    name = await button.inner_text()
    await button.press("Enter")
    await expect(button).to_have_attribute("aria-pressed", "false")
    shown = [each["name"] for each in (await chart.evaluate(OPTION))["series"]]
    assert shown
    assert name not in shown
    await point_at(chart, 0.95)
    await expect(chart.locator(".tooltip")).to_be_visible()
    assert name not in await chart.locator(".tooltip dt").all_inner_texts()
    await button.press("Space")
    assert name in [each["name"] for each in (await chart.evaluate(OPTION))["series"]]


async def test_a_refreshed_chart_is_drawn_with_the_same_series(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage")
    chart = chart_of(as_jane)
    name = await chart.get_by_role("button").first.inner_text()
    await chart.get_by_role("button").first.click()
    await as_jane.page.evaluate(REFRESH)
    await expect(chart.get_by_role("button", name=name, exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )
    shown = [each["name"] for each in (await chart.evaluate(OPTION))["series"]]
    assert shown
    assert name not in shown


async def test_dragging_across_the_chart_chooses_a_period(as_jane: Visit) -> None:
    for start, title in (("/", None), ("/usage?measure=tokens", "Tokens by day and model")):
        await as_jane.page.goto(start)
        chart = chart_of(as_jane, title) if title else as_jane.page.locator("[data-chart]")
        days = (await chart.evaluate(OPTION))["xAxis"][0]["data"]
        await point_at(chart, 0.4)
        await as_jane.page.mouse.down()
        await point_at(chart, 0.7)
        await expect(chart.locator(".band")).to_be_visible()
        async with as_jane.page.expect_navigation():
            await as_jane.page.mouse.up()
        chosen = dict(re.findall(r"(\w+)=([\w-]+)", as_jane.page.url))
        assert days[0] < chosen["start_date"] < chosen["end_date"] < days[-1]
        assert chosen.get("measure") == ("tokens" if title else None)
        await expect(as_jane.page.locator("[name=start_date]")).to_have_value(chosen["start_date"])
        length = (date.fromisoformat(chosen["end_date"]) - date.fromisoformat(chosen["start_date"])).days + 1
        assert (
            len((await as_jane.page.locator("[data-chart]").first.evaluate(OPTION))["xAxis"][0]["data"])
            == length
        )


async def test_escape_and_a_click_choose_nothing(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage")
    address = as_jane.page.url
    chart = chart_of(as_jane)
    await point_at(chart, 0.4)
    await as_jane.page.mouse.down()
    await point_at(chart, 0.7)
    await as_jane.page.keyboard.press("Escape")
    await expect(chart.locator(".band")).to_be_hidden()
    await as_jane.page.mouse.up()
    await as_jane.page.mouse.down()
    await as_jane.page.mouse.up()
    await as_jane.page.wait_for_timeout(200)
    assert as_jane.page.url == address


async def test_patterns_are_drawn_only_for_people_who_want_them(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage")
    chart = chart_of(as_jane, "Requests by day")

    async def decals() -> set[str]:
        return {each["itemStyle"]["decal"]["symbol"] for each in (await chart.evaluate(OPTION))["series"]}

    def is_plain(symbols: set[str]) -> bool:
        return symbols == {"none"}

    assert is_plain(await decals())
    await as_jane.page.emulate_media(contrast="more")
    assert not is_plain(await eventually(decals, lambda symbols: not is_plain(symbols)))
    await as_jane.page.emulate_media(contrast="no-preference")
    assert is_plain(await eventually(decals, is_plain))
    await as_jane.press("Patterns in charts")
    assert not is_plain(await decals())
    await expect(as_jane.page.get_by_role("button", name="Patterns in charts")).to_have_attribute(
        "aria-pressed", "true"
    )
    await as_jane.press("Patterns in charts")
    assert is_plain(await decals())


@pytest.mark.without_scripts
async def test_measures_and_patterns_need_no_scripts(as_jane: Visit) -> None:
    await as_jane.page.goto(PERIOD)
    await as_jane.follow("Errors")
    heading = as_jane.page.get_by_role("heading", name="Failed requests by day and model")
    await expect(heading).to_be_visible()
    await expect(as_jane.page.get_by_role("link", name="Errors")).to_have_attribute("aria-current", "true")
    section = as_jane.page.locator("section", has=heading)
    await section.get_by_text("Daily figures").click()
    failed = await section.locator("tbody tr td:last-child").all_inner_texts()
    await expect(as_jane.region("Totals")).to_contain_text(f"{sum(map(int, failed)):,} failed")
    await as_jane.press("Patterns in charts")
    assert "measure=errors" in as_jane.page.url
    await as_jane.press("Patterns in charts")
