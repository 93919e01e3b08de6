"""Settings of notices: addresses are secrets, use TLS, and a password is never sent in clear."""

import base64

import pytest
from pydantic import ValidationError

from keydesk.settings import Notices
from keydesk.settings.notices import MailChannel

MAIL = {"host": "smtp.example.com", "sender": "keydesk@example.com"}


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/x",
        "https://user:password@hooks.example.com/x",
        "https:///x",
        "ftp://hooks.example.com/x",
        "https://hooks.example.com/x#y",
        "https://hooks.example.com/x\n",
        "hooks.example.com",
        "",
    ],
)
def test_an_unsafe_url_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Notices.model_validate({"slack": {"url": url}})
    assert "expected an HTTPS URL" in str(caught.value)
    assert not url or url not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://hooks.example.com/x?sig=1", "http://127.0.0.1:9/x", "http://localhost/x"]
)
def test_a_safe_url_is_kept_secret(url: str) -> None:
    settings = Notices.model_validate({"slack": {"url": url}})
    assert settings.slack is not None
    assert settings.slack.url.get_secret_value() == url
    assert url not in repr(settings)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_" + base64.b64encode(b"short").decode(),
        base64.b64encode(b"x" * 32).decode(),
        "whsec_*",
    ],
)
def test_a_weak_signing_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError):
        Notices.model_validate({"webhook": {"url": "https://x.example.com", "signing_secret": secret}})


@pytest.mark.parametrize(
    "changes",
    [
        {"security": "none", "username": "a", "password": "b"},
        {"username": "a"},
        {"password": "b"},
        {"sender": "nobody"},
        {"sender": "a@b@c"},
        {"sender": "a@example.com\r\nBcc: b@example.com"},
        {"port": 0},
    ],
    ids=str,
)
def test_contradictory_mail_settings_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MailChannel.model_validate(MAIL | changes)


def test_the_default_sends_nothing() -> None:
    assert not Notices().has_channels
    assert not MailChannel.model_validate(MAIL).confirmed
    assert MailChannel.model_validate(MAIL).security == "starttls"


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../../etc/passwd"])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError):
        Notices.model_validate({"time_zone": zone})
