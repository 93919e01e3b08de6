"""How long a call keeps LiteLLM's only worker busy, as measured on a real one. Knows nothing of networks."""

PER_SECOND = {
    "/v2/user/info": 66,
    "/user/info": 38,
    "/key/list": 56,
    "/key/generate": 44,
    "/user/daily/activity": 34,
    "/team/daily/activity": 34,
    "/model/info": 60,
    "/v2/team/list": 45,
    "/team/info": 32,
    "/user/new": 42,
    "/health/readiness": 870,
    "/openapi.json": 420,
}
"""Calls a second that LiteLLM 1.109.1 with one worker answers to 8 connections, the machine otherwise idle."""
_OTHER_CALLS_PER_SECOND = 45
_UNHURRIED = "/sandbox/"
"""The sandbox's own routes, which LiteLLM does not have."""


def seconds_for(path: str) -> float:
    """The time a call to `path` takes, alone."""
    if path.startswith(_UNHURRIED):
        return 0.0
    return 1 / PER_SECOND.get(path, _OTHER_CALLS_PER_SECOND)
