"""Checks LiteLLM: its release, the permissions of the master key, and the keys that can manage the gateway."""

from collections.abc import AsyncIterator

from keydesk.doctor.finding import Finding, check_clock, failed, ok, skipped, warning
from keydesk.keys.powers import can_manage_gateway
from keydesk.kit.clock import Clock
from keydesk.litellm import CredentialRefused, LiteLLM, LiteLLMError, Readiness, ReleaseRefused

_NOBODY = "keydesk-doctor-nobody"
_HAS_A_SUBSTITUTE = ("aggregated_", "v2_user_info")
"""Prefixes of capabilities that Keydesk replaces by other calls if a release lacks them."""
_UPGRADE = (
    "Upgrade LiteLLM. docs/reference/litellm-releases.md lists the supported releases. "
    "If you ran 1.82.7 or 1.82.8, also change every credential that LiteLLM had access to."
)
_MOST_PAGES = 100
_KEYS = "keys"


async def check_gateway(gateway: LiteLLM, clock: Clock) -> AsyncIterator[Finding]:
    """Yield findings about LiteLLM and its clock. If LiteLLM is unreachable, the other checks are skipped."""
    try:
        readiness = await gateway.health.readiness()
    except LiteLLMError as error:
        yield _unreachable(error)
        return
    yield ok("litellm", "is reachable")
    yield _database(readiness)
    yield check_clock("clock", "LiteLLM", readiness.server_time, clock())
    async for finding in _release(gateway):
        yield finding
    yield await _master_key(gateway)


def _unreachable(error: LiteLLMError) -> Finding:
    return failed(
        "litellm",
        f"is unreachable or returns an invalid response ({type(error).__name__})",
        "Check that LiteLLM is running, that litellm.baseUrl is correct, and that this machine can connect to it.",
    )


def _database(readiness: Readiness) -> Finding:
    if readiness.database is None or readiness.database == "connected":
        return ok("litellm database", readiness.database or "not reported, but LiteLLM is ready")
    return failed(
        "litellm database",
        "is not connected",
        "Set DATABASE_URL for LiteLLM. Without a database, it cannot store users, keys and teams.",
    )


async def _release(gateway: LiteLLM) -> AsyncIterator[Finding]:
    try:
        release = await gateway.release()
    except ReleaseRefused as refused:
        yield failed("litellm release", str(refused), _UPGRADE)
        return
    except LiteLLMError as error:
        yield warning("litellm release", f"is unknown ({type(error).__name__})", "Check LiteLLM's log.")
        return
    missing = [
        name
        for name, has in release.capabilities.model_dump().items()
        if has is False and not name.startswith(_HAS_A_SUBSTITUTE)
    ]
    if missing:
        remedy = "Upgrade LiteLLM. Until then, requests that use these features fail."
        yield warning("litellm release", f"{release.version} lacks {', '.join(missing)}", remedy)
    for each in release.warnings:
        yield warning("litellm release", each.text, each.remedy)
    verdict = f"LiteLLM {release.version or 'of an unknown version'} is supported"
    yield ok("litellm support", ". ".join([verdict, *(note.rstrip(".") for note in release.notes)]) + ".")


async def _master_key(gateway: LiteLLM) -> Finding:
    """Check the master key. `/user/list` returns 401 for a wrong key and 403 for a key without administrator role."""
    try:
        await gateway.users.list([_NOBODY])
    except CredentialRefused:
        return failed(
            "master key",
            "LiteLLM rejects the key, or the key has no administrator role",
            "Set litellm.masterKey to LiteLLM's general_settings.master_key (LITELLM_MASTER_KEY).",
        )
    except LiteLLMError as error:
        return failed("master key", f"could not be checked ({type(error).__name__})", "Check LiteLLM's log.")
    return ok("master key", "has the administrator role")


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
    """Return a finding about the `wide` keys that can manage the gateway, of `seen` keys out of `total`."""
    checked = f"{seen} keys" if seen >= total else f"the oldest {seen} of {total} keys"
    if not wide:
        return ok(_KEYS, f"none of {checked} can manage the gateway")
    return warning(
        _KEYS,
        f"{wide} of {checked} can manage the gateway and create keys without limits",
        "Run `keydesk keys narrow` to list them. Use --apply to restrict the keys of people to model calls.",
    )
