"""The allowed callbacks for a key, and the alias of its slot."""

import pytest

from keydesk.kit.problems import InvalidRequest
from keydesk.opencode.policy import check_redirect, interim_alias, slot_alias

LONGEST_ALIAS = 100


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://localhost:4000/callback",
        "http://localhost/callback",
        "http://localhost:80/callback",
        "http://localhost:1023/callback",
        "http://localhost:65536/callback",
        "http://localhost:04000/callback",
        "http://localhost:٤٠٠٠/callback",
        "http://localhost:4000/",
        "http://localhost:4000/callback/",
        "http://localhost:4000/callback?a=b",
        "http://localhost:4000/callback#a",
        "http://localhost:4000/callback\n",
        "http://evil@localhost:4000/callback",
        "http://localhost:4000@evil.example/callback",
        "http://localhost.evil.example:4000/callback",
        "http://LOCALHOST:4000/callback",
        "http://127.0.0.2:4000/callback",
        "http://127.1:4000/callback",
        "http://[::1]:4000/callback",
        "http://localhost:4000/../callback",
        "http://localhost:4000\\callback",
        "//localhost:4000/callback",
        "",
        "x" * 2000,
    ],
)
def test_other_hosts_are_refused(redirect_uri: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        check_redirect(redirect_uri)
    assert refusal.value.param == "redirect_uri"


@pytest.mark.parametrize("port", ["1024", "65535"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_both_local_names_and_every_unprivileged_port_are_allowed(host: str, port: str) -> None:
    assert check_redirect(f"http://{host}:{port}/callback") == f"http://{host}:{port}/callback"


def test_a_slot_has_the_names_of_the_person_and_the_team() -> None:
    assert slot_alias("jane", None) == "opencode-jane"
    assert slot_alias("jane", "platform") == "opencode-jane-platform"


def test_long_names_are_shortened_and_stay_unique() -> None:
    one, other = (slot_alias("j" * 63, "t" * 200 + end) for end in "ab")
    assert one != other
    assert max(len(interim_alias(one)), len(interim_alias(other))) <= LONGEST_ALIAS
