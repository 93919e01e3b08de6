"""All checks of a person's machine. What depends on a failed check is left out."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from keydesk.client.errors import ClientError, NotSignedIn
from keydesk.client.profiles import Home, Profile
from keydesk.client.server import METADATA, Server
from keydesk.client.session import Session, store_of
from keydesk.client.setup.places import Places
from keydesk.doctor.finding import Finding, failed, ok, skipped
from keydesk.doctor.machine.keys import (
    MachineKeyFile,
    check_budget,
    check_key,
    check_model,
    key_files,
    secrets_of,
)
from keydesk.doctor.machine.network import check_authorities, check_server
from keydesk.doctor.machine.tool_checks import check_tool, check_variables, tool_settings
from keydesk.doctor.machine.tools import ToolSettings
from keydesk.kit.clock import Clock, utc_now
from keydesk.kit.http_client import HttpClient

_ALIVE = "/health/liveliness"


@dataclass(frozen=True)
class Machine:
    """A person's machine. `user_home` is where tools keep their files, and `home` where Keydesk does."""

    home: Home
    profile: str
    http: HttpClient
    user_home: Path
    environ: Mapping[str, str]
    clock: Clock = utc_now

    @classmethod
    def of_person(cls, profile: str, http: HttpClient) -> "Machine":
        return cls(Home.of_person(), profile, http, Path.home(), os.environ)

    @property
    def places(self) -> Places:
        return Places(sys.platform, self.user_home, self.environ, self.home.folder)


@dataclass(frozen=True, slots=True)
class _SignedIn:
    """A session that works, and the address of the gateway."""

    session: Session
    gateway: str


async def examine_machine(machine: Machine, models: Sequence[str] = ()) -> list[Finding]:
    """Return all findings. `models` are models that the person wants to use."""
    gateway, findings = None, []
    try:
        profile = machine.home.profile(machine.profile)
    except NotSignedIn as error:
        remedy = f"{_command_in(error)} To check the server of Keydesk, add --config."
        findings.append(failed("sign-in", "nobody is signed in on this machine", remedy))
    except ClientError as error:
        findings.append(failed("sign-in", str(error), "Correct the file, or sign in again: keydesk login"))
    else:
        gateway, findings = await _signed_in(machine, profile, models)
    return [*findings, *_of_tools(machine, gateway), *check_authorities(machine.environ)]


async def _signed_in(
    machine: Machine, profile: Profile, models: Sequence[str]
) -> tuple[str | None, list[Finding]]:
    """Return the address of the gateway and the findings that need a sign-in."""
    reached, findings = await check_server("keydesk", profile.address + METADATA, machine.clock)
    if reached is None:
        return None, findings
    signed_in, finding = await _sign_in(machine, profile)
    findings.append(finding)
    if signed_in is None:
        return None, findings
    gateway = signed_in.gateway
    answered, found = await check_server("gateway", gateway + _ALIVE, machine.clock)
    findings += found
    findings += await _of_keys(machine, profile, gateway if answered else None, models)
    findings.append(await _of_account(signed_in.session))
    return gateway, findings


async def _sign_in(machine: Machine, profile: Profile) -> tuple[_SignedIn | None, Finding]:
    again = f"keydesk login {profile.address}"
    try:
        store = store_of(machine.home, profile.name, profile.store)
        session = Session(machine.home, profile, store, machine.http)
        gateway = (await session.get("/config"))["baseUrl"]
    except NotSignedIn:
        return None, failed("sign-in", "has ended, or was ended in the portal", f"Run: {again}")
    except ClientError as error:
        return None, failed("sign-in", str(error), f"Try again, or run: {again}")
    found = ok("sign-in", f"{profile.person} is signed in at {profile.address}")
    return _SignedIn(session, gateway.rstrip("/")), found


async def _of_keys(
    machine: Machine, profile: Profile, gateway: str | None, models: Sequence[str]
) -> list[Finding]:
    server = Server(profile.address, machine.http)
    settings, _ = tool_settings(machine.places)
    findings, files = [], list(key_files(machine.home, profile.name))
    for file in files:
        known, found = await check_key(file, server, gateway)
        findings += found
        wanted = dict.fromkeys([*models, *_models_with(file, settings)])
        findings += [check_model(file, model, known) for model in wanted] if known else []
    if not files:
        findings.append(skipped("key", "this machine has no key yet. `keydesk token` makes one"))
    return findings


def _models_with(file: MachineKeyFile, settings: Sequence[ToolSettings]) -> list[str]:
    """Return the models in the files of the tools that use this key."""
    users = [each for each in settings if each.uses_keydesk and each.key_name == file.tool]
    return [each.model for each in users if each.model]


async def _of_account(session: Session) -> Finding:
    try:
        account = await session.get("/user/info")
    except ClientError as error:
        return failed("account", str(error), "Ask your platform team.")
    return check_budget("account", account["spend"], account["max_budget"], account["budget_reset_at"])


def _of_tools(machine: Machine, gateway: str | None) -> list[Finding]:
    settings, findings = tool_settings(machine.places)
    own_keys = secrets_of([*key_files(machine.home, machine.profile)])
    set_up = {each.tool for each in settings if each.uses_keydesk}
    findings += [check_tool(each, gateway) for each in settings]
    return findings + check_variables(machine.environ, gateway, own_keys, set_up)


def _command_in(error: NotSignedIn) -> str:
    """Return the sentence with the command in the text of the error."""
    return f"{str(error).partition('. ')[2]}."
