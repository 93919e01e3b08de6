"""Checks that coding tools use the gateway with a key of Keydesk, and that no variable overrides it."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from keydesk.client.setup.places import Places
from keydesk.client.setup.plan import Overriding, is_elsewhere
from keydesk.client.setup.tools.all_tools import TOOLS
from keydesk.doctor.finding import Finding, failed, ok, skipped, warning
from keydesk.doctor.machine.tools import READERS, ToolSettings, UnreadableFile
from keydesk.doctor.machine.variables import how_to_unset

_OPENAI = "programs with the OpenAI library"
_TABLE: Sequence[tuple[str, Overriding]] = (
    *((tool.label, tool.overriding) for tool in TOOLS.values()),
    (f"aider and {_OPENAI}", Overriding(keys=("OPENAI_API_KEY",))),
    (f"Codex and {_OPENAI}", Overriding(addresses=("OPENAI_BASE_URL",))),
    ("aider", Overriding(addresses=("OPENAI_API_BASE",))),
)
"""Programs and the variables that they prefer: tools that a set-up writes files for, and others."""
_FROM_HELPER = {"Claude Code"}
"""Tools whose variables replace the key of their helper."""


def tool_settings(places: Places) -> tuple[list[ToolSettings], list[Finding]]:
    """Return the settings of all tools that have a file, and findings about files that cannot be read."""
    found, unreadable = [], []
    for reader in READERS:
        try:
            settings = reader(places)
        except UnreadableFile as file:
            name = reader.__name__.replace("_", " ")
            remedy = f"Correct the file, or restore it with: keydesk unsetup {name.replace(' ', '-')}"
            unreadable.append(failed(name, f"{file} cannot be read", remedy))
            continue
        if settings is not None:
            found.append(settings)
    return found, unreadable


def check_tool(settings: ToolSettings, gateway: str | None) -> Finding:
    """Return whether the tool uses the gateway with a key of Keydesk. `gateway` is None if it is not known."""
    check, again = settings.tool.lower(), f"Run: keydesk setup {settings.setup}"
    address = settings.address
    if not settings.uses_keydesk and (gateway is None or address != gateway):
        return skipped(
            check, f"does not use the gateway. To change this, run: keydesk setup {settings.setup}"
        )
    if gateway is not None and address != gateway:
        points = f"points at {address} instead of {gateway}" if address else "points at no gateway"
        return failed(check, f"{settings.file} {points}", again)
    if not settings.uses_keydesk:
        return warning(
            check, f"uses the gateway with a key that Keydesk does not renew ({settings.file})", again
        )
    if settings.overridden_by:
        replaced = ", ".join(settings.overridden_by)
        return failed(
            check, f"{replaced} in {settings.file} replaces the key of Keydesk", f"Remove it. {again}"
        )
    if shutil.which(settings.helper[0]) is None:
        return failed(check, f"cannot run {settings.helper[0]}, which prints its key", again)
    return ok(check, f"uses the gateway with a key of Keydesk ({settings.file})")


def check_variables(
    environ: Mapping[str, str], gateway: str | None, own_keys: AbstractSet[str], set_up: AbstractSet[str]
) -> list[Finding]:
    """Return findings about variables that override tools. Their values never appear.

    `own_keys` are the keys of Keydesk on this machine, and `set_up` the tools that use them.
    """
    findings = [
        *_secrets(environ, own_keys, set_up),
        *_addresses(environ, gateway),
        *_switches(environ, set_up),
    ]
    return findings or [ok("variables", "none overrides a tool")]


def _secrets(
    environ: Mapping[str, str], own_keys: AbstractSet[str], set_up: AbstractSet[str]
) -> Iterator[Finding]:
    for tools, overriding in _TABLE:
        for name in overriding.keys:
            if environ.get(name) and environ[name] not in own_keys:
                found = failed if tools in _FROM_HELPER & set_up else warning
                yield found(f"variable {name}", f"overrides the key of {tools}", _how_to_remove(name))


def _addresses(environ: Mapping[str, str], gateway: str | None) -> Iterator[Finding]:
    for tools, overriding in _TABLE:
        for name in overriding.addresses:
            address = environ.get(name)
            if gateway is not None and is_elsewhere(address, gateway):
                detail = f"sends the requests of {tools} to {address} instead of {gateway}"
                yield warning(f"variable {name}", detail, _how_to_remove(name))


def _switches(environ: Mapping[str, str], set_up: AbstractSet[str]) -> Iterator[Finding]:
    for tools, overriding in _TABLE:
        for name, cloud in overriding.clouds:
            if environ.get(name):
                found = failed if tools in _FROM_HELPER & set_up else warning
                detail = f"makes {tools} call {cloud} instead of the gateway"
                yield found(f"variable {name}", detail, _how_to_remove(name))


def _how_to_remove(name: str) -> str:
    return f"Run: {how_to_unset(name)}. Remove it from the files that start your shell, too."
