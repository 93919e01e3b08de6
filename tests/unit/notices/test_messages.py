"""Messages are complete in each language, use the time zone, and show values as plain text."""

import pytest

from keydesk.kit.notice_kind import NoticeKind
from keydesk.web.language import LANGUAGES
from keydesk.web.notices.messages import Messages
from tests.unit.notices.conftest import batch_of, stored

AT = "2026-12-03T10:00:00+00:00"
VALUES = {
    "key": "laptop",
    "expires_at": AT,
    "ends_at": AT,
    "acts_at": AT,
    "last_used_at": AT,
    "place": "https://x.example",
    "team": "laptop",
    "name": "laptop",
    "finding": "owner_gone",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_a_message_with_and_without_its_values(kind: NoticeKind, language: str) -> None:
    messages = Messages("https://keys.example.com", "UTC")
    for values in (VALUES, dict[str, str]()):
        content = messages.notices(batch_of(stored(kind, **values)), language)
        assert content.subject
        assert "%(" not in content.text + content.html + content.subject
        assert ("laptop" in content.subject) == bool(values)


def test_times_are_in_the_time_zone_of_the_settings_and_in_words_of_the_language() -> None:
    batch = batch_of(stored(NoticeKind.KEY_EXPIRING, **VALUES))
    assert "Dec 3, 2026, 11:00:00\u202fAM CET" in Messages(None, "Europe/Berlin").notices(batch, "en").text
    assert "03.12.2026, 10:00:00 UTC" in Messages(None, "UTC").notices(batch, "de").text
    assert (
        "5:00:00\u202fAM EST" in Messages(None, "Europe/Berlin").notices(batch, "en", "America/New_York").text
    )
    assert "AM CET" in Messages(None, "Europe/Berlin").notices(batch, "en", "Nowhere/Gone").text


def test_a_name_can_neither_add_markup_nor_lines() -> None:
    name = "<b>x</b>\r\nFrom: y"
    content = Messages(None, "UTC").notices(batch_of(stored(place=name)), "en")
    assert "<b>" not in content.html
    assert "<b>x</b>  From: y" in content.text
    assert content.link is None


def test_several_notices_are_one_message() -> None:
    messages = Messages("https://keys.example.com", "UTC")
    expiring = [stored(subject=f"key_{number}") for number in range(3)]
    assert messages.notices(batch_of(*expiring), "de").subject == "3 Keys laufen bald ab"
    mixed = [*expiring, stored(NoticeKind.KEY_BLOCKED)]
    content = messages.notices(batch_of(*mixed), "en")
    assert (content.subject, content.link) == ("4 notices about your keys", "https://keys.example.com/keys")
    assert len(content.lines) == 4


def test_a_reader_of_a_shared_channel_sees_whose_key_it_is() -> None:
    messages = Messages(None, "UTC")
    assert "Owner: user:default/jane" in messages.notices(batch_of(stored(), recipient=""), "en").text
    assert "Owner" not in messages.notices(batch_of(stored()), "en").text


def test_a_sign_in_leads_to_the_machines_and_is_not_counted_as_a_key() -> None:
    messages = Messages("https://keys.example.com", "UTC")
    signed_in = stored(NoticeKind.MACHINE_SIGNED_IN, name="laptop", address="192.0.2.10")
    content = messages.notices(batch_of(signed_in), "en")
    assert content.link == "https://keys.example.com/machines"
    assert "IP address: 192.0.2.10" in content.text
    both = messages.notices(batch_of(signed_in, stored()), "en")
    assert (both.subject, both.link) == ("2 notices from Keydesk", "https://keys.example.com/")
