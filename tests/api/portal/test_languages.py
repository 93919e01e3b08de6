"""Pages use the browser's language, or the one chosen in the footer."""

import pytest

from tests.api.portal.test_forms import OURS
from tests.support.desk.portal import PortalVisitor, token_on

pytestmark = pytest.mark.anyio
GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}


async def test_a_page_declares_its_language(jane: PortalVisitor) -> None:
    for headers, language, words in (({}, "en", "Needs attention"), (GERMAN, "de", "Handlungsbedarf")):
        page = await jane.get("/", headers=headers)
        assert words in page.text
        assert f'<html lang="{language}"' in page.text
        assert page.headers["content-language"] == language
        assert page.headers["vary"] == "accept-encoding, accept-language, cookie"


async def test_a_chosen_language_is_remembered(jane: PortalVisitor) -> None:
    form = {"csrf": token_on(await jane.get("/keys?q=x")), "language": "de", "next": "/keys?q=x"}
    answer = await jane.http.post("/language", data=form, headers=OURS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/keys?q=x")
    assert "Max-Age=34560000" in answer.headers["set-cookie"]
    assert "Eigene Keys" in (await jane.get("/keys")).text
    await jane.post("/language", language="en")
    assert "Your keys" in (await jane.get("/keys", headers=GERMAN)).text


@pytest.mark.parametrize("language", ["fr", "", "../de"])
async def test_only_languages_with_a_catalogue_can_be_chosen(jane: PortalVisitor, language: str) -> None:
    assert (await jane.post("/language", language=language)).status_code == 422
    assert jane.cookie("keydesk_language") is None


async def test_errors_and_downloads_are_in_the_readers_language(jane: PortalVisitor) -> None:
    browser = GERMAN | {"Accept": "text/html"}
    for path, status, words in (
        ("/nowhere", 404, "Unter dieser Adresse gibt es nichts."),
        ("/keys/key_x/edit", 404, "Key nicht gefunden."),
        ("/audit", 403, "Berechtigung"),
    ):
        page = await jane.get(path, headers=browser)
        assert page.status_code == status
        assert words in page.text
    assert (await jane.get("/usage.csv", headers=GERMAN)).text.startswith("Datum (UTC),Modell,Kosten (USD)")


async def test_the_api_stays_english(jane: PortalVisitor) -> None:
    answer = await jane.get("/api/litellm/nowhere", headers=GERMAN | {"Accept": "application/json"})
    assert answer.json()["error"] == "There is nothing at this address."
    assert "content-language" not in answer.headers


async def test_form_errors_are_in_the_readers_language(jane: PortalVisitor) -> None:
    jane.http.headers.update(GERMAN)
    page = await jane.post("/keys", at="/keys/new", alias=" ", max_budget="-1", form_mark="x")
    assert page.status_code in {409, 422}
    assert "Es wurde kein Key erstellt." in page.text
