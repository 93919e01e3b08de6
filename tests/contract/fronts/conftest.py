"""Keydesk behind a real Backstage, in every way that requests of the web client can arrive."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.peers.keydesk import running_keydesk
from tests.support.peers.nginx import running_nginx
from tests.support.peers.real_backstage import user_token
from tests.support.required import variable
from tests.support.upstream.real import real_upstream

BACKSTAGE_URL, BACKSTAGE_TOKEN = "KEYDESK_TEST_BACKSTAGE_URL", "KEYDESK_TEST_BACKSTAGE_TOKEN"
SERVICE_PORT = "KEYDESK_TEST_SERVICE_PORT"
APP_CONFIG = Path(__file__).parent / "app-config.yaml"


@dataclass(frozen=True)
class Front:
    """One way to Keydesk. `base` is where the paths of `/api/litellm` begin."""

    base: str
    backstage: str
    http: httpx2.Client = field(repr=False)

    def token(self, name: str) -> str:
        return user_token(self.http, self.backstage, name)

    def call(
        self, token: str, method: str, path: str, *, json: Any = None, **headers: str
    ) -> httpx2.Response:
        sent = {"Authorization": f"Bearer {token}"} | headers
        return self.http.request(method, f"{self.base}{path}", headers=sent, json=json)


@pytest.fixture(scope="session")
def litellm() -> tuple[str, str]:
    found = real_upstream()
    return found.url, found.master_key


@pytest.fixture(scope="session")
def backstage() -> str:
    return variable(BACKSTAGE_URL)


@pytest.fixture(scope="module")
def keydesk(
    backstage: str, litellm: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """`keydesk serve` with an operator's app-config.yaml, on the port that Backstage's proxy-backend uses."""
    assert backstage == "http://localhost:7017", "app-config.yaml names this address"
    database = tmp_path_factory.mktemp("fronts") / "keydesk.db"
    environment = {
        "LITELLM_URL": litellm[0],
        "LITELLM_MASTER_KEY": litellm[1],
        "KEYDESK_DATABASE__URL": f"sqlite:///{database}",
        "KEYDESK_SERVER__TIME_LIMIT_SECONDS": "60",
        "KEYDESK_DIRECTORY__BACKSTAGE__TOKEN": variable(BACKSTAGE_TOKEN),
    }
    port = int(variable(SERVICE_PORT))
    for name in ("jane", "bob", "newbie"):
        _forget_account(litellm, name)
    with running_keydesk(APP_CONFIG, port, environment) as address:
        yield address


def _forget_account(litellm: tuple[str, str], user_id: str) -> None:
    url, master_key = litellm
    headers = {"Authorization": f"Bearer {master_key}"}
    httpx2.post(
        f"{url}/user/delete", json={"user_ids": [user_id]}, headers=headers, trust_env=False, timeout=30
    )


@pytest.fixture(scope="module")
def nginx(keydesk: str, backstage: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running_nginx(tmp_path_factory.mktemp("nginx"), port, keydesk, backstage) as address:
        yield address


@pytest.fixture(params=["direct", "nginx", "proxy-backend"])
def front(request: pytest.FixtureRequest, backstage: str, keydesk: str) -> Iterator[Front]:
    paths: dict[str, Callable[[], str]] = {
        "direct": lambda: f"{keydesk}/api/litellm",
        "nginx": lambda: f"{request.getfixturevalue('nginx')}/api/litellm",
        "proxy-backend": lambda: f"{backstage}/api/proxy/litellm",
    }
    with httpx2.Client(timeout=30, trust_env=False) as http:
        yield Front(paths[request.param](), backstage, http)
