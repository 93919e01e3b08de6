"""How long a call occupies LiteLLM's only worker, as measured on a real one. Contains only numbers."""

PER_SECOND = {
    "/v2/user/info": 66,
    "/user/info": 38,
    "/key/list": 56,
    "/key/generate": 44,
    "/user/daily/activity": 3.5,
    "/team/daily/activity": 3.5,
    "/model/info": 60,
    "/v2/team/list": 40,
    "/team/info": 32,
    "/user/new": 42,
    "/health/readiness": 870,
    "/openapi.json": 420,
}
"""Calls per second of LiteLLM 1.109.1 with one worker and 8 connections, on an otherwise idle machine.

Activity is that of pages of up to 1,000 rows (an almost empty one: 34). `run.py --only pace` measures most of them.
"""
_OTHER_CALLS_PER_SECOND = 45
_UNHURRIED = "/sandbox/"
"""The sandbox's own routes, which LiteLLM does not have."""


def seconds_for(path: str) -> float:
    """Return the time of a call to `path`, alone."""
    if path.startswith(_UNHURRIED):
        return 0.0
    return 1 / PER_SECOND.get(path, _OTHER_CALLS_PER_SECOND)
