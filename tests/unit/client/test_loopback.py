"""The port of a machine that receives the answer of a sign-in takes one answer, for the right state and server."""

import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest

from keydesk.client.errors import ClientError
from keydesk.client.loopback import Arrival, Callback, listening

ISSUER = "https://keys.example.com"
STATE = "a-state-of-24-characters"


def target(**answer: str) -> str:
    return f"/callback?{urlencode({'state': STATE, 'iss': ISSUER} | answer)}"


def visited(address: str) -> int:
    try:
        with urllib.request.urlopen(address) as answer:  # noqa: S310 - a loopback port
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_answer_of_the_browser_arrives() -> None:
    with listening(Callback(STATE, ISSUER)) as callback:
        place = callback.address.removesuffix("/callback")
        assert place.startswith("http://127.0.0.1:")
        assert visited(f"{place}/") == 404
        assert visited(place + target(state="another", code="evil")) == 404
        assert visited(place + target(code="good")) == 200
        assert visited(place + target(code="later")) == 404
        assert callback.code() == "good"


@pytest.mark.parametrize("wrong", ["/other?", "/callback/x?", "/?"])
def test_other_paths_and_states_are_ignored(wrong: str) -> None:
    callback = Callback(STATE, ISSUER)
    assert not callback.receive(target(code="x").replace("/callback?", wrong))
    for state in ("", "x", STATE + "x", "\u00e4"):
        assert not callback.receive(target(code="x", state=state))
    assert not callback.has_answer
    with pytest.raises(ClientError, match="No answer"):
        callback.code()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": "x", "iss": "https://evil.example.com"}, "another server"),
        ({"code": "x", "iss": ""}, "another server"),
        ({"error": "access_denied"}, "rejected"),
        ({"error": "server_error"}, "no code"),
        ({}, "no code"),
    ],
    ids=str,
)
def test_a_mix_up_or_refusal_gives_no_code(answer: dict[str, str], error: str) -> None:
    callback = Callback(STATE, ISSUER)
    assert callback.receive(target(**answer))
    with pytest.raises(ClientError, match=error):
        callback.code()


@pytest.mark.parametrize("names_issuer", [True, False])
@pytest.mark.parametrize("issuer", ["https://evil.example.com", "", f"{ISSUER}/"])
def test_an_issuer_that_is_named_must_be_the_one_that_was_asked(names_issuer: bool, issuer: str) -> None:
    callback = Callback(STATE, ISSUER, names_issuer=names_issuer)
    assert callback.receive(target(code="x", iss=issuer))
    with pytest.raises(ClientError, match="another server"):
        callback.code()


def test_a_provider_that_does_not_announce_it_can_leave_out_its_issuer() -> None:
    without = f"/callback/keys.example.com?{urlencode({'state': STATE, 'code': 'x'})}"
    for names_issuer in (True, False):
        callback = Callback(
            STATE, ISSUER, arrival=Arrival("/callback/keys.example.com"), names_issuer=names_issuer
        )
        assert not callback.receive(without.replace("/callback/keys.example.com", "/callback"))
        assert callback.receive(without)
        if names_issuer:
            with pytest.raises(ClientError, match="another server"):
                callback.code()
        else:
            assert callback.code() == "x"


def test_a_port_in_use_is_named() -> None:
    with listening(Callback(STATE, ISSUER)) as first:
        port = int(first.address.split(":")[2].partition("/")[0])
        with (
            pytest.raises(ClientError, match=f"uses port {port}"),
            listening(Callback(STATE, ISSUER, arrival=Arrival(port=port))),
        ):
            pass


def test_the_error_of_a_provider_is_named_and_nothing_else_of_its_answer() -> None:
    for error, shown in (("invalid_scope", " (invalid_scope)"), ("\x1b[31m", ""), ("Invalid Scope!", "")):
        callback = Callback(STATE, ISSUER)
        assert callback.receive(target(error=error, code="x"))
        with pytest.raises(ClientError) as refused:
            callback.code()
        assert str(refused.value) == f"The browser brought no code{shown}. Run the command again."
