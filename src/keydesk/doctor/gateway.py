"""Checks LiteLLM: its release, the permissions of the master key, and the keys that can manage the gateway."""

from collections.abc import AsyncIterator
from http import HTTPStatus

from keydesk.doctor.answers import Endpoint
from keydesk.doctor.finding import Finding, State, check_clock, failed, ok, skipped, warning
from keydesk.keys.powers import can_manage_gateway
from keydesk.kit.clock import Clock
from keydesk.kit.http_client import FailureKind, HttpClientError
from keydesk.litellm import (
    CredentialRefused,
    LiteLLM,
    LiteLLMError,
    Readiness,
    Rejected,
    ReleaseRefused,
    TimedOut,
    Unreachable,
    UpstreamFailed,
)

_NOBODY = "keydesk-doctor-nobody"
_HAS_A_SUBSTITUTE = ("aggregated_", "v2_user_info")
"""Prefixes of capabilities that Keydesk replaces by other calls if a release lacks them."""
_UPGRADE = (
    "Upgrade LiteLLM. docs/reference/litellm-releases.md lists the supported releases. "
    "If you ran 1.82.7 or 1.82.8, also change every credential that LiteLLM had access to."
)
_ADD_MODELS = (
    "Add model_list to LiteLLM's configuration. To store models in its database instead, set STORE_MODEL_IN_DB=True "
    "and add them in LiteLLM's UI."
)
_MOST_PAGES = 100
_KEYS = "keys"


async def check_gateway(gateway: LiteLLM, clock: Clock, base_url: str) -> AsyncIterator[Finding]:
    """Yield findings about LiteLLM and its clock. If LiteLLM is unreachable, the other checks are skipped."""
    try:
        readiness = await gateway.health.readiness()
    except LiteLLMError as error:
        yield await _unusable(error, base_url)
        return
    yield ok("litellm", "is reachable")
    yield _database(readiness)
    yield check_clock("clock", "LiteLLM", readiness.server_time, clock())
    async for finding in _release(gateway):
        yield finding
    key = await _master_key(gateway, base_url)
    yield key
    if key.state is State.OK:
        yield await _models(gateway)


async def _unusable(error: LiteLLMError, base_url: str) -> Finding:
    """Return which part prevents a readiness response: the address, a proxy, or LiteLLM's database."""
    address = Endpoint("litellm", f"{base_url}/health/readiness", "litellm.baseUrl")
    match error:
        case TimedOut():
            return await address.unreachable(HttpClientError(FailureKind.TIMED_OUT))
        case Unreachable():
            return await address.unreachable(HttpClientError(FailureKind.UNREACHABLE))
        case UpstreamFailed(message=message, status=status) if message:
            return _no_database(f"LiteLLM answers with status {status}: it cannot use its database")
        case Rejected(status=status):
            return address.wrong_status(status, f"Set {address.setting} to the address of LiteLLM itself.")
    return await address.unreachable(HttpClientError(FailureKind.NOT_JSON))


def _database(readiness: Readiness) -> Finding:
    if readiness.database is None or readiness.database == "connected":
        return ok("litellm database", readiness.database or "not reported, but LiteLLM is ready")
    return _no_database("LiteLLM runs without a database, so it cannot store users, keys and teams")


def _no_database(detail: str) -> Finding:
    return failed(
        "litellm database",
        detail,
        "Set DATABASE_URL for LiteLLM to a PostgreSQL that is running, and look for `prisma` in LiteLLM's log. This is "
        "not Keydesk's database.url.",
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


async def _master_key(gateway: LiteLLM, base_url: str) -> Finding:
    """Check the master key. `/user/list` returns 401 for a wrong key and 403 for a key without administrator role."""
    try:
        await gateway.users.list([_NOBODY])
    except CredentialRefused as refused:
        is_known = refused.status == HTTPStatus.FORBIDDEN
        return failed(
            "master key",
            "LiteLLM accepts the key, but it has no administrator role: it is a virtual key"
            if is_known
            else "LiteLLM rejects the key: it is not the master key of the LiteLLM at this address",
            "Set litellm.masterKey to LiteLLM's general_settings.master_key (LITELLM_MASTER_KEY). Run "
            f'`curl -H "Authorization: Bearer $KEYDESK_LITELLM__MASTER_KEY" {base_url}/user/list`.',
        )
    except LiteLLMError as error:
        return failed("master key", f"could not be checked ({type(error).__name__})", "Check LiteLLM's log.")
    return ok("master key", "has the administrator role")


async def _models(gateway: LiteLLM) -> Finding:
    """Check that there are models. Without any, LiteLLM returns a 500 for the list, or an empty list."""
    try:
        models = await gateway.models.list()
    except LiteLLMError as error:
        detail = f"LiteLLM returns no list of models ({type(error).__name__})"
        return failed("litellm models", detail, _ADD_MODELS)
    if not models:
        detail = "LiteLLM has no models, so people can create keys but call nothing"
        return warning("litellm models", detail, _ADD_MODELS)
    return ok("litellm models", f"{len({model.model_name for model in models})} models")


async def check_keys(gateway: LiteLLM) -> AsyncIterator[Finding]:
    """Count the keys that can manage the gateway."""
    seen = wide = total = 0
    try:
        async for page in gateway.keys.pages():
            seen, total = seen + len(page.keys), page.total
            wide += sum(can_manage_gateway(key.allowed_routes) for key in page.keys)
            if page.number == _MOST_PAGES:
                break
    except LiteLLMError as error:
        yield skipped(_KEYS, f"could not be read ({type(error).__name__})")
        return
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
