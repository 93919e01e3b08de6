"""Secrets do not appear in log lines, in responses or in the database.

The exceptions are the responses that contain a new key or a new token.
"""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest
from psycopg import sql

from tests.resilience.processes.conftest import configuration, free_ports
from tests.support.desk.configuring import SECRET
from tests.support.desk.storage import Storage
from tests.support.peers.keydesk import running_keydesk
from tests.support.upstream.address import Upstream
from tests.support.upstream.certificates import CERTIFICATES
from tests.support.upstream.making import Maker, token_of, unique

pytestmark = [pytest.mark.anyio, pytest.mark.long]

JUNK_TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.canary0123456789"
SAID_BY_MISTAKE = "sk-pasted-into-the-wrong-field-0123456789"


class Listener:
    """Calls Keydesk and records every response, except those that must contain a secret."""

    def __init__(self, address: str, metrics: str) -> None:
        self.metrics = metrics
        self.http = httpx2.Client(
            base_url=f"{address}/api/litellm", timeout=60, trust_env=False, verify=CERTIFICATES
        )
        self.responses: list[str] = []
        self.headers: dict[str, str] = {}

    def ask(self, method: str, path: str, **sent: object) -> httpx2.Response:
        answer = self.hand_over(method, path, **sent)
        self.responses.append(f"{answer.headers}\n{answer.text}")
        return answer

    def hand_over(self, method: str, path: str, **sent: object) -> httpx2.Response:
        sent = {"headers": self.headers} | sent
        return self.http.request(method, path, **sent)  # type: ignore[arg-type] # httpx2's arguments


@contextmanager
def one_desk(upstream: Upstream, database: str, folder: Path, name: str) -> Iterator[Listener]:
    config = folder / "keydesk.yaml"
    content = configuration(upstream.url, upstream.master_key, database, [name])
    port, metrics = free_ports(2)
    more = {
        "grants": {"litellm.key.reset_spend": ["group:default/x"]},
        "logs": {"access": True},
        "metrics": {"enabled": True, "port": metrics},
    }
    config.write_text(json.dumps(json.loads(content) | more))
    with running_keydesk(config, port, {}) as address:
        listener = Listener(address, f"http://127.0.0.1:{metrics}/metrics")
        with listener.http:
            yield listener


def live(desk: Listener, name: str) -> list[str]:
    """Call everything a person can do, with valid and invalid input. Return the secrets used."""
    token = desk.hand_over("POST", "/demo/sign-in", json={"person": name}).json()["token"]
    desk.headers = {"Authorization": f"Bearer {token}"}
    alias = unique("laptop")
    issued = desk.hand_over("POST", "/keys/generate", json={"alias": alias, "max_budget": 1.0}).json()
    path = f"/keys/{issued['token']}"
    for method, where, body in (
        ("POST", "/keys/generate", {"alias": alias, "max_budget": 1.0}),
        ("POST", "/keys/generate", {"alias": SAID_BY_MISTAKE, "max_budget": -1}),
        ("POST", "/keys/generate", {"alias": "a", "max_budget": 1.0, "key": SAID_BY_MISTAKE}),
        ("POST", f"{path}/update", {"rpm_limit": 5}),
        ("POST", f"{path}/block", None),
        ("POST", f"{path}/unblock", None),
        ("POST", f"{path}/reset_spend", None),
        ("POST", f"/keys/{issued['key']}/block", None),
        ("POST", f"/keys/{token_of(issued['key'])}/block", None),
        ("GET", f"/teams/{issued['key']}/usage", None),
    ):
        desk.ask(method, where, json=body)
    for where in (
        "/user/info",
        "/keys",
        "/models",
        "/teams",
        "/usage",
        "/config",
        "/health/ready",
        "/openapi.json",
    ):
        desk.ask("GET", where)
    desk.ask("GET", "/keys", headers={"Authorization": f"Bearer {JUNK_TOKEN}"})
    desk.ask("GET", "/keys", headers={"Cookie": f"keydesk_session={JUNK_TOKEN}"})
    desk.ask("DELETE", path)
    desk.ask("GET", "/usage")
    desk.ask("GET", desk.metrics)
    return [token, issued["key"], token_of(issued["key"])]


def everything_in(database: str) -> str:
    """Return every byte of a SQLite database, or every row of a PostgreSQL database."""
    if database.startswith("sqlite"):
        path = Path(database.removeprefix("sqlite:///"))
        return "".join(
            file.read_bytes().decode("latin-1")
            for file in path.parent.glob(f"{path.name}*")
            if file.is_file()
        )
    with psycopg.connect(database) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        return "".join(
            str(connection.execute(sql.SQL("select * from {}").format(sql.Identifier(name))).fetchall())
            for (name,) in tables
        )


async def test_no_secret_leaks(
    upstream: Upstream,
    storage_of_gateway: Storage,
    make: Maker,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    name = unique("jane")
    make.user_ids.append(name)
    with ExitStack() as stack:
        database = stack.enter_context(storage_of_gateway.new_database())
        with one_desk(upstream, database, tmp_path, name) as desk:
            secrets = [*live(desk, name), upstream.master_key, SECRET, JUNK_TOKEN]
            responses = "\n".join(desk.responses)
        logged = "".join(capfd.readouterr())
        kept = everything_in(database)
    assert name in kept
    assert "account_provisioned" in logged
    assert "/api/litellm/keys/generate" in logged
    assert "keydesk_upstream_calls_total" in responses
    for place in (responses, logged, kept):
        assert [secret for secret in secrets if secret in place] == []
    assert SAID_BY_MISTAKE not in logged + kept
    assert not re.search(r"\b[0-9a-f]{64}\b", logged + responses), (
        "nothing that looks like LiteLLM's hash of a key"
    )
