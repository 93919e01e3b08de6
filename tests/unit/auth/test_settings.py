"""Insecure settings are rejected without repeating their values."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from keydesk.settings import BackstageIdentity, Identity, OidcIssuer, TrustedProxy

ISSUER = {"issuer": "https://login.example.com", "audiences": ("keydesk",)}
BACKSTAGE = {"base_url": "http://backstage:7007"}

WRONG: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "no address": (BackstageIdentity, {"base_url": "backstage"}),
    "an address with a password": (BackstageIdentity, {"base_url": "http://canary:canary@backstage:7007"}),
    "an address with a query": (BackstageIdentity, {"base_url": "http://backstage:7007?canary=1"}),
    "an impossible port": (BackstageIdentity, {"base_url": "http://backstage:70070"}),
    "a file": (BackstageIdentity, {"base_url": "file:///etc"}),
    "a plugin id with a path": (BackstageIdentity, {**BACKSTAGE, "plugin_id": "../auth"}),
    "no algorithm": (BackstageIdentity, {**BACKSTAGE, "algorithms": ()}),
    "the algorithm none": (BackstageIdentity, {**BACKSTAGE, "algorithms": ("none",)}),
    "a symmetric algorithm": (OidcIssuer, {**ISSUER, "algorithms": ("HS256",)}),
    "a leeway of an hour": (OidcIssuer, {**ISSUER, "leeway_seconds": 3600}),
    "tokens meant for anybody": (OidcIssuer, {"issuer": "https://login.example.com"}),
    "an empty audience": (OidcIssuer, {**ISSUER, "audiences": ("",)}),
    "a namespace with a slash": (OidcIssuer, {**ISSUER, "namespace": "a/b"}),
    "an unknown name": (OidcIssuer, {**ISSUER, "audience": "canary"}),
    "a proxy from nowhere": (TrustedProxy, {"networks": ()}),
    "a network that is none": (TrustedProxy, {"networks": ("10.0.0.0/99",)}),
    "a network with host bits": (TrustedProxy, {"networks": ("10.0.0.1/8",)}),
    "a header with a colon": (TrustedProxy, {"networks": ("10.0.0.0/8",), "user_header": "X-User: "}),
}


@pytest.mark.parametrize(("model", "content"), WRONG.values(), ids=WRONG)
def test_an_invalid_setting_is_refused(model: type[BaseModel], content: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(content)

    assert "canary" not in str(refused.value)


def test_a_base_url_loses_its_trailing_slash_and_an_issuer_keeps_it() -> None:
    assert BackstageIdentity(base_url="http://backstage:7007/").base_url == "http://backstage:7007"
    assert OidcIssuer(issuer="https://x.auth0.com/", audiences=("a",)).issuer == "https://x.auth0.com/"


def test_an_empty_configuration_is_valid() -> None:
    assert Identity().is_empty
    assert not Identity(backstage=BackstageIdentity.model_validate(BACKSTAGE)).is_empty
