"""Checks a page against the WCAG rules that can be automated."""

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
    """Return faults in names, labels, headings, target sizes, contrast and page width."""
    found: list[str] = await page.evaluate(_RULES)
    return found


async def axe_findings(page: Page) -> list[Any]:
    """Return the serious and critical axe-core findings of the current page, including dialogs."""
    rules = installed_packages(_AXE) / "axe-core" / "axe.min.js"
    await page.evaluate(rules.read_text())
    found = await page.evaluate(_RUN_AXE)
    return [each for each in found if each["impact"] in _SERIOUS]


async def focused(page: Page) -> set[str]:
    """Return the focused element's id or tag, and its name. Fails if the focus is not visible."""
    found = await page.evaluate(_FOCUS)
    assert found["seen"], f"the focus on {found['name']!r} cannot be seen"
    return {str(found["where"]), str(found["name"])}
