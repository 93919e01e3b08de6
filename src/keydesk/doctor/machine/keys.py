"""Checks the keys that `keydesk token` made on this machine: at Keydesk, and at the gateway."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keydesk.client.errors import ClientError, Unavailable
from keydesk.client.key_file import read_lines
from keydesk.client.machine_key import how_to_renew
from keydesk.client.profiles import Home
from keydesk.client.server import ApiRequest, Server
from keydesk.doctor.finding import Finding, failed, ok, skipped, warning
from keydesk.doctor.machine.contact import NoContact, contact
from keydesk.models.wildcards import covers

_LITTLE = 0.1
"""The part of a budget below which there is a warning."""
_NOT_SIGNED_IN, _FORBIDDEN = 401, 403


@dataclass(frozen=True, slots=True)
class MachineKeyFile:
    """A file with a key. `tool` is empty for the key without a tool, and `secret` is None if it is not usable."""

    tool: str
    path: Path
    secret: str | None = field(repr=False)

    @property
    def check(self) -> str:
        return f"key {self.tool}".strip()


def key_files(home: Home, profile: str) -> Iterator[MachineKeyFile]:
    """Yield the keys of a profile on this machine."""
    folder = home.folder / "keys"
    for path in sorted([*folder.glob(f"{profile}.key"), *folder.glob(f"{profile}@*.key")]):
        lines = read_lines(str(path))
        yield MachineKeyFile(path.stem.partition("@")[2], path, lines[0] if lines else None)


async def check_key(
    file: MachineKeyFile, server: Server, gateway: str | None
) -> tuple[Mapping[str, Any] | None, list[Finding]]:
    """Return what Keydesk says about the key, and the findings. `gateway` is None if it cannot be reached."""
    if file.secret is None:
        return None, [_unusable(file)]
    try:
        known = await server.call(ApiRequest("GET", "/me"), file.secret)
    except Unavailable as away:
        return None, [skipped(file.check, str(away))]
    except ClientError:
        return None, [failed(file.check, "was blocked or deleted", how_to_renew(file.tool))]
    refused = await _refused(file, gateway) if known["state"] == "active" and gateway else None
    return known, [refused or _of_state(file, known)]


def _unusable(file: MachineKeyFile) -> Finding:
    again = how_to_renew(file.tool)
    if sys.platform == "win32":
        return failed(file.check, f"{file.path} is damaged", again)
    remedy = f"Run: chmod 600 '{file.path}'. If it is damaged: {again}"
    return failed(file.check, f"{file.path} is damaged, or others can read it", remedy)


def check_model(file: MachineKeyFile, model: str, known: Mapping[str, Any]) -> Finding:
    """Return whether the key can use a model."""
    check = f"model {model}"
    if model in known["models"] or any(covers(each, model) for each in known["models"]):
        return ok(check, f"the {file.check} can use it")
    models = ", ".join(known["models"]) or "no model"
    remedy = "Choose one of these, or ask for it. Run: keydesk requests create --help"
    return failed(check, f"the {file.check} cannot use it, but {models}", remedy)


def check_budget(check: str, spend: float, budget: float | None, resets_at: str | None) -> Finding:
    """Return what is left of a budget in US dollars."""
    if budget is None:
        return ok(check, "has no budget of its own, so that of the account or team applies")
    left = budget - spend
    when = f" It resets at {resets_at[:16].replace('T', ' ')} UTC." if resets_at else ""
    remedy = f"Run: keydesk budget.{when} To ask for more, run: keydesk requests create --help"
    if left <= 0:
        return failed(check, f"is used up: ${spend:,.2f} of ${budget:,.2f}", remedy)
    found = f"${left:,.2f} of ${budget:,.2f} are left"
    return warning(check, found, remedy) if left < budget * _LITTLE else ok(check, found)


async def _refused(file: MachineKeyFile, gateway: str) -> Finding | None:
    """Return a finding if the gateway does not accept a key that Keydesk knows."""
    try:
        found = await contact(f"{gateway}/v1/models", {"Authorization": f"Bearer {file.secret}"})
    except NoContact as away:
        return skipped(file.check, f"could not be tested: {away.reason}")
    if found.status not in {_NOT_SIGNED_IN, _FORBIDDEN}:
        return None
    detail = f"is not accepted by the gateway (status {found.status})"
    return failed(file.check, detail, how_to_renew(file.tool))


def _of_state(file: MachineKeyFile, known: Mapping[str, Any]) -> Finding:
    if known["state"] == "team_blocked":
        return failed(file.check, "belongs to a team that is blocked", "Ask an admin of the team.")
    spend, budget = known["spend"], known["max_budget"]
    if known["state"] == "over_budget":  # also that of a shorter period, which the amounts do not show
        budget = min(spend, budget or spend)
    return check_budget(file.check, spend, budget, known["budget_reset_at"])


def secrets_of(files: Sequence[MachineKeyFile]) -> set[str]:
    return {file.secret for file in files if file.secret}
