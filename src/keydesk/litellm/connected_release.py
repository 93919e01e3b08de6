"""Determines which release the gateway runs. `releases.py` evaluates it."""

from collections.abc import Collection

from keydesk.litellm.call import Answer, Call
from keydesk.litellm.calling import Caller
from keydesk.litellm.errors import LiteLLMError, ReleaseRefused
from keydesk.litellm.releases import Release, judge
from keydesk.litellm.shapes.health import Readiness

_NO_VERSION_OF_ITS_OWN = "0.1.0"
"""FastAPI's default version for an application without one."""


async def find_version(caller: Caller) -> str | None:
    """Return the version with inexpensive calls. Raises ReleaseRefused and any LiteLLMError."""
    answer = await caller.call(Call(method="GET", route="/health/readiness"))
    version = _in_readiness(answer) or await _detailed_version(caller)
    release = _judged(caller, version, None) if version else await find_release(caller)
    return release.version


async def find_release(caller: Caller) -> Release:
    """Return the version and the available routes in two or three calls. Raises ReleaseRefused and any LiteLLMError.

    The version is in the header `x-litellm-version` or the body of `/health/readiness`. In newer releases it is
    only in `/openapi.json` and, with the master key, in `/health/readiness/details`. An operator can disable the
    OpenAPI document; capabilities then follow from the version.
    """
    answer = await caller.call(Call(method="GET", route="/health/readiness"))
    version = _in_readiness(answer)
    described, routes = await _description(caller)
    return _judged(caller, version or described or await _detailed_version(caller), routes)


def _in_readiness(answer: Answer) -> str | None:
    return answer.headers.get("x-litellm-version") or answer.read(Readiness).version


def _judged(caller: Caller, version: str | None, routes: Collection[str] | None) -> Release:
    release = judge(version, routes)
    if release.refusal and not caller.config.allow_compromised_release:
        raise ReleaseRefused(release.refusal)
    return release


async def _description(caller: Caller) -> tuple[str | None, Collection[str] | None]:
    # LiteLLM builds its OpenAPI document (2 MB) on the first request, which takes seconds.
    call = Call(
        method="GET",
        route="/openapi.json",
        timeout_seconds=caller.config.activity_timeout_seconds,
        repeatable=False,
    )
    try:
        body = (await caller.call(call)).members()
    except LiteLLMError:
        return None, None
    info, paths = body.get("info"), body.get("paths")
    version = info.get("version") if isinstance(info, dict) else None
    known = isinstance(version, str) and version != _NO_VERSION_OF_ITS_OWN
    return (str(version) if known else None), (frozenset(paths) if isinstance(paths, dict) else None)


async def _detailed_version(caller: Caller) -> str | None:
    try:
        return (await caller.get("/health/readiness/details")).read(Readiness).version
    except LiteLLMError:
        return None
