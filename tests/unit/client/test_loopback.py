"""The port of a machine that receives the answer of a sign-in takes one answer, for the right state and server."""

import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest

from keydesk.client.errors import ClientError
from keydesk.client.loopback import Callback, listening

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
