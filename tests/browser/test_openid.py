"""Sign-in and sign-out at a real OpenID provider, including back-channel logout."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from keydesk.app import create_app
from keydesk.server.serving import free_port
from keydesk.settings.loading import load_settings
from tests.browser.conftest import PATIENCE
from tests.support.desk.later import Later
from tests.support.peers.openid import ACCOUNTS, OpenIdProvider, running_openid_provider
from tests.support.upstream.address import Upstream
from tests.support.upstream.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]

AT_THE_PROVIDER = "Sign in at the provider"
DATABASE = "keydesk.db"
SIGN_OUTS = "select actor from audit_log where action = 'signed_out' order by seq"


@pytest.fixture(scope="module", params=["id_token", "userinfo"])
def claims(request: pytest.FixtureRequest) -> str:
    """The provider's endpoint for claims of its users."""
    place: str = request.param
    return place


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, claims: str) -> Path:
    return tmp_path_factory.mktemp(claims)


@pytest.fixture(scope="module")
def clock() -> Later:
    return Later()


@pytest.fixture(scope="module")
def provider(claims: str, upstream: Upstream, folder: Path, clock: Later) -> Iterator[OpenIdProvider]:
    """The provider, and a portal at its registered URL."""
    port = free_port("127.0.0.1", 0)
    address = f"http://127.0.0.1:{port}"
    with running_openid_provider(address, {"CLAIMS": claims}) as provider:
        settings = load_settings(
            None,
            litellm={
                "base_url": upstream.url,
                "master_key": upstream.master_key,
                "key_generation": {"team_required": False},
                "audit": {"group": "litellm-auditors"},
            },
            database={"url": f"sqlite:///{folder / DATABASE}"},
            directory={"claims": True},
            portal=provider.sign_in(),
        )
        with served(create_app(settings, clock=clock), port):
            yield provider


@pytest.fixture
def portal(provider: OpenIdProvider) -> str:
    return provider.portal


@pytest.fixture
def issuer(provider: OpenIdProvider) -> str:
    return provider.issuer


@pytest.fixture
async def page(browser: Browser, portal: str) -> AsyncIterator[Page]:
    """A window that fails the test for browser errors."""
    complaints: list[str] = []
    async with await browser.new_context(base_url=portal) as context:
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        yield page
    assert [each for each in complaints if "Content Security Policy" in each] == []


async def sign_in_as(page: Page, subject: str) -> None:
    """Sign in at the provider, starting from a portal page."""
    await page.get_by_role("link", name="Sign in with your account").click()
    await expect(page.get_by_role("heading", name=AT_THE_PROVIDER)).to_be_visible()
    await page.get_by_label("Name").fill(subject)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_sign_in_leads_to_the_requested_page(page: Page, portal: str) -> None:
    await page.goto("/keys?q=x")
    await sign_in_as(page, "sub-jane")
    await page.wait_for_url(f"{portal}/keys?q=x")
    await expect(page.get_by_role("banner")).to_contain_text("Jane Doe")
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Jane Doe")
    assert "keydesk_sign_in" not in {cookie["name"] for cookie in await page.context.cookies(portal)}


async def test_signing_out_ends_the_providers_session_too(page: Page, portal: str) -> None:
    await page.goto("/")
    await sign_in_as(page, "sub-jane")
    await page.wait_for_url(f"{portal}/")
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("button", name="Yes, sign me out").click()
    await page.wait_for_url(f"{portal}/sign-in")
    await page.get_by_role("link", name="Sign in with your account").click()
    await expect(page.get_by_role("heading", name=AT_THE_PROVIDER)).to_be_visible()


async def test_signing_out_at_the_provider_ends_the_session_here(
    page: Page, portal: str, issuer: str, folder: Path
) -> None:
    """The provider calls the portal directly; no portal page is involved."""
    await page.goto("/")
    await sign_in_as(page, "sub-jane")
    await page.wait_for_url(f"{portal}/")
    elsewhere = await page.context.new_page()
    await elsewhere.goto(f"{issuer}/session/end")
    await elsewhere.get_by_role("button", name="Yes, sign me out").click()
    await expect(elsewhere.get_by_text("Sign-out Success")).to_be_visible()
    await page.goto("/keys")
    assert urlsplit(page.url).path == "/sign-in"
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        assert connection.execute(SIGN_OUTS).fetchall()[-1] == ("user:default/jane",)


async def test_an_unverified_address_is_ignored(page: Page, portal: str) -> None:
    await page.goto("/")
    await sign_in_as(page, "sub-olga")
    await page.wait_for_url(f"{portal}/")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Olga Ode")
    await expect(page.get_by_role("main")).not_to_contain_text(ACCOUNTS["sub-olga"]["email"])


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        ("sub-impostor", "This user name is already linked to another account"),
        ("sub-nameless", "does not identify a user or client"),
    ],
)
async def test_an_unknown_person_sees_the_reason(page: Page, portal: str, subject: str, reason: str) -> None:
    await page.goto("/")
    await sign_in_as(page, "sub-jane")
    await page.wait_for_url(f"{portal}/")
    await page.context.clear_cookies()
    await page.goto("/")
    await sign_in_as(page, subject)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign-in failed")
    await expect(page.get_by_role("main")).to_contain_text(reason)
    assert "keydesk_session" not in {cookie["name"] for cookie in await page.context.cookies(portal)}


async def test_a_cancelled_sign_in_at_the_provider_signs_nobody_in(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("link", name="Sign in with your account").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("main")).to_contain_text("rejected the sign-in")


async def test_a_callback_for_another_browser_is_ignored(page: Page, portal: str) -> None:
    """Otherwise an attacker could sign a victim in to the attacker's account."""
    await page.goto("/")
    answers: list[str] = []
    page.on("request", lambda sent: answers.append(sent.url) if "/sign-in/callback" in sent.url else None)
    await sign_in_as(page, "sub-jane")
    await page.wait_for_url(f"{portal}/")
    for cookies in ("all", "none"):
        if cookies == "none":
            await page.context.clear_cookies()
        await page.goto(answers[0])
        await expect(page.get_by_role("main")).to_contain_text("started in another browser")


async def test_groups_change_within_minutes_and_a_person_who_left_is_signed_out(
    page: Page, portal: str, provider: OpenIdProvider, clock: Later
) -> None:
    """Uses rotating refresh tokens; only the portal's clock is moved."""
    subject = "sub-auditor"
    await page.goto("/")
    await sign_in_as(page, subject)
    await page.wait_for_url(f"{portal}/")
    assert await status_of(page, "/audit") == HTTPStatus.FORBIDDEN
    provider.change(subject, groups=["litellm-auditors"])
    assert await status_of(page, "/audit") == HTTPStatus.FORBIDDEN

    clock.by += timedelta(minutes=6)
    assert await status_of(page, "/audit") == HTTPStatus.OK
    provider.change(subject, groups=[])
    clock.by += timedelta(minutes=6)
    assert await status_of(page, "/audit") == HTTPStatus.FORBIDDEN

    provider.remove(subject)
    clock.by += timedelta(minutes=6)
    await page.goto("/keys")
    assert urlsplit(page.url).path == "/sign-in"
    clock.by = timedelta()


async def status_of(page: Page, path: str) -> int:
    answer = await page.goto(path)
    assert answer is not None
    return answer.status
