"""Checks a page against the basic rules of WCAG, as far as a program can."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.support.peers.node_packages import installed_packages

_RULES = Path(__file__).with_name("accessibility.js").read_text()
_AXE = Path(__file__).with_name("axe")
_SERIOUS = {"serious", "critical"}
_RUN_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(({ id, impact, nodes }) => (
    { id, impact, where: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`) }));
}"""
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


async def axe_findings(page: Page) -> list[Any]:
    """What axe-core calls serious or critical on the page at hand, dialogs included."""
    rules = installed_packages(_AXE) / "axe-core" / "axe.min.js"
    await page.evaluate(rules.read_text())
    found = await page.evaluate(_RUN_AXE)
    return [each for each in found if each["impact"] in _SERIOUS]


async def focused(page: Page) -> set[str]:
    """What has the focus: its id or its element's name, and its own name. Fails where the focus cannot be seen."""
    found = await page.evaluate(_FOCUS)
    assert found["seen"], f"the focus on {found['name']!r} cannot be seen"
    return {str(found["where"]), str(found["name"])}
