"""Checks LiteLLM: its release, the rights of the master key, and what keys may do. Changes nothing."""

from collections.abc import AsyncIterator

from keydesk.doctor.finding import Finding, check_clock, failed, ok, skipped, warning
from keydesk.keys.powers import can_manage_gateway
from keydesk.kit.clock import Clock
from keydesk.litellm import CredentialRefused, LiteLLM, LiteLLMError, Readiness, ReleaseRefused

_NOBODY = "keydesk-doctor-nobody"
_HAS_A_SUBSTITUTE = ("aggregated_", "v2_user_info")
"""What Keydesk does by other calls where a release lacks it."""
_UPGRADE = (
    "Upgrade LiteLLM; docs/reference/litellm-releases.md lists the supported releases. "
    "After 1.82.7 or 1.82.8, also change every credential that LiteLLM held."
)
_MOST_PAGES = 100
_KEYS = "keys"


async def check_gateway(gateway: LiteLLM, clock: Clock) -> AsyncIterator[Finding]:
    """Findings about LiteLLM and the clock; the first failure ends it, since the rest would fail alike."""
    try:
        readiness = await gateway.health.readiness()
    except LiteLLMError as error:
        yield _unreachable(error)
        return
    yield ok("litellm", "answers")
    yield _database(readiness)
    yield check_clock("clock", "LiteLLM", readiness.server_time, clock())
    async for finding in _release(gateway):
        yield finding
    yield await _master_key(gateway)


def _unreachable(error: LiteLLMError) -> Finding:
    return failed(
        "litellm",
        f"gives no usable answer ({type(error).__name__})",
        "Look whether LiteLLM runs, whether litellm.baseUrl is right, and whether this machine may connect to it.",
    )


def _database(readiness: Readiness) -> Finding:
    if readiness.database is None or readiness.database == "connected":
        return ok("litellm database", readiness.database or "not told; LiteLLM is ready")
    return failed(
        "litellm database",
        "is not connected",
        "Give LiteLLM a DATABASE_URL: without a database it has no users, keys or teams.",
    )


async def _release(gateway: LiteLLM) -> AsyncIterator[Finding]:
    try:
        release = await gateway.release()
    except ReleaseRefused as refused:
        yield failed("litellm release", str(refused), _UPGRADE)
        return
    except LiteLLMError as error:
        yield warning("litellm release", f"is not told ({type(error).__name__})", "Look at LiteLLM's log.")
        return
    missing = [
        name
        for name, has in release.capabilities.model_dump().items()
        if has is False and not name.startswith(_HAS_A_SUBSTITUTE)
    ]
    if missing:
        remedy = "Upgrade LiteLLM; until then these features answer with an error."
        yield warning("litellm release", f"{release.version} lacks {', '.join(missing)}", remedy)
    for each in release.warnings:
        yield warning("litellm release", each.text, each.remedy)
    verdict = f"LiteLLM {release.version or 'of an unknown version'} is supported"
    yield ok("litellm support", ". ".join([verdict, *(note.rstrip(".") for note in release.notes)]) + ".")


async def _master_key(gateway: LiteLLM) -> Finding:
    """Source: `/user/list` answers 401 to a wrong key and 403 to that of anybody but an administrator."""
    try:
        await gateway.users.list([_NOBODY])
    except CredentialRefused:
        return failed(
            "master key",
            "LiteLLM refuses it, or it is not an administrator's",
            "Set litellm.masterKey to LiteLLM's own general_settings.master_key (LITELLM_MASTER_KEY).",
        )
    except LiteLLMError as error:
        return failed("master key", f"could not be tried ({type(error).__name__})", "Look at LiteLLM's log.")
    return ok("master key", "is an administrator's")


async def check_keys(gateway: LiteLLM) -> AsyncIterator[Finding]:
    """Count the keys that can manage the gateway."""
    seen = wide = number = total = 0
    is_last = False
    while not is_last and number < _MOST_PAGES:
        number += 1
        try:
            page = await gateway.keys.page(number)
        except LiteLLMError as error:
            yield skipped(_KEYS, f"could not be read ({type(error).__name__})")
            return
        seen, total = seen + len(page.keys), page.total
        wide += sum(can_manage_gateway(key.allowed_routes) for key in page.keys)
        is_last = number >= page.pages
    yield finding_about(seen, wide, total)


def finding_about(seen: int, wide: int, total: int) -> Finding:
    """Return what to say of `wide` keys among the `seen` ones of `total`."""
    looked_at = f"{seen} keys" if seen >= total else f"the oldest {seen} of {total} keys"
    if not wide:
        return ok(_KEYS, f"none of {looked_at} can manage the gateway")
    return warning(
        _KEYS,
        f"{wide} of {looked_at} can manage the gateway, and so create keys without a limit",
        "Run `keydesk keys narrow` to list them, and with --apply to narrow those of people to model calls.",
    )
