"""People choose their notifications in the portal, and get mail about their keys from a real SMTP server."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest

from keydesk.kit.notice_kind import NoticeKind
from keydesk.notices.models import Kind, Notice, Value
from keydesk.notices.service import Notices
from tests.api.pages.conftest import Office, settings_for_pages
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, open_desk
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor, token_on
from tests.support.peers.smtp import MailServer, mail_server

pytestmark = pytest.mark.anyio
IN_PREVIEW = {
    NoticeKind.BUDGET_FORECAST: "Keys „laptop“",
    NoticeKind.SPEND_JUMP: "heute viel mehr verbraucht",
    NoticeKind.MACHINE_SIGNED_IN: "angemeldet",
}
ON = [f"mail:{kind}" for kind in NoticeKind]


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


@pytest.fixture(scope="module")
async def mailing_desk(surroundings: Surroundings, server: MailServer) -> AsyncIterator[Desk]:
    settings = settings_for_pages(surroundings, surroundings.troupe)
    mail = {
        "host": "localhost",
        "port": server.port,
        "security": "none",
        "sender": "keydesk@example.com",
        "confirmed": True,
    }
    notices = type(settings.notices).model_validate({"mail": mail, "digest_minutes": 0})
    portal = settings.portal.model_copy(update={"base_url": "http://localhost"})
    async with open_desk(settings.model_copy(update={"notices": notices, "portal": portal})) as desk:
        yield desk


@pytest.fixture
async def office(mailing_desk: Desk, scene: Scene) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        yield Office(mailing_desk, scene, stack)


def notices_of(office: Office) -> Notices:
    notices: Notices = office.desk.app.state.services.notices
    return notices


def ref_of(office: Office, name: str) -> str:
    return f"user:default/{office.scene.user_id(name)}"


def mails_to(server: MailServer, office: Office, name: str) -> list[Any]:
    return [mail for mail in server.mailbox.mails if office.scene.user_id(name) in mail["To"]]


def boxes(page: httpx2.Response) -> dict[str, bool]:
    """Return whether each checkbox is checked."""
    parts = page.text.split('name="on" value="')[1:]
    return {part.partition('"')[0]: " checked" in part.partition(">")[0] for part in parts}


async def test_without_a_channel_the_page_explains_why_it_is_empty(office_desk: Desk, scene: Scene) -> None:
    async with AsyncExitStack() as stack:
        jane = await Office(office_desk, scene, stack).welcome("jane")
        page = await jane.get("/notifications")
        assert "does not send notifications" in page.text
        assert 'href="/notifications"' not in page.text


async def test_a_choice_is_stored_for_this_person_only(office: Office, jane: PortalVisitor) -> None:
    carol = await office.welcome("carol")
    assert all(boxes(await jane.get("/notifications")).values())
    assert 'href="/notifications"' in (await jane.get("/keys")).text
    chosen = [name for name in ON if name != "mail:key_created"]

    answer = await jane.post("/notifications", at="/notifications", language="de", on=chosen)

    assert (answer.status_code, answer.headers["location"]) == (303, "/notifications")
    page = await jane.get("/notifications")
    assert "Your choices are saved." in page.text
    assert [name for name, is_on in boxes(page).items() if not is_on] == ["mail:key_created"]
    assert '<option value="de" lang="de" selected' in page.text
    assert all(boxes(await carol.get("/notifications")).values())


async def test_what_the_operator_requires_stays_on(office: Office, jane: PortalVisitor) -> None:
    await jane.post("/notifications", at="/notifications", language="en")

    shown = boxes(await jane.get("/notifications"))

    required = {f"mail:{kind}" for kind in notices_of(office).settings.always}
    assert {name for name, is_on in shown.items() if is_on} == required


@pytest.mark.parametrize(
    "fields",
    [
        {"on": ["slack:key_created"]},
        {"on": ["mail:everything"]},
        {"on": ["mail"]},
        {"language": "fr"},
        {"language": ""},
    ],
    ids=str,
)
async def test_a_choice_that_the_page_does_not_offer_is_refused(
    jane: PortalVisitor, fields: dict[str, Any]
) -> None:
    answer = await jane.post("/notifications", at="/notifications", **{"language": "en", "on": ON} | fields)

    assert answer.status_code == 422
    assert all(boxes(await jane.get("/notifications")).values())


async def test_a_forged_form_changes_and_sends_nothing(
    office: Office, jane: PortalVisitor, server: MailServer
) -> None:
    token = token_on(await jane.get("/notifications"))
    for path, data in (("/notifications", {"language": "de"}), ("/notifications/test", {"channel": "mail"})):
        for sent, origin in (({}, jane.origin), ({"csrf": token}, "https://evil.example.com")):
            answer = await jane.http.post(path, data=data | sent, headers={"Origin": origin})
            assert answer.status_code == 403
    assert all(boxes(await jane.get("/notifications")).values())
    assert mails_to(server, office, "jane") == []


async def test_a_test_goes_to_the_person_and_is_limited(
    office: Office, jane: PortalVisitor, server: MailServer
) -> None:
    for _ in range(3):
        answer = await jane.post("/notifications/test", at="/notifications", channel="mail")
        assert answer.status_code == 303
    assert "The test was sent: Email." in (await jane.get("/notifications")).text
    refused = await jane.post("/notifications/test", at="/notifications", channel="mail")

    assert refused.status_code == 429
    mails = mails_to(server, office, "jane")
    assert [mail["Subject"] for mail in mails] == ["Test of Keydesk notifications"] * 3
    assert len({mail["Message-ID"] for mail in mails}) == 3


@pytest.mark.parametrize("channel", ["backstage", "slack", "nowhere"])
async def test_a_test_on_a_channel_of_nobody_is_not_found(jane: PortalVisitor, channel: str) -> None:
    answer = await jane.post("/notifications/test", at="/notifications", channel=channel)

    assert answer.status_code == 404


async def test_a_new_key_is_announced_without_its_secret(
    office: Office, jane: PortalVisitor, server: MailServer
) -> None:
    api = await office.desk.sign_in(office.scene.user_id("jane"))
    await api.read("/user/info")
    issued = await api.issue(f"laptop-{office.scene.user_id('jane')}")

    await notices_of(office).sender.apply()

    (mail,) = mails_to(server, office, "jane")
    assert f"http://localhost/keys/{issued['token']}" in mail.as_string().replace("=\n", "")
    assert issued["key"] not in mail.as_string()
    page = (await jane.get("/notifications")).text
    assert "A key was created in your name" in page
    assert f'href="/keys/{issued["token"]}"' in page


async def test_a_key_that_keydesk_blocks_is_announced(
    office: Office, jane: PortalVisitor, server: MailServer
) -> None:
    api = await office.desk.sign_in(office.scene.user_id("jane"))
    await api.read("/user/info")
    await api.issue(f"laptop-{office.scene.user_id('jane')}")
    suspension = office.desk.app.state.services.resync_accounts.resync.suspension

    await suspension.impose(api.user_id)
    await notices_of(office).sender.apply()

    (mail,) = mails_to(server, office, "jane")
    assert mail["Subject"] == "2 notices about your keys"
    assert "The owner left the directory." in mail.get_body(("plain",)).get_content()
    assert "A key was blocked" in (await jane.get("/notifications")).text


async def test_people_see_only_their_own_deliveries(office: Office, jane: PortalVisitor) -> None:
    carol = await office.welcome("carol")
    values = {Value.KEY: f"key-of-{office.scene.user_id('jane')}"}
    await notices_of(office).outbox.add(
        [Notice(Kind.KEY_BLOCKED, ref_of(office, "jane"), "key_x", values=values)]
    )
    await notices_of(office).sender.apply()

    assert values[Value.KEY] in (await jane.get("/notifications")).text
    assert values[Value.KEY] not in (await carol.get("/notifications")).text


@pytest.mark.parametrize("kind", NoticeKind)
async def test_the_platform_team_can_preview_every_message(
    office: Office, jane: PortalVisitor, kind: NoticeKind
) -> None:
    olga = await office.welcome("olga")
    page = await olga.get(f"/admin/notices?kind={kind}&language=de")
    assert page.status_code == 200
    assert IN_PREVIEW.get(kind, "Key „laptop“") in page.text
    assert "confirmed" in page.text
    assert (await jane.get("/admin/notices")).status_code == 403
    assert (await olga.get("/admin/notices?kind=nothing")).status_code == 422


async def test_a_person_chooses_a_time_zone_for_messages_and_pages(
    office: Office, jane: PortalVisitor
) -> None:
    notices, ref = notices_of(office), office.scene.ref("jane")
    assert "data-time-zone" not in (await jane.get("/notifications")).text
    wrong = await jane.post("/notifications/time-zone", at="/notifications", time_zone="Berlin")
    assert wrong.status_code == 422
    chosen = await jane.post("/notifications/time-zone", at="/notifications", time_zone="Pacific/Kiritimati")
    assert chosen.status_code == 303
    assert (await notices.choices_of(ref)).time_zone == "Pacific/Kiritimati"
    page = (await jane.get("/notifications")).text
    assert 'data-time-zone="Pacific/Kiritimati"' in page
    assert 'value="Pacific/Kiritimati"' in page
    await jane.post("/notifications", at="/notifications", language="de", on=ON)
    choices = await notices.choices_of(ref)
    assert (choices.language, choices.time_zone) == ("de", "Pacific/Kiritimati")
    other = await office.welcome("jane")
    await other.get("/notifications")
    assert 'data-time-zone="Pacific/Kiritimati"' in (await other.get("/models")).text
    await jane.post("/notifications/time-zone", at="/notifications", time_zone="")
    assert (await notices.choices_of(ref)).time_zone is None
    assert "data-time-zone" not in (await jane.get("/models")).text
