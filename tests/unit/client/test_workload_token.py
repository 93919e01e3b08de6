"""Where `keydesk ci` finds the token of a job, and what it accepts as a key."""

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.server import Server
from keydesk.client.workload_key import KeyExchange, WorkloadKey, write_to_github
from keydesk.client.workload_token import WorkloadToken
from keydesk.kit.http_client import HttpClient

pytestmark = pytest.mark.anyio
OURS, AUDIENCE = "https://keys.example.com", "https://keys.example.com"
GITHUB = {
    "ACTIONS_ID_TOKEN_REQUEST_URL": "https://pipelines.example.com/token?api-version=2.0&x=a%20b",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner",
}
ANSWER: dict[str, Any] = {
    "access_token": "sk-secret",
    "expires_in": 3600,
    "gateway": "https://llm.example.com/",
    "key_alias": "ci-shop-1",
    "models": ["gpt-4o"],
}


class Network:
    """Answers requests one after the other; the last answer is repeated."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers = [*answers]
        self.requests: list[httpx2.Request] = []
        self.http = HttpClient(transport=httpx2.MockTransport(self._reply))

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        status, json = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return httpx2.Response(status, json=json)

    def token(
        self, environ: dict[str, str], file: Path | None = None, usual: str = "/nowhere"
    ) -> WorkloadToken:
        return WorkloadToken(self.http, file, environ=environ, usual_file=Path(usual))

    def exchange(self) -> KeyExchange:
        async def pause(_: float) -> None:
            """Take no time."""

        return KeyExchange(Server(OURS, self.http), self.token({"KEYDESK_ID_TOKEN": "a.b.c"}), pause)


async def test_github_makes_a_token_for_the_audience() -> None:
    network = Network((200, {"value": "a.b.c"}))
    assert await network.token(GITHUB).read(AUDIENCE) == "a.b.c"
    (request,) = network.requests
    assert dict(request.url.params) == {"api-version": "2.0", "x": "a b", "audience": AUDIENCE}
    assert request.headers["authorization"] == "Bearer runner"


async def test_the_token_of_a_runner_is_not_sent_without_tls() -> None:
    network = Network((200, {"value": "a.b.c"}))
    plain = GITHUB | {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://pipelines.example.com/token"}
    with pytest.raises(ClientError, match="not an https URL"):
        await network.token(plain).read(AUDIENCE)
    assert network.requests == []


@pytest.mark.parametrize("answer", [(500, {}), (200, {}), (200, {"value": 7}), (403, {"message": "no"})])
async def test_github_may_give_none(answer: tuple[int, Any]) -> None:
    with pytest.raises(Unavailable):
        await Network(answer).token(GITHUB).read(AUDIENCE)


async def test_what_the_person_names_comes_first(tmp_path: Path) -> None:
    network, file, usual = Network((200, {"value": "github"})), tmp_path / "named", tmp_path / "usual"
    file.write_text("named\n")
    usual.write_text("usual")
    both = GITHUB | {"KEYDESK_ID_TOKEN": "variable"}
    assert await network.token(both, file, str(usual)).read(AUDIENCE) == "named"
    assert await network.token(both, None, str(usual)).read(AUDIENCE) == "variable"
    assert await network.token(GITHUB, None, str(usual)).read(AUDIENCE) == "github"
    assert await network.token({}, None, str(usual)).read(AUDIENCE) == "usual"


async def test_without_a_token_the_person_reads_how_to_get_one(tmp_path: Path) -> None:
    network, empty = Network((200, {})), tmp_path / "empty"
    empty.touch()
    with pytest.raises(ClientError, match="id-token: write"):
        await network.token({"KEYDESK_ID_TOKEN": ""}).read(AUDIENCE)
    with pytest.raises(ClientError, match="is empty"):
        await network.token({}, empty).read(AUDIENCE)
    with pytest.raises(ClientError, match="cannot be read"):
        await network.token({}, tmp_path / "none").read(AUDIENCE)


async def test_the_key_is_only_in_variables() -> None:
    network = Network((200, ANSWER))
    key = await network.exchange().key(AUDIENCE)
    assert "sk-secret" not in repr(key)
    environment = key.environment({"PATH": "/bin", "ANTHROPIC_API_KEY": "old", "OPENAI_API_BASE": "old"})
    assert environment == {
        "PATH": "/bin",
        "OPENAI_API_KEY": "sk-secret",
        "OPENAI_BASE_URL": "https://llm.example.com/v1",
        "ANTHROPIC_AUTH_TOKEN": "sk-secret",
        "ANTHROPIC_BASE_URL": "https://llm.example.com",
    }
    (request,) = network.requests
    assert str(request.url) == f"{OURS}/oauth/token"
    assert b"subject_token=a.b.c" in request.content


async def test_it_tries_again_while_the_server_is_away() -> None:
    network = Network((503, {}), (502, {}), (200, ANSWER))
    assert (await network.exchange().key(AUDIENCE)).secret == "sk-secret"
    away = Network((503, {}))
    with pytest.raises(Unavailable):
        await away.exchange().key(AUDIENCE)
    assert len(away.requests) == 3


async def test_a_refusal_is_final_and_says_why() -> None:
    said = {"error": "invalid_target", "error_description": "No rule accepts \x1b[31mthis token."}
    network = Network((400, said))
    with pytest.raises(ClientError, match=re.escape(f"{OURS} refused: No rule accepts [31mthis token.")):
        await network.exchange().key(AUDIENCE)
    assert len(network.requests) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": None},
        {"access_token": "sk-a\nPATH=/evil"},
        {"access_token": "sk a"},
        {"gateway": "https://llm.example.com\nPATH=/evil"},
        {"gateway": "file:///etc/passwd"},
        {"gateway": None},
        {"expires_in": "soon"},
    ],
    ids=str,
)
async def test_an_answer_cannot_set_other_variables(changes: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="did not answer with a key"):
        await Network((200, ANSWER | changes)).exchange().key(AUDIENCE)


def test_variables_are_added_for_later_steps(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("BEFORE=1\n")
    write_to_github(file, WorkloadKey("sk-1", 60, "https://llm.example.com", "", ()).variables())
    assert file.read_text().splitlines()[:2] == ["BEFORE=1", "OPENAI_API_KEY=sk-1"]
    with pytest.raises(ClientError, match="cannot be written"):
        write_to_github(tmp_path, {"A": "b"})
