"""A person signs in on a machine at a running Keydesk, and confirms it in the portal."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.api.sign_in.terminal import fields_on
from tests.resilience.processes.conftest import configuration, free_ports
from tests.support.desk.portal import PortalVisitor
from tests.support.peers.commands import start_command
from tests.support.peers.keydesk import running_keydesk
from tests.support.upstream.address import Upstream

_SECONDS = 60


@contextmanager
def keydesk_of(
    person: str, upstream: Upstream, folder: Path, settings: Mapping[str, Any] | None = None, **litellm: Any
) -> Iterator[str]:
    """Run a Keydesk whose only person is this one, with further `settings`, and yield its address.

    `litellm` are settings of this section.
    """
    config = folder / "keydesk.yaml"
    database = f"sqlite:///{folder / 'keydesk.db'}"
    content = json.loads(configuration(upstream.url, upstream.master_key, database, [person]))
    content["litellm"] |= litellm
    config.write_text(json.dumps(content | dict(settings or {})))
    (port,) = free_ports(1)
    with running_keydesk(config, port, {}) as address:
        yield address


async def sign_in(keydesk: str, person: str, environment: dict[str, str], shown: Path) -> None:
    """Run `keydesk login` with a code, which the person confirms. `shown` gets what the command said."""
    with shown.open("wb") as errors:
        command = start_command("login", keydesk, "--device", environment=environment, errors=errors)
        await confirm(keydesk, person, code_in(shown))
        assert command.wait(_SECONDS) == 0, shown


async def confirm(keydesk: str, person: str, code: str) -> None:
    async with httpx2.AsyncClient(base_url=keydesk, trust_env=False) as http:
        visitor = PortalVisitor(http, keydesk)
        await visitor.sign_in(person)
        form = fields_on(await visitor.get(f"/device?code={code}")) | {"decision": "confirm"}
        answer = await http.post("/device", data=form, headers={"Origin": keydesk})
        assert answer.status_code == 303, answer.text


def code_in(file: Path) -> str:
    """Wait until the command has shown a code."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if found := re.search(r"^ +([A-Z]{4}-[A-Z]{4})$", file.read_text(), re.MULTILINE):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(file.read_text())
