"""The one origin that a page may connect to."""

import pytest

from keydesk.http.security_headers import allow_connections, completed


def policy_for(url: str) -> str:
    scope: dict[str, object] = {}
    allow_connections(scope, url)
    headers = dict(completed([], scope.get("connections")))  # type: ignore[arg-type] # set by `allow_connections`
    return headers[b"content-security-policy"].decode()


@pytest.mark.parametrize("url", ["https://llm.example.com", "https://llm.example.com:8443/v1/"])
def test_only_the_origin_is_added(url: str) -> None:
    origin = url.removesuffix("/v1/")
    assert f"connect-src 'self' {origin};" in policy_for(url)
    assert (
        policy_for(url).replace(f" {origin}", "") == dict(completed([]))[b"content-security-policy"].decode()
    )


@pytest.mark.parametrize(
    "url",
    ["https://*.example.com", "https://x;script-src", "http://a,b", "https://a'b", "data:text/html,x", ""],
)
def test_an_address_that_would_change_the_policy_is_not_added(url: str) -> None:
    assert policy_for(url) == dict(completed([]))[b"content-security-policy"].decode()
