"""A browser may change something only from a page of Keydesk or of a configured origin, with any credential."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from keydesk.kit.origins import Origins, origin_of
from keydesk.kit.problems import UntrustedOrigin

HOST, OWN = "keys.example.com", "https://keys.example.com"
BACKSTAGE = "https://backstage.example.com"
ORIGINS = Origins([BACKSTAGE])
FOREIGN = [
    "https://evil.example",
    "null",
    "",
    "http://[::1",
    f"{OWN}:8443",
    f"{OWN}.evil.example",
    f"{OWN}@evil.example",
    f"{OWN}, https://evil.example",
]
SITES = [None, "same-origin", "none", "same-site", "cross-site", "", "junk"]


def passes(method: str, *, is_ambient: bool, host: str = HOST, **said: str | None) -> bool:
    """`said` are headers, with _ for -."""
    raw = {"host": host} | {name.replace("_", "-"): value for name, value in said.items()}
    headers = Headers({name: value for name, value in raw.items() if value is not None})
    try:
        ORIGINS.refuse_foreign_change(method, headers, is_ambient=is_ambient)
    except UntrustedOrigin:
        return False
    return True


@given(
    st.sampled_from(["POST", "PUT", "PATCH", "DELETE"]),
    st.booleans(),
    st.sampled_from([None, OWN, BACKSTAGE, BACKSTAGE.upper(), *FOREIGN]),
    st.sampled_from(SITES),
)
def test_which_changes_pass(method: str, is_ambient: bool, origin: str | None, site: str | None) -> None:
    """The oracle is a table of what browsers send, independent of the implementation."""
    is_configured = (origin or "").lower() == BACKSTAGE
    if is_configured:
        expected = True
    elif is_ambient:
        expected = origin == OWN and site in {None, "same-origin"}
    elif site is None:
        expected = origin in {None, OWN}
    else:
        expected = site in {"same-origin", "none"}
    assert passes(method, is_ambient=is_ambient, origin=origin, sec_fetch_site=site) is expected


@pytest.mark.parametrize("host", ["", "internal:8000"])
def test_a_proxy_that_changes_the_host_works_with_browsers_that_send_same_origin(host: str) -> None:
    page = {"origin": OWN, "sec_fetch_site": "same-origin"}
    assert passes("POST", is_ambient=False, host=host, **page)
    assert not passes("POST", is_ambient=False, host=host, origin=OWN)
    assert not passes("POST", is_ambient=True, host=host, **page)
    assert passes("POST", is_ambient=False, host=host, origin=BACKSTAGE)


def test_keydesks_name_over_plain_http_is_another_site() -> None:
    """Anyone on the network can serve it; the browser says that it is not the same origin."""
    page = {"origin": "http://keys.example.com", "sec_fetch_site": "cross-site"}
    assert not passes("POST", is_ambient=False, **page)
    assert not passes("POST", is_ambient=True, **page)


@pytest.mark.parametrize("is_ambient", [True, False])
def test_reads_pass(is_ambient: bool) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        assert passes(method, is_ambient=is_ambient, origin="https://evil.example")


def test_two_origins_are_refused() -> None:
    twice = Headers(raw=[(b"host", HOST.encode()), (b"origin", OWN.encode()), (b"origin", OWN.encode())])
    with pytest.raises(UntrustedOrigin):
        ORIGINS.refuse_foreign_change("POST", twice, is_ambient=False)


def test_the_error_names_the_setting() -> None:
    with pytest.raises(UntrustedOrigin) as refused:
        ORIGINS.refuse_foreign_change(
            "POST", Headers({"host": HOST, "origin": "https://x.test"}), is_ambient=False
        )
    assert "server.allowedOrigins" in str(refused.value.body()["hint"])
    assert "x.test" not in str(refused.value.body())


@pytest.mark.parametrize(
    ("said", "opens"),
    [
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"authorization": "Bearer x"}, True),
        ({"authorization": "Bearer x", "sec-fetch-site": "same-origin"}, True),
        ({"authorization": "Bearer x", "sec-fetch-site": "cross-site", "origin": BACKSTAGE}, True),
        ({}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none", "sec-purpose": "prefetch;prerender"}, False),
        ({"authorization": "Bearer x", "sec-fetch-site": "cross-site"}, False),
        ({"authorization": "Bearer x", "sec-fetch-site": "same-site"}, False),
        ({"authorization": "Bearer x", "origin": "https://evil.example"}, False),
        ({"authorization": "Bearer x", "sec-fetch-site": "none", "sec-purpose": "prefetch"}, False),
    ],
    ids=str,
)
def test_which_navigations_pass(said: dict[str, str], opens: bool) -> None:
    headers = Headers({"host": HOST, **said})
    if opens:
        ORIGINS.refuse_foreign_navigation(headers)
        return
    with pytest.raises(UntrustedOrigin):
        ORIGINS.refuse_foreign_navigation(headers)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://keys.example.com", OWN),
        ("https://keys.example.com:443/backstage/", OWN),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:7007/x", "http://localhost:7007"),
        ("https://KEYS.example.com", OWN),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_origin_of_a_url_is_what_browsers_send(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_a_default_port_and_capitals_in_the_settings_are_normalized() -> None:
    """Backstage's `app.baseUrl` may have them; an `Origin` header never does."""
    for written in ("https://Backstage.Example.com:443", "https://backstage.example.com"):
        said = Headers({"host": HOST, "origin": BACKSTAGE, "sec-fetch-site": "same-site"})
        Origins([written]).refuse_foreign_change("POST", said, is_ambient=True)
