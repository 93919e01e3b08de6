"""What `keydesk doctor` says about the sign-in, the keys and the budget of a person's machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keydesk.client.files import write_private
from keydesk.client.key_file import key_file
from keydesk.client.machine_key import StoredKey
from keydesk.client.session import Session
from keydesk.doctor.finding import Finding, State
from keydesk.doctor.machine.examination import Machine, examine_machine
from keydesk.doctor.machine.keys import check_budget, check_key, check_model, key_files
from tests.api.command_line.conftest import Laptop
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio


@dataclass
class Keys:
    """The keys of Jane's laptop."""

    laptop: Laptop
    session: Session
    gateway: str

    async def stored(self, tool: str = "", **settings: Any) -> dict[str, Any]:
        body = {"alias": unique("laptop"), "max_budget": 5.0} | settings
        issued: dict[str, Any] = await self.session.post("/keys/generate", **body)
        stored = StoredKey(issued["key"], issued["token"], 2**40, 2**40)
        write_private(Path(key_file(str(self.laptop.home.folder), "default", tool)), stored.dumped())
        return issued

    async def checked(self) -> tuple[Mapping[str, Any] | None, Finding]:
        (file,) = key_files(self.laptop.home, "default")
        known, (finding,) = await check_key(file, self.laptop.server, self.gateway)
        return known, finding


@pytest.fixture
async def keys(laptop: Laptop, sandbox: Upstream) -> Keys:
    return Keys(laptop, laptop.session(await laptop.sign_in().with_code()), sandbox.url)


async def test_a_key_that_works(keys: Keys) -> None:
    await keys.stored("claude", models=["gpt-4o-mini"])
    known, finding = await keys.checked()
    assert (finding.check, finding.state, finding.detail) == (
        "key claude",
        State.OK,
        "$5.00 of $5.00 are left",
    )
    assert known is not None
    (file,) = key_files(keys.laptop.home, "default")
    assert check_model(file, "gpt-4o-mini", known).state is State.OK
    refused = check_model(file, "gpt-4o", known)
    assert (refused.state, "cannot use it, but gpt-4o-mini" in refused.detail) == (State.FAILED, True)


async def test_a_blocked_key(keys: Keys) -> None:
    issued = await keys.stored("codex")
    await keys.session.post(f"/keys/{issued['token']}/block")
    _, finding = await keys.checked()
    assert (finding.state, finding.detail) == (State.FAILED, "was blocked or deleted")
    assert "keydesk token --for codex --new" in str(finding.remedy)


async def test_a_key_that_only_keydesk_knows(keys: Keys, sandbox: Upstream) -> None:
    issued = await keys.stored()
    assert (await keys.checked())[1].state is State.OK
    async with gateway_of(sandbox) as gateway:
        await gateway.post("/key/block", key=issued["key"])
    _, finding = await keys.checked()
    assert (finding.state, "not accepted by the gateway" in finding.detail) == (State.FAILED, True)


async def test_a_file_that_others_can_read(keys: Keys) -> None:
    await keys.stored()
    (file,) = key_files(keys.laptop.home, "default")
    file.path.chmod(0o644)
    _, finding = await keys.checked()
    assert (finding.state, "chmod 600" in str(finding.remedy)) == (State.FAILED, True)


async def test_nobody_is_signed_in(laptop: Laptop, tmp_path: Path) -> None:
    found = await examine_machine(Machine(laptop.home, "work", laptop.http, tmp_path, {}))
    assert [each.check for each in found] == ["sign-in", "variables"]
    assert "Run: keydesk login <address of Keydesk> --profile work." in str(found[0].remedy)


async def test_a_damaged_profile(laptop: Laptop, tmp_path: Path) -> None:
    write_private(laptop.home.folder / "profiles.json", "{")
    found = await examine_machine(Machine(laptop.home, "default", laptop.http, tmp_path, {}))
    assert (found[0].state, "damaged" in found[0].detail) == (State.FAILED, True)


async def test_a_server_that_is_away(keys: Keys, tmp_path: Path) -> None:
    """The desk of these tests has no port. What needs it is left out."""
    found = await examine_machine(Machine(keys.laptop.home, "default", keys.laptop.http, tmp_path, {}))
    assert [each.check for each in found] == ["keydesk", "variables"]
    assert found[0].state is State.FAILED


@pytest.mark.parametrize(
    ("spend", "budget", "state"),
    [
        (1.0, None, State.OK),
        (1.0, 10.0, State.OK),
        (9.5, 10.0, State.WARNING),
        (10.0, 10.0, State.FAILED),
    ],
)
def test_budgets(spend: float, budget: float | None, state: State) -> None:
    finding = check_budget("account", spend, budget, "2026-02-01T00:00:00+00:00")
    assert finding.state is state
    assert state is State.OK or "resets at 2026-02-01 00:00 UTC" in str(finding.remedy)
