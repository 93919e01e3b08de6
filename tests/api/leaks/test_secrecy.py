"""A reported key is never in a log, a trace, a response or the database, whatever way it was reported."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina

from keydesk.app import API
from keydesk.telemetry.logging import configure_logging
from tests.api.leaks.conftest import GitHub
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import open_desk
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.making import token_of, unique

pytestmark = pytest.mark.anyio
UNKNOWN = "sk-Unknown0Unknown0Unkno"


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Everything that Keydesk and its libraries log, as a server writes it, at the lowest level."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    written = io.StringIO()
    configure_logging(as_json=True, level=logging.DEBUG)
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(written)
    yield written
    root.handlers, root.level = handlers, level


def bodies(secret: str) -> list[Any]:
    """Return valid and invalid bodies that contain the secret."""
    return [
        {"key": secret, "found_at": f"https://{secret}@example.com/{secret}?key={secret}#{secret}"},
        {"key": secret, "found_at": f"text with {secret}"},
        {"key": secret, "other": secret},
        {secret: secret},
        {"key": [secret]},
        {"key": secret + "x" * 600},
        [secret],
        secret,
    ]


def content_of(folder: Path) -> bytes:
    """Return the files of the database."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_reported_keys_are_nowhere(
    surroundings: Surroundings,
    control: SandboxControl,
    github: GitHub,
    logs: io.StringIO,
    tmp_path: Path,
) -> None:
    scene, database = surroundings.troupe.next_scene(), tmp_path / "keydesk.db"
    settings = surroundings.settings(
        database={"url": f"sqlite:///{database}"},
        directory={"people": scene.directory()},
        leaks=github.settings,
        logs={"access": True},
    )
    texts: list[str] = []
    async with open_desk(settings) as desk:
        jane = await desk.sign_in(scene.user_id("jane"))
        ours = [(await jane.issue(unique("laptop")))["key"] for _ in range(3)]
        secrets = [*ours, UNKNOWN]
        for secret in secrets:
            for body in bodies(secret):
                answer = await desk.http.post(f"{API}/leaks", json=body)
                texts += [answer.text, str(answer.headers)]
            raw = await desk.http.post(f"{API}/leaks", content=f"{{junk {secret}")
            signed = json.dumps(
                [{"token": secret, "type": secret, "url": f"https://x/{secret}", "source": secret}]
            )
            headers = github.signer.headers(signed.encode())
            await desk.http.post(f"{API}/leaks/github", content=signed, headers=headers)
            broken = signed.replace('"token"', '"tokem"')
            forged = await desk.http.post(f"{API}/leaks/github", content=broken, headers=headers)
            unsigned = await desk.http.post(f"{API}/leaks/github", content=signed)
            texts += [raw.text, forged.text, unsigned.text]
        with stamina.set_testing(True, attempts=1), control.fault("/key/info", error_rate=1, status=500):
            texts.append((await desk.http.post(f"{API}/leaks", json={"key": ours[0]})).text)
        async with portal_client(desk.app) as http:
            visitor = PortalVisitor(http)
            for secret in secrets:
                page = await visitor.post("/report-leak", at="/report-leak", key=secret, found_at=secret)
                other = await visitor.post(
                    "/report-leak", at="/report-leak", key=secret, found_at=secret * 100
                )
                texts += [page.text, str(page.headers), other.text, str(other.headers)]
            await visitor.sign_in(jane.user_id)
            texts.append((await visitor.get("/keys")).text)
    stored = content_of(tmp_path)
    written = logs.getvalue()
    assert "leaks/github" in written
    assert b"leak_reported" in stored
    for secret in secrets:
        for form in (secret, token_of(secret)):
            assert form not in written
            assert form.encode() not in stored
            assert form not in "\n".join(texts)
