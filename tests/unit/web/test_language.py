"""The language of a reader, and that texts, numbers and dates use it."""

import datetime as dt

import anyio
import anyio.lowlevel
import pytest
from babel import Locale
from starlette.requests import Request

from keydesk.web import formats
from keydesk.web.language import gettext, in_locale, locale_of, ngettext
from keydesk.web.usage.periods import offers
from tests.unit.web.test_usage_page import THREE_DAYS

GERMAN = Locale("de")
NOW = dt.datetime(2026, 11, 18, 14, 30, tzinfo=dt.UTC)


def request(accepted: str = "", cookie: str = "") -> Request:
    headers = [(b"accept-language", accepted.encode()), (b"cookie", cookie.encode())]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("", "en_US"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de_AT"),
        ("en-GB,de;q=0.9", "en_GB"),
        ("en;q=0.4, de; q=0.8", "de"),
        ("fr-FR,fr;q=0.9,de;q=0.5,en;q=0.4", "de"),
        ("fr,pt", "en_US"),
        ("de;q=0,en", "en"),
        ("*", "en_US"),
        ("xx-invalid;q=z", "en_US"),
        (";;;", "en_US"),
        ("a" * 500, "en_US"),
    ],
)
def test_the_browsers_language_is_used(accepted: str, locale: str) -> None:
    assert str(locale_of(request(accepted))) == locale


@pytest.mark.parametrize(
    ("accepted", "chosen", "locale"),
    [
        ("de-AT", "en", "en_US"),
        ("de-AT,en-GB;q=0.5", "en", "en_GB"),
        ("en-GB", "de", "de"),
        ("en-GB,de-CH;q=0.1", "de", "de_CH"),
        ("de", "fr", "de"),
        ("de", "../de", "de"),
    ],
)
def test_the_reader_can_choose_another_language(accepted: str, chosen: str, locale: str) -> None:
    assert str(locale_of(request(accepted, f"keydesk_language={chosen}"))) == locale


def test_texts_are_in_the_language_of_the_locale() -> None:
    assert gettext("Needs attention") == "Needs attention"
    with in_locale(GERMAN):
        assert gettext("Needs attention") == "Handlungsbedarf"
        assert gettext("Edit %(name)s", name="50 %") == "50 % bearbeiten"
        assert gettext("a text without a translation") == "a text without a translation"
    assert gettext("Needs attention") == "Needs attention"


def test_plurals() -> None:
    for locale, one, many in ((Locale("en"), "1 day", "2 days"), (GERMAN, "1 Tag", "2 Tage")):
        with in_locale(locale):
            assert ngettext("%(num)d day", "%(num)d days", 1, num=1) == one
            assert ngettext("%(num)d day", "%(num)d days", 2, num=2) == many


def test_numbers_dates_and_lists_are_in_the_language() -> None:
    tomorrow = NOW + dt.timedelta(days=1)
    with in_locale(GERMAN):
        assert formats.usd(1234.5) == "1.234,50\xa0$"
        assert formats.usd(0.0012) == "0,001200\xa0$"
        assert formats.usd(None) == "kein Limit"
        assert formats.tenths(12.345) == "12,3\xa0%"
        assert (formats.away(tomorrow, NOW), formats.away(NOW, tomorrow)) == ("in 1 Tag", "vor 1 Tag")
        assert formats.away(NOW, NOW) == "heute"
        assert formats.some(["a", "b", "c"], 2) == "a, b und 1 mehr"
        assert offers(NOW.date(), THREE_DAYS)[0].label == "7 Tage"
        assert [formats.duration(text) for text in ("30d", "1mo", None)] == ["30 Tage", "1 Monat", "Nie"]
    assert (formats.usd(1234.5), formats.usd_with(0, 0)) == ("$1,234.50", "$0")
    assert formats.away(NOW + dt.timedelta(days=40), NOW) == "in 40 days"
    words = {"1d": "1 day", "90s": "90 seconds", "2w": "2 weeks", "1y": "1 year", "monthly": "monthly"}
    assert {text: formats.duration(text) for text in words} == words


@pytest.mark.anyio
async def test_parallel_requests_keep_their_languages() -> None:
    found: dict[str, list[str]] = {}

    async def render(language: str) -> None:
        with in_locale(Locale(language)):
            found[language] = []
            for _ in range(3):
                await anyio.lowlevel.checkpoint()
                found[language].append(gettext("Teams I manage"))

    async with anyio.create_task_group() as group:
        group.start_soon(render, "de")
        group.start_soon(render, "en")
    assert found == {"de": ["Von mir verwaltete Teams"] * 3, "en": ["Teams I manage"] * 3}
