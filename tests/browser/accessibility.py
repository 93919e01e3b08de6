"""Checks a page against the basic rules of WCAG, as far as a program can."""

from pathlib import Path

from playwright.async_api import Page

_RULES = Path(__file__).with_name("accessibility.js").read_text()
_FOCUS = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const { right, bottom, width } = element.getBoundingClientRect();
  return {
    name: element.ariaLabel || element.textContent.trim() || element.name,
    where: element.id || element.localName,
    seen: seen && width > 0 && right > 0 && bottom > 0,
  };
}"""


async def faults_of(page: Page) -> list[str]:
    """What is wrong with names, labels, headings, sizes of targets, contrasts and the page's width."""
    found: list[str] = await page.evaluate(_RULES)
    return found


async def focused(page: Page) -> str:
    """What has the focus: its id, else its element's name. Fails where the focus cannot be seen."""
    found = await page.evaluate(_FOCUS)
    assert found["seen"], f"the focus on {found['name']!r} cannot be seen"
    return str(found["where"])
