"""Identity headers count from configured networks only."""

from typing import Any

import pytest
from starlette.datastructures import Headers

from keydesk.auth.trusted_proxy import TrustedProxyHeaders
from keydesk.kit.people import Asserted, Person
from keydesk.kit.problems import NotSignedIn
from keydesk.settings import TrustedProxy

PROXY = "10.1.2.3"


def proxy(**settings: Any) -> TrustedProxyHeaders:
    return TrustedProxyHeaders(TrustedProxy(**({"networks": ("10.1.0.0/16", "fd00::/8")} | settings)))


def sent(**headers: str) -> Headers:
    return Headers({f"x-forwarded-{name}": value for name, value in headers.items()})


def test_the_headers_of_the_proxy_identify_the_person() -> None:
    headers = sent(user="jane", email="jane@example.com", groups="ops, Admins,,other/x")

    groups = frozenset({"group:default/ops", "group:default/admins"})
    expected = Person("user:default/jane", Asserted("jane@example.com", None, groups))
    assert proxy().verify_request(headers, PROXY) == expected


@pytest.mark.parametrize("peer", ["10.1.0.0", "10.1.255.255", "fd00::1", "::ffff:10.1.2.3"])
def test_every_address_of_the_networks_is_trusted(peer: str) -> None:
    assert proxy().verify_request(sent(user="jane"), peer)


@pytest.mark.parametrize("peer", ["10.2.0.1", "127.0.0.1", "fe80::1", "::ffff:10.2.0.1", "unix", "", None])
def test_the_headers_are_ignored_from_other_networks(peer: str | None) -> None:
    assert proxy().verify_request(sent(user="jane"), peer) is None
    assert proxy().verify_request(sent(user="jane", for_=PROXY), peer) is None


def test_a_request_without_the_header_identifies_nobody() -> None:
    assert proxy().verify_request(sent(email="jane@example.com"), PROXY) is None
    assert proxy().verify_request(sent(user="  "), PROXY) is None


def test_headers_can_be_named_in_the_configuration() -> None:
    configured = proxy(
        user_header="X-Auth-Request-User", email_header=None, groups_header=None, namespace="a"
    )
    headers = Headers(
        {"x-auth-request-user": "jane", "x-forwarded-email": "j@x", "x-forwarded-groups": "ops"}
    )

    assert configured.verify_request(headers, PROXY) == Person("user:a/jane", Asserted())


@pytest.mark.parametrize("name", ["user", "email", "groups"])
def test_a_repeated_header_is_refused(name: str) -> None:
    twice = (f"x-forwarded-{name}".encode(), b"bob")
    headers = Headers(raw=[(b"x-forwarded-user", b"jane"), twice, twice])

    with pytest.raises(NotSignedIn):
        proxy().verify_request(headers, PROXY)


@pytest.mark.parametrize("name", ["Jane", "jane doe", "user:other/jane", "a,b"])
def test_an_invalid_name_is_refused(name: str) -> None:
    with pytest.raises(NotSignedIn):
        proxy().verify_request(sent(user=name), PROXY)


def test_an_invalid_email_is_ignored() -> None:
    person = proxy().verify_request(sent(user="jane", email="nonsense"), PROXY)

    assert person == Person("user:default/jane", Asserted())
