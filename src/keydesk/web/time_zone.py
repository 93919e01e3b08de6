"""The reader's time zone: of the cookie, or else of the settings. With scripts, the browser's replaces the latter."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Request, Response

from keydesk.api.dependencies import services_of
from keydesk.web.preference import KEPT_SECONDS

_COOKIE = "keydesk_time_zone"
_UTC = ZoneInfo("UTC")
_zone: ContextVar[ZoneInfo | None] = ContextVar("zone", default=None)


@contextmanager
def in_zone(zone: ZoneInfo) -> Iterator[None]:
    """Write every time for `zone`."""
    before = _zone.set(zone)
    try:
        yield
    finally:
        _zone.reset(before)


def current_zone() -> ZoneInfo:
    return _zone.get() or _UTC


@cache
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_named(name: str | None) -> ZoneInfo | None:
    """Return the time zone, or None if there is none with this name."""
    return ZoneInfo(name) if name in zone_names() else None


def chosen_zone(request: Request) -> str | None:
    """Return the name of the time zone that the person chose in this browser."""
    name = request.cookies.get(_COOKIE)
    return name if zone_named(name) else None


def zone_of(request: Request) -> ZoneInfo:
    """Return the time zone of the reader."""
    return zone_named(chosen_zone(request)) or ZoneInfo(services_of(request).settings.notices.time_zone)


def remember_zone(answer: Response, name: str | None) -> None:
    """Keep the choice in this browser, or forget it."""
    if name is None:
        answer.delete_cookie(_COOKIE, path="/", samesite="lax")
    else:
        answer.set_cookie(_COOKIE, name, max_age=KEPT_SECONDS, path="/", samesite="lax")
