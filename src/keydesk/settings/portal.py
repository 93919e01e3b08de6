"""The portal's pages: where browsers reach them, how people sign in to them, how long that lasts."""

from typing import Annotated

from pydantic import Field

from keydesk.settings.section import Section


class Sessions(Section):
    """How long somebody stays signed in to the portal."""

    idle_minutes: Annotated[int, Field(ge=5, le=10_080)] = 120
    """Minutes without a request after which a sign-in ends."""
    absolute_hours: Annotated[int, Field(ge=1, le=168)] = 12
    """Hours after which a sign-in ends in any case."""


class Portal(Section):
    """The portal's pages."""

    sessions: Sessions = Sessions()
    """How long somebody stays signed in."""
