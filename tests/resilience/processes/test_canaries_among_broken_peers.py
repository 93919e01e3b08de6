"""Configured secrets do not leak while every other service fails and some echo what they received."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.api.operations.collector import running_collector
from tests.resilience.processes.conftest import free_ports
from tests.support.peers.commands import run_command
from tests.support.peers.keydesk import running_keydesk
from tests.support.upstream.certificates import CERTIFICATES
from tests.support.upstream.serving import served

pytestmark = pytest.mark.long
SECRETS = {
    "master key": "sk-canary-master-key-0123456789abcdef",
    "server secret": "canary-server-secret-0123456789abcdef",
    "catalog token": "canary-catalog-token-0123456789abcdef",
    "database password": "canary-database-password-0123456789",
}
BEARER, COOKIE = "canary-bearer-0123456789.abc.def", "canary-cookie-0123456789.abc.def"
READS = (
    "/user/info",
    "/keys",
    "/models",
    "/teams",
    "/usage",
    "/config",
    "/health/ready",
    "/audit",
    "/teams/managed",
)


async def echo(request: Request) -> JSONResponse:
    """Fails with an error that contains the whole request, as badly written servers do."""
    error = {"message": f"cannot serve {dict(request.headers)} {await request.body()!r}", "code": "500"}
    return JSONResponse({"error": error}, 500, {"x-debug": request.headers.get("authorization", "")})


def configuration(folder: Path, peer: str, database: str, **more: Any) -> Path:
    sections: dict[str, Any] = {
        "litellm": {"baseUrl": peer, "masterKey": SECRETS["master key"]},
        "secret": SECRETS["server secret"],
        "database": {"url": database},
        "demo": {"enabled": True},
        "directory": {
            "people": [{"ref": "jane"}],
            "backstage": {"baseUrl": peer, "token": SECRETS["catalog token"]},
        },
    }
    path = folder / "keydesk.yaml"
    path.write_text(json.dumps(sections | more))
    return path


def found_in(text: str) -> list[str]:
    """Return the secrets in a text, whole or in long parts."""
    all_of_them = SECRETS | {"bearer": BEARER, "cookie": COOKIE}
    return [name for name, secret in all_of_them.items() if secret in text or secret[:24] in text]


def command(*arguments: str) -> str:
    """Return the standard output and error of a command."""
    ended = run_command(*arguments)
    return ended.stdout + ended.stderr


def test_no_response_log_or_database_contains_them(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as stack:
        every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        peer = stack.enter_context(served(Starlette(routes=[Route("/{path:path}", echo, methods=every)])))
        collector = stack.enter_context(running_collector())
        port, metrics = free_ports(2)
        watched = {
            "metrics": {"enabled": True, "port": metrics},
            "tracing": {"enabled": True, "propagate": True},
            "logs": {"access": True},
        }
        config = configuration(tmp_path, peer, f"sqlite:///{tmp_path / 'keydesk.db'}", **watched)
        desk = running_keydesk(config, port, {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
        running = stack.enter_context(ExitStack())
        address = running.enter_context(desk)
        http = stack.enter_context(
            httpx2.Client(base_url=f"{address}/api/litellm", timeout=60, trust_env=False, verify=CERTIFICATES)
        )
        token = http.post("/demo/sign-in", json={"person": "jane"}).json()["token"]
        responses = []
        for headers in (
            {"Authorization": f"Bearer {token}"},
            {"Authorization": f"Bearer {BEARER}"},
            {"Cookie": f"keydesk_session={COOKIE}; __Host-keydesk={COOKIE}"},
        ):
            for path in READS:
                answer = http.get(path, headers=headers)
                responses.append(f"{answer.headers}\n{answer.text}")
            body = {"alias": "laptop", "max_budget": 1.0}
            answer = http.post("/keys/generate", json=body, headers=headers)
            responses.append(f"{answer.headers}\n{answer.text}")
        measured = httpx2.get(
            f"http://127.0.0.1:{metrics}/metrics", trust_env=False, verify=CERTIFICATES
        ).text
        # Keydesk sends the remaining spans on shutdown.
        running.close()
        traced = b"".join(collector.received).decode("latin-1")
    stored = "".join(path.read_bytes().decode("latin-1") for path in tmp_path.glob("keydesk.db*"))
    logged = "".join(capfd.readouterr())
    assert "litellm_call_failed" in logged
    assert "keydesk_upstream_calls_total" in measured
    assert "POST /api/litellm/keys/generate" in traced
    outputs = {
        "answers": "".join(responses),
        "log": logged,
        "database": stored,
        "metrics": measured,
        "traces": traced,
    }
    assert {name: found_in(text) for name, text in outputs.items()} == {key: [] for key in outputs}
    assert token not in logged + stored + measured + traced


def test_commands_print_none_of_them(tmp_path: Path) -> None:
    config = str(configuration(tmp_path, "http://127.0.0.1:9", f"sqlite:///{tmp_path / 'keydesk.db'}"))
    printed = command("config", "check", config) + command("config", "check", "--files", config)
    printed += command("audit", "verify", "--config", config) + command("audit", "export", "--config", config)
    assert "127.0.0.1:9" in printed
    assert found_in(printed) == []


def test_an_unreachable_database_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://keydesk:{SECRETS['database password']}@127.0.0.1:9/keydesk"
    config = str(configuration(tmp_path, "http://127.0.0.1:9", url))
    for output in (
        command("serve", "--config", config),
        command("audit", "verify", "--config", config),
        command("config", "check", "--config", config),
    ):
        assert output
        assert found_in(output) == []
