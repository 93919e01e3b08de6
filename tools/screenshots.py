"""Takes the README's pictures of the portal: `python tools/screenshots.py`, with Chromium installed.

The sample data and the clock are fixed, so that a picture changes only when a page does.
"""

import argparse
import asyncio
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright

from keydesk.app import create_app
from keydesk.cli.demo import demo_grants, demo_people, demo_requests, demo_rules
from keydesk.server.serving import free_port, server_for, started
from keydesk.settings.loading import load_settings
from keydesk.telemetry.logging import configure_logging
from keydesk_sandbox import SandboxConfig, create_sandbox
from keydesk_sandbox.seed import seed_demo

IMAGES = Path(__file__).parents[1] / "docs" / "images"
HOST = "127.0.0.1"
PORTS = (18400, 18401)
"""The ports of the gateway and Keydesk, which are visible in the pictures. Others are used if they are taken."""
NOW = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = {390: 844, 1440: 900}
"""Heights of a window by its width."""
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]

PAGES = {
    "usage": "/usage",
    "teams": "/teams",
    "team": "/teams/platform",
    "team-edit": "/teams/platform/edit",
    "models": "/models",
    "playground": "/playground",
    "audit": "/audit?table_name=LiteLLM_TeamTable",
    "health": "/admin",
    "provisioning": "/admin/provisioning?user=newbie",
    "accounts": "/admin/accounts",
    "configuration": "/admin/configuration",
}
"""Pages that need no preparation, by the names of their pictures."""

SHOW_ANOTHER_KEY = """secret => {
  const shown = "sk-EXAMPLE-Z2nKcV5ArYg8dQ9";
  document.querySelector("#secret").value = shown;
  for (const code of document.querySelectorAll("code")) code.textContent = code.textContent.replace(secret, shown);
}"""
"""Replaces the real secret, which is different each time."""


@asynccontextmanager
async def demo_desk(folder: Path) -> AsyncIterator[str]:
    """The demo as `keydesk demo` runs it, at a moment that does not pass. Yields its address."""
    config = SandboxConfig(database=folder / "sandbox.db", clock=lambda: NOW)
    gateway_port, port = (free_port(HOST, wanted) for wanted in PORTS)
    settings = load_settings(
        None,
        litellm={
            "base_url": f"http://{HOST}:{gateway_port}",
            "public_base_url": "https://llm.example.com",
            "master_key": config.master_key,
            **demo_rules(),
        },
        database={"url": f"sqlite:///{folder / 'keydesk.db'}"},
        demo={"enabled": True},
        directory={"people": demo_people()},
        grants=demo_grants(),
        requests=demo_requests(),
    )
    gateway = create_sandbox(config)
    servers = [
        server_for(gateway, HOST, gateway_port),
        server_for(create_app(settings, clock=lambda: NOW), HOST, port),
    ]
    running = [await started(server) for server in servers]
    await seed_demo(gateway)
    yield f"http://{HOST}:{port}"
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*running)


async def picture(page: Page, name: str, *, whole: bool = True) -> None:
    """Named after the theme and the width too. A dialog is taken as the window shows it, a page as a whole."""
    theme = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
    width = page.viewport_size["width"] if page.viewport_size else 0
    await page.wait_for_function("!document.documentElement.classList.contains('busy')")
    await page.screenshot(path=IMAGES / f"{name}-{theme}-{width}.png", full_page=whole, animations="disabled")


async def press(page: Page, name: str) -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=name).click()


async def open_dialog(page: Page, name: str) -> None:
    await page.goto("/keys")
    await page.get_by_role("link", name=name).click()
    await page.get_by_role("dialog").wait_for()


async def pictures_of_dialogs(page: Page) -> None:
    """The list behind a dialog must not show the new key: what is left of its secret is another one each time."""
    for question in ("Edit jane-laptop", "Delete jane-laptop"):
        await open_dialog(page, question)
        await picture(page, f"key-{question.split()[0].lower()}", whole=False)
    await open_dialog(page, "New key")
    await page.get_by_label("Team", exact=True).select_option(label="Platform")
    await page.get_by_text("The team has").wait_for()
    await page.get_by_text("unavailable model").click()
    await picture(page, "key-new", whole=False)
    await page.get_by_label("Name", exact=True).fill("notebook")
    await page.get_by_role("button", name="Create key").click()
    await page.get_by_label("API key", exact=True).wait_for()
    await page.evaluate(SHOW_ANOTHER_KEY, await page.get_by_label("API key", exact=True).input_value())
    await picture(page, "key-issued", whole=False)
    await open_dialog(page, "Delete notebook")
    await press(page, "Delete key")


async def pictures_of_pages(page: Page) -> None:
    """Those that show things as they are. Of a team, something is to be found in the audit log."""
    await page.goto("/teams/platform/block")
    await press(page, "Block team")
    await press(page, "Unblock")
    for name, path in PAGES.items():
        await page.goto(path)
        await picture(page, name)


async def take_pictures(browser: Browser, address: str, theme: Literal["light", "dark"], width: int) -> None:
    context = await browser.new_context(
        base_url=address,
        color_scheme=theme,
        viewport={"width": width, "height": WIDTHS[width]},
        locale="en-US",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.goto("/sign-in")
    await picture(page, "sign-in")
    await press(page, "Jane Doe")
    await picture(page, "home")
    await page.goto("/keys")
    await picture(page, "keys")
    await page.get_by_role("link", name="jane-laptop", exact=True).click()
    await page.get_by_role("heading", name="Use this key").wait_for()
    await picture(page, "key")
    await pictures_of_dialogs(page)
    await pictures_of_pages(page)
    await context.close()


async def main() -> None:
    configure_logging(as_json=False, level=logging.WARNING)
    chromium = os.environ.get("KEYDESK_TEST_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright, demo_desk(Path(folder)) as address:
            browser = await playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", *QUIET]
            )
            for theme in THEMES:
                for width in WIDTHS:
                    await take_pictures(browser, address, theme, width)
            await browser.close()


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    asyncio.run(main())
